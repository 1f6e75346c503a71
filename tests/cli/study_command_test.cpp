// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

const std::string own_program = SPILLWAY_BINARY_DIR "/spillway";
const std::string source_root = SPILLWAY_SOURCE_DIR;
const std::string tfc_folder = source_root + "/models/zoo/tfc-mnist/";

std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// 3 networks, 7 register choices.
std::vector<std::string> study_words(std::vector<std::string> more) {
  std::vector<std::string> words{"study",
                                 tfc_folder + "qat-w4a4.onnx",
                                 tfc_folder + "a2q*-p9.onnx",
                                 "--data",
                                 "mnist-first-500",
                                 "--frames",
                                 "100",
                                 "--accumulator",
                                 "32,data-type,certified,claimed,8..10",
                                 "--wide",
                                 "certified",
                                 "--cycles",
                                 "784",
                                 "--no-report",
                                 "--quiet"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("a study from options: every point with its numbers, as JSON and as text") {
  const testing::temporary_directory scratch;
  const std::string out = scratch.file("out");
  const process_result made = spillway_command(study_words({"-o", out, "--json"}));
  CAPTURE(made.err);
  REQUIRE(made.code == 0);
  const json study = json::parse(made.out);
  CHECK(study["points_asked"] == 21);
  CHECK(study["points_present"] == 0);
  CHECK(study["interrupted"] == false);
  REQUIRE(study["points"].size() == 21);
  int done = 0, proved = 0;
  for (const json& point : study["points"]) {
    for (const char* key : {"point",        "network_name",
                            "method",       "registers",
                            "policy",       "bits",
                            "overflow",     "scope",
                            "goal",         "hardware",
                            "device",       "status",
                            "grade",        "accuracy",
                            "accuracy_low", "accuracy_high",
                            "loss",         "loss_error",
                            "events",       "overflowing",
                            "persistent",   "fps",
                            "latency_us",   "luts",
                            "luts_low",     "luts_high",
                            "ff",           "bram18",
                            "uram",         "dsp",
                            "fits",         "utilization",
                            "command",      "front_of_proved",
                            "front_of_all"})
      CHECK(point.contains(key));
    if (point["status"] != "done") {
      CHECK(point["reason"] == "the file claims no width");
      continue;
    }
    ++done;
    if (point["grade"] == "proved") {
      ++proved;
      CHECK(point["events"] == 0);
      CHECK(point["loss"] == 0.0);
    }
  }
  CHECK(done == 20);
  CHECK(proved >= 9 + 2);
  const process_result text = spillway_command(study_words({"-o", out}));
  CHECK(text.code == 0);
  CHECK(text.out.find("21 points, of which 21 were there") != std::string::npos);
  CHECK(text.out.find("not applicable: the file claims no width") != std::string::npos);
  CHECK(fs::exists(out + "/study.json"));
}

TEST_CASE("the command of a point makes it again, with folds that were searched for and with the usual ones") {
  const testing::temporary_directory scratch;
  for (const bool is_searched : {true, false}) {
    std::vector<std::string> words = study_words({"-o", scratch.file(is_searched ? "searched" : "usual"), "--json"});
    const auto cycles = std::find(words.begin(), words.end(), "--cycles");
    if (!is_searched) words.erase(cycles, cycles + 2);
    const process_result made = spillway_command(words);
    REQUIRE(made.code == 0);
    int tried = 0;
    const json study = json::parse(made.out);
    for (const json& point : study["points"]) {
      if (point["status"] != "done" || point["grade"] == "proved" || tried == 2) continue;
      ++tried;
      const std::string command = fmt::format("cd '{}' && PATH='{}':$PATH && {} --json --quiet", scratch.path(),
                                              SPILLWAY_BINARY_DIR, point["command"].get<std::string>());
      const process_result run = run_process({"/bin/sh", "-c", command});
      fs::remove(scratch.file("folding.json"));
      CAPTURE(command);
      CAPTURE(run.err);
      const std::size_t begin = run.out.find("{\n");  // behind what the search says
      REQUIRE(begin != std::string::npos);
      const json again = json::parse(run.out.substr(begin));
      CHECK(again["accuracy"] == point["accuracy"]);
      CHECK(again["overflow_events"] == point["events"]);
    }
    CHECK(tried == 2);
  }
}

TEST_CASE("a study in tasks, in any order, is the bytes of one process") {
  const testing::temporary_directory scratch;
  const std::string whole = scratch.file("whole"), cut = scratch.file("cut");
  REQUIRE(spillway_command(study_words({"-o", whole})).code == 0);
  std::vector<std::string> words = study_words({"-o", cut, "--seconds", "0.001", "--json"});
  words.erase(std::find(words.begin(), words.end(), "--no-report"));
  words.insert(words.begin() + 1, "plan");
  const process_result planned = spillway_command(words);
  CAPTURE(planned.err);
  REQUIRE(planned.code == 0);
  const int tasks = json::parse(planned.out)["tasks"];
  REQUIRE(tasks >= 2);
  const process_result early = spillway_command({"study", "merge", cut, "--no-report", "--quiet"});
  CHECK(early.code == 1);
  CHECK(early.err.find(fmt::format("{0} of {0} tasks are not done", tasks)) != std::string::npos);
  for (int task = tasks - 1; task >= 0; --task) {
    const std::string number = fmt::format("{}", task);
    if (task == 1) {  // a task that was stopped goes on
      const process_result stopped = run_process({own_program, "study", "run", cut, "--task", number, "--quiet"},
                                                 [](int pid) { kill(pid, SIGKILL); });
      CHECK(stopped.code != 0);
    }
    CHECK(spillway_command({"study", "run", cut, "--task", number, "--threads", "1", "--quiet"}).code == 0);
  }
  CHECK(spillway_command({"study", "run", cut, "--task", fmt::format("{}", tasks), "--quiet"}).code == 2);
  const process_result merged = spillway_command({"study", "merge", cut, "--no-report", "--quiet"});
  CAPTURE(merged.err);
  REQUIRE(merged.code == 0);
  CHECK(file_bytes(cut + "/study.sqlite") == file_bytes(whole + "/study.sqlite"));
  // What tasks have finished stays when the study is planned anew: there is nothing left to do.
  words[2] = tfc_folder + "qat-w4a4.onnx";
  const process_result again = spillway_command(words);
  CHECK(json::parse(again.out)["tasks"] == 0);
}

TEST_CASE("what a study refuses, in a line") {
  const testing::temporary_directory scratch;
  const std::string out = scratch.file("out");
  const auto refuses = [&](std::vector<std::string> words, const std::string& said) {
    const process_result result = spillway_command(words);
    CAPTURE(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.find(said) != std::string::npos);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK_FALSE(fs::exists(out));
  };
  const std::string net = tfc_folder + "qat-w4a4.onnx";
  refuses({"study", "-o", out}, "no study");
  refuses({"study", net, "--data", "mnist-first-500"}, "-o DIR");
  refuses({"study", net, "-o", out}, "no data");
  refuses({"study", net, "--data", "mnist-first-500", "--accumulator", "certifed", "-o", out}, "nearest: certified");
  refuses({"study", net, "--data", "mnist-first-500", "--accumulator", "observed", "-o", out}, "calibration");
  refuses({"study", net, "--data", "mnist-first-500", "--device", "xc7z0200", "-o", out}, "xc7z020");
  refuses({"study", net, "--data", "mnist-first-500", "--hardware", "spilway", "-o", out}, "spillway");
  refuses({"study", scratch.file("*.onnx"), "--data", "mnist-first-500", "-o", out}, "no network there");
  refuses({"study", source_root + "/examples/studies/demo.json", "--accumulator", "9", "-o", out}, "is a study file");
  refuses({"study", "plan", net, "--dta", "mnist-first-500", "-o", out}, "nearest: --data");
}

TEST_CASE("observed registers and files of choices in the commands") {
  const testing::temporary_directory scratch;
  const std::string net = tfc_folder + "qat-w4a4.onnx";
  const std::vector<std::string> calibration{"--calibration", "mnist-first-500", "--calibration-frames", "50"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.end(), calibration.begin(), calibration.end());
    return words;
  };
  const auto registers = [&](const std::string& spec) {
    const process_result info = spillway_command(with({"info", net, "--accumulator", spec, "--json"}));
    REQUIRE(info.code == 0);
    std::vector<int> bits;
    const json network = json::parse(info.out);
    for (const json& unit : network["units"])
      if (unit.contains("accumulator")) {
        CHECK(unit["accumulator_from"] == "observed");
        bits.push_back(std::stoi(unit["accumulator"].get<std::string>()));
      }
    return bits;
  };
  const std::vector<int> least = registers("observed"), wider = registers("observed:2");
  REQUIRE(least.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(wider[i] == least[i] + 2);
  const process_result run = spillway_command(with(
      {"simulate", net, "--data", "mnist-first-500", "--frames", "50", "--accumulator", "observed", "--json", "-q"}));
  REQUIRE(run.code == 0);
  CHECK(json::parse(run.out)["overflow_events"] == 0);
  CHECK(spillway_command({"info", net, "--accumulator", "observed"}).code == 2);
  CHECK(spillway_command(with({"info", net})).code == 2);
  const process_result searched = spillway_command({"info", net, "--accumulator", "searched:3", "--validation",
                                                    "mnist-first-500", "--validation-frames", "100", "--json"});
  REQUIRE(searched.code == 0);
  const json found = json::parse(searched.out);
  CHECK(found["units"][1]["accumulator_from"] == "searched");
  CHECK(found["assumptions"].back()["what"] == "searched widths");
  CHECK(searched.err.find("so a proof costs") != std::string::npos);
  CHECK(spillway_command({"info", net, "--validation", "mnist-first-500"}).code == 2);
  const std::string linear = source_root + "/models/zoo/mnist-linear/qat-w8a1.onnx";
  const process_result unsaid = spillway_command({"info", linear, "--accumulator", "searched"});
  CHECK(unsaid.code == 2);
  CHECK(unsaid.err.find("expected --validation DATA") != std::string::npos);
  std::ofstream(scratch.file("widths")) << "# all\n9:saturate\nMVAU_0=21\n";
  const process_result info = spillway_command({"info", net, "--accumulator", "@" + scratch.file("widths"), "--json"});
  REQUIRE(info.code == 0);
  const json units = json::parse(info.out)["units"];
  CHECK(units[0]["accumulator"] == "21:wrap:per_cycle");
  CHECK(units[1]["accumulator"] == "9:saturate:per_cycle");
}

TEST_CASE("an interrupted study says where it is, and the same command goes on") {
  const testing::temporary_directory scratch;
  const std::string out = scratch.file("out");
  std::vector<std::string> words{own_program,
                                 "study",
                                 source_root + "/models/zoo/resnet18-cifar10/qat-w4a4.onnx",
                                 "--data",
                                 "cifar10-first-200",
                                 "--accumulator",
                                 "8..12",
                                 "--no-report",
                                 "--quiet",
                                 "-o",
                                 out};
  const process_result stopped = run_process(words, [&](int pid) {
    for (int wait = 0; wait < 4000 && !fs::exists(out + "/study.sqlite"); ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    kill(pid, SIGINT);
  });
  CAPTURE(stopped.err);
  CHECK(stopped.code == 130);
  CHECK(stopped.err.find("goes on from there") != std::string::npos);
  CHECK(stopped.out.empty());
}
