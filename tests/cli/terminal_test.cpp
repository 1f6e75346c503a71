// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

// What a terminal shows, and what it says: names can't drive it, and Ctrl-C ends every command.

using namespace spillway;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

/// Colours, DEL, a control of two bytes, a byte that is no UTF-8, a line that would overwrite another.
const std::string hostile =
    "a\x1b[31m\x7f\xc2\x9b"
    "2J\xff\r\b\x07z";

/// No byte that a terminal obeys; ends of lines and tabs are text.
void check_visible(const std::string& printed) {
  for (std::size_t i = 0; i < printed.size(); ++i) {
    const auto byte = static_cast<unsigned char>(printed[i]);
    const bool is_c1 = byte == 0xC2 && i + 1 < printed.size() && static_cast<unsigned char>(printed[i + 1]) < 0xA0;
    CAPTURE(printed);
    CAPTURE(i);
    CHECK((byte >= 0x20 || byte == '\n' || byte == '\t'));
    CHECK(byte != 0x7F);
    CHECK(byte != 0xFF);
    CHECK(!is_c1);
  }
}

const std::string data = SPILLWAY_SOURCE_DIR "/models/data/binary-mnist";

/// Until the process has a handler for the signal, 30 seconds at most.
void wait_until_caught(int pid, int signal) {
  const auto is_caught = [&] {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("SigCgt:")) return (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1) != 0;
    return false;
  };
  for (int i = 0; i < 3000 && !is_caught(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

/// [frames, features] bytes as NumPy has them, all alike.
void write_bytes(const fs::path& path, std::size_t frames, std::size_t features) {
  std::string header = fmt::format("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}, {}), }}", frames, features);
  header.append(118 - header.size() - 1, ' ');
  std::ofstream(path, std::ios::binary) << std::string("\x93NUMPY\x01\x00\x76\x00", 10) << header << '\n'
                                        << std::string(frames * features, '\x55');
}

/// Two frames of 784 bits, in a dataset of this name.
void write_dataset(const fs::path& folder, const json& name) {
  fs::create_directories(folder);
  const json described{{"name", name}, {"frames", 2}, {"features", 784}, {"bits_per_feature", 1}, {"images", "i.npy"}};
  std::ofstream(folder / "dataset.json") << described.dump();
  write_bytes(folder / "i.npy", 2, 784 / 8);
}

}  // namespace

TEST_CASE("no argument, path or name of a file reaches the terminal as it is") {
  const testing::temporary_directory scratch;
  const std::string model = scratch.file(hostile + ".onnx");
  fs::copy_file(qat, model);
  std::ofstream(scratch.file("folding.json"))
      << json{{"Defaults", json::object()}, {"a\x1b[31m\x7f\xc2\x9b", 1}}.dump();
  const std::vector<std::vector<std::string>> table{
      {hostile},
      {"info", hostile},
      {"info", qat, "--" + hostile},
      {"info", qat, hostile},
      {"info", qat, "--accumulator", hostile},
      {"info", qat, "--pe", hostile},
      {"info", qat, "--input", hostile},
      {"info", qat, "--folding", scratch.file("folding.json")},
      {"info", model},
      {"info", model, "--json"},
      {"check", model},
      {"check", model, "--json"},
      {"estimate", model, "--json"},
      {"simulate", model, "--data", data, "--frames", "2", "--quiet"},
      {"simulate", model, "--data", data, "--frames", "2", "--quiet", "--json"},
      {"simulate", qat, "--data", hostile},
      {"simulate", qat, "--data", data, "--engine", hostile},
      {"rtl", model, "-o", scratch.file(hostile + "-rtl"), "--frames", "1"},
      {"convert", model, "-o", scratch.file(hostile + "-qcdq.onnx")},
      {"explore", model, "-o", scratch.file(hostile + ".json")},
      {"trace", hostile},
      {"report", hostile},
  };
  for (const std::vector<std::string>& arguments : table) {
    const process_result result = spillway_command(arguments);
    CAPTURE(arguments);
    CHECK(result.code <= 3);
    check_visible(result.out);
    check_visible(result.err);
    if (arguments.back() == "--json") CHECK(json::accept(result.out));
  }
}

TEST_CASE("a dataset's name and a foreign schema are shown with escapes, and are whole in JSON") {
  const testing::temporary_directory scratch;
  const json name =
      "x\x1b[31m\x7f\xc2\x9b"
      "2J";
  write_dataset(scratch.file("data"), name);
  const process_result text = spillway_command({"simulate", qat, "--data", scratch.file("data"), "--quiet"});
  CHECK(text.code == 0);
  check_visible(text.out);
  const process_result document = spillway_command(
      {"simulate", qat, "--data", scratch.file("data"), "--quiet", "--json", "-o", scratch.file("run")});
  CHECK(document.code == 0);
  check_visible(document.out);
  CHECK(json::parse(document.out)["dataset"] == name);
  for (const char* form : {"--json", "--csv", "--quiet"}) {
    std::vector<std::string> arguments{"trace", scratch.file("run"), "summary"};
    if (form != std::string("--quiet")) arguments.emplace_back(form);
    check_visible(spillway_command(arguments).out);
  }
  const std::string change =
      "UPDATE meta SET value = 'x' || char(27) || '[31m' || char(127) || char(155) WHERE key = 'schema'";
  REQUIRE(run_process({"/usr/bin/sqlite3", scratch.file("run/run.sqlite"), change}).code == 0);
  const process_result foreign = spillway_command({"trace", scratch.file("run")});
  check_refused(foreign, 2, {"schema"});
  check_visible(foreign.err);
}

TEST_CASE("text that is no control stays as it is") {
  const testing::temporary_directory scratch;
  const std::string model = scratch.file("größe-数-🙂.onnx");
  fs::copy_file(qat, model);
  CHECK(spillway_command({"info", model}).out.starts_with(model + ": "));
  CHECK(spillway_command({"info", scratch.file("nichts-ß.onnx")}).err.find("nichts-ß.onnx") != std::string::npos);
}

TEST_CASE("Ctrl-C and SIGTERM end every command promptly, with a line and 130") {
  const testing::temporary_directory scratch;
  const std::string zoo = SPILLWAY_SOURCE_DIR "/models/zoo/", resnet = zoo + "resnet18-cifar10/qat-w4a4.onnx",
                    photographs = scratch.file("photographs.npy");
  write_bytes(photographs, 4000, 3UL * 32 * 32);  // every command has more to do than it gets time for
  const std::vector<std::vector<std::string>> table{
      {"check", resnet, "--data", photographs},
      {"explore", resnet, "--pe", "1", "--simd", "1", "--fifos", "live", "-o", scratch.file("folding.json")},
      {"rtl", resnet, "--fifos", "full-rate", "--frames", "1000", "-o", scratch.file("rtl")},
      {"simulate", resnet, "--data", photographs, "--engine", "fast", "--accumulator", "10:saturate:per_product"},
  };
  using clock = std::chrono::steady_clock;
  for (const int signal : {SIGINT, SIGTERM})
    for (std::vector<std::string> arguments : table) {
      CAPTURE(arguments);
      arguments.insert(arguments.begin(), SPILLWAY_BINARY_DIR "/spillway");
      clock::time_point sent;
      const process_result result = run_process(arguments, [&](int pid) {
        wait_until_caught(pid, signal);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));  // into the midst of its work
        kill(pid, signal);
        sent = clock::now();
      });
      CHECK(clock::now() - sent < std::chrono::seconds(30));
      CHECK(result.code == 130);
      CHECK(result.err.find("interrupted") != std::string::npos);
    }
  CHECK(!fs::exists(scratch.file("folding.json")));
  CHECK(!fs::exists(scratch.file("rtl")));
}
