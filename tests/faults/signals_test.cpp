// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "spillway/tests/effort.h"
#include "spillway/tests/faults/fault.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using namespace spillway::faults;
namespace fs = std::filesystem;

namespace {

process_result stop_after(const std::vector<std::string>& command, int signal, std::chrono::milliseconds moment) {
  return run_process(command, [&](int pid) {
    std::this_thread::sleep_for(moment);
    kill(pid, signal);
  });
}

/// 130 with one line, or done before the signal came. (The shell's code of a process that had not caught it yet is 128
/// and the signal's number.)
std::string wrong_end(const process_result& result, int signal) {
  if (result.code == 0 || result.code == 128 + signal) return {};
  if (result.code != 130) return fmt::format("exit code {}: {}", result.code, result.err);
  const auto lines = std::count(result.err.begin(), result.err.end(), '\n');
  return lines == 1 ? "" : fmt::format("{} lines on stderr: {}", lines, result.err);
}

}  // namespace

TEST_CASE("a command that is stopped says so in one line, leaves nothing half, and goes on to the same end") {
  const testing::temporary_directory scratch;
  const std::vector<subject> subjects{
      simulation("simulate, cycle engine", {"--pe", "1", "--simd", "4", "--frames", "1000"}),
      simulation("simulate, fast engine", {"--engine", "fast"}),
      {"explore", {program, "explore", tfc + "qat-w4a4.onnx", "--fps", "100000", "--fifos", "full-rate", "--quiet"}},
      {"rtl", {program, "rtl", linear + "qat-w8a1.onnx", "--fifos", "full-rate", "--quiet"}},
      {"study", study_command}};
  std::mt19937_64 random(3);
  for (const subject& of : subjects) {
    const std::string expected = scratch.file("expected-" + of.name);
    const auto whole = time_of([&] { REQUIRE(run_process(of.into(expected)).code == 0); });
    std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
    tally all(fmt::format("SIGINT and SIGTERM, {} ({:.1f} s)", of.name, static_cast<double>(whole.count()) / 1000));
    for (int i = 0; i < spillway::testing::effort(); ++i) {
      const std::string path = scratch.file(fmt::format("{}-{}", of.name, i));
      const int signal = random() % 2 == 0 ? SIGINT : SIGTERM;
      const process_result result = stop_after(of.into(path), signal, std::chrono::milliseconds(moment(random)));
      std::string wrong = wrong_end(result, signal);
      if (wrong.empty() && result.code != 0) {
        if ((of.name == "explore" || of.name == "rtl") && fs::exists(path) &&
            (fs::is_regular_file(path) || !fs::is_empty(path)))
          wrong = "something is left under a final name";
        const process_result end = run_process(of.into(path));
        if (wrong.empty() && end.code != 0) wrong = fmt::format("the rerun: {}", end.err);
      }
      all.add(wrong.empty() ? difference(path, expected) : wrong);
    }
  }
}

TEST_CASE("frames keep the numbers of the data, whatever was skipped or interrupted") {
  const testing::temporary_directory scratch;
  const std::string whole = scratch.file("whole"), part = scratch.file("part");
  REQUIRE(run_process(simulation("", {"--frames", "300"}).into(whole)).code == 0);
  REQUIRE(run_process(simulation("", {"--skip", "100", "--frames", "200"}).into(part)).code == 0);
  const auto ask = [](const std::string& directory, const char* question) {
    return run_process({program, "trace", directory, question, "--limit", "0", "--csv"}).out;
  };
  const auto from_100 = [](const std::string& csv) {
    std::string lines;
    for (std::size_t at = 0; at < csv.size();) {
      const std::size_t end = csv.find('\n', at);
      if (at == 0 || std::stoi(csv.substr(at)) >= 100) lines += csv.substr(at, end + 1 - at);
      at = end + 1;
    }
    return lines;
  };
  REQUIRE(from_100(ask(whole, "flips")).size() > 200);
  CHECK(ask(part, "flips") == from_100(ask(whole, "flips")));
}
