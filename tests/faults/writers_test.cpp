// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "spillway/tests/effort.h"
#include "spillway/tests/faults/fault.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/sqlite.h"

using namespace spillway;
using namespace spillway::faults;
namespace fs = std::filesystem;

TEST_CASE("of two who write into one directory at once one is refused, and the other's result is whole") {
  const testing::temporary_directory scratch;
  const subject of = simulation("", {"--frames", "1500", "--pe", "1", "--simd", "8"});
  const std::string expected = scratch.file("expected");
  REQUIRE(run_process(of.into(expected)).code == 0);
  tally all("two writers at once");
  for (int i = 0; i < 3 * spillway::testing::effort(); ++i) {
    const std::string path = scratch.file(fmt::format("try-{}", i));
    process_result first, second;
    std::thread other([&] { first = run_process(of.into(path)); });
    second = run_process(of.into(path));
    other.join();
    const process_result& loser = first.code != 0 ? first : second;
    const bool one_refused = (first.code == 0) != (second.code == 0) && (loser.code == 3 || loser.code == 2);
    all.add(!one_refused ? fmt::format("exit codes {} and {}: {}{}", first.code, second.code, first.err, second.err)
                         : difference(path, expected));
  }
}

TEST_CASE("who reads the database holds nobody up, and loses nothing") {
  const testing::temporary_directory scratch;
  const subject of = simulation("", {"--frames", "3000", "--pe", "1", "--simd", "4"});
  const std::string expected = scratch.file("expected"), path = scratch.file("run");
  REQUIRE(run_process(of.into(expected)).code == 0);
  tally all("a reader that holds run.sqlite from its first moment to the end of the run");
  std::optional<sqlite_database> reader;
  std::optional<sqlite_statement> rows;
  const process_result result = run_process(of.into(path), [&](int) {
    for (int wait = 0; wait < 3000 && !rows; ++wait) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      try {
        reader.emplace(path + "/run.sqlite", sqlite_database::access::read);
        rows.emplace(reader->prepare("SELECT name FROM units, meta"));
        if (!rows->step()) rows.reset();
      } catch (const std::exception&) {
        rows.reset();
      }
    }
  });
  REQUIRE(rows);
  all.add(result.code != 0 ? result.err : !rows->step() ? "the reader has no row more" : difference(path, expected));
}

TEST_CASE("what is refused changes nothing") {
  const testing::temporary_directory scratch;
  const std::string path = scratch.file("run"), foreign = scratch.file("foreign");
  REQUIRE(run_process(simulation("", {"--frames", "20"}).into(path)).code == 0);
  fs::create_directories(foreign + "/report");
  std::ofstream(foreign + "/manifest.json") << R"({"name": "my extension", "version": "3"})";
  std::ofstream(foreign + "/report/thesis.tex") << "mine";
  std::ofstream(foreign + "/estimate_layer_cycles.json") << "{}";
  const std::string model = linear + "qat-w8a1.onnx";
  std::vector<std::vector<std::string>> commands{
      simulation("", {"--frames", "20", "--seed", "2"}).into(path),
      simulation("", {"--frames", "20", "--accumulator", "0"}).into(path, true),
      simulation("", {"--frames", "20", "--pe", "6"}).into(path, true),
      simulation("", {"--frames", "20", "--skip", "20000"}).into(path, true),
      simulation("", {"--frames", "20", "--folding", "/nope"}).into(path, true),
      {program, "simulate", "/nope.onnx", "--data", "binary-mnist", "-o", path, "--force"},
      {program, "simulate", model, "--data", "binary-mnits", "-o", path, "--force"},
      {program, "simulate", model, "--data", "binary-mnist", "--frames", "2", "--waves", path + "/run.sqlite"},
      {program, "simulate", model, "--data", "binary-mnist", "--frames", "2", "--waves", path + "/manifest.json"},
      {program, "estimate", model, "-o", path, "--force"},
      subject{"", study_command}.into(path),
      {program, "study", "/nope", "--data", "binary-mnist", "-o", path, "--force"},
      {program, "study", model, "--data", "binary-mnist", "--accumulator", "0", "-o", path, "--force"},
      {program, "study", model, "--data", "binary-mnist", "-o", path, "--nope"}};
  for (const bool force : {false, true}) {
    commands.push_back(simulation("", {"--frames", "20"}).into(foreign, force));
    commands.push_back(subject{"", study_command}.into(foreign, force));
    commands.push_back(subject{"", {program, "rtl", model, "--frames", "0"}}.into(path, false));
  }
  tally all("commands that are refused beside a result or a stranger's files");
  const std::string before = snapshot(scratch.path());
  for (const std::vector<std::string>& command : commands) {
    const process_result result = run_process(command);
    const std::string words = fmt::format("{}", fmt::join(command, " "));
    all.add(result.code != 2 && result.code != 3 ? fmt::format("{}: exit code {}", words, result.code)
            : snapshot(scratch.path()) != before ? fmt::format("{}: something has changed", words)
                                                 : "");
  }
}

TEST_CASE("a waveform never takes the place of the model, or of anything but a waveform") {
  const testing::temporary_directory scratch;
  const std::string model = scratch.file("model.onnx"), waves = scratch.file("run.vcd");
  fs::copy_file(linear + "qat-w8a1.onnx", model);
  const auto simulate = [&](const std::string& to) {
    return run_process({program, "simulate", model, "--data", "binary-mnist", "--frames", "1", "--waves", to, "-q"});
  };
  const std::string before = snapshot(scratch.path());
  CHECK(simulate(model).code == 2);
  CHECK(snapshot(scratch.path()) == before);
  CHECK(simulate(waves).code == 0);
  CHECK(simulate(waves).code == 0);
  CHECK(fs::file_size(waves) > 1000);
}
