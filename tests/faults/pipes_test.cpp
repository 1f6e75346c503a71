// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "spillway/tests/faults/fault.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using namespace spillway::faults;
namespace fs = std::filesystem;

namespace {

const std::string model = linear + "qat-w8a1.onnx";

/// Every command, with much to say where it can say much.
std::vector<std::vector<std::string>> commands(const std::string& run, const std::string& scratch) {
  return {{"--help"},
          {"--version"},
          {"nonsense"},
          {"info", model, "--json"},
          {"check", tfc + "qat-w4a4.onnx", "--accumulator", "8", "--json"},
          {"convert", model, "-o", scratch + "/converted.onnx", "--force"},
          {"simulate", model, "--data", "binary-mnist", "--frames", "20"},
          {"estimate", resnet + "qat-w4a4.onnx", "--explain"},
          {"explore", model, "--fps", "1000", "--fifos", "full-rate", "--json"},
          {"rtl", model, "-o", scratch + "/rtl", "--force", "--json"},
          {"trace", run, "events", "--limit", "0"},
          {"trace", run, "events", "--limit", "0", "--json"},
          {"trace", run, "channels"},
          {"report", run, "--viewer", "/nope"},
          {"version", "--json"}};
}

std::string quoted(const std::vector<std::string>& words) {
  std::string line = program;
  for (const std::string& word : words) line += " '" + word + "'";
  return line;
}

}  // namespace

TEST_CASE("streams that are full or closed are an exit code, never a signal") {
  const testing::temporary_directory scratch;
  const std::string run = scratch.file("run");
  REQUIRE(run_process(simulation("", {"--frames", "2000"}).into(run)).code == 0);
  tally all("stdout or stderr full, closed, or a pipe whose reader has gone");
  for (const char* end : {"> /dev/full", "2> /dev/full", "> /dev/full 2>&1", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-",
                          "| head -c 10", "2>&1 | head -c 1", "| true", "2>&1 >/dev/null | true"})
    for (const std::vector<std::string>& words : commands(run, scratch.path())) {
      const process_result result =
          run_process({"/bin/bash", "-c", fmt::format("{} {}; exit ${{PIPESTATUS[0]}}", quoted(words), end)});
      all.add(result.code <= 3 ? ""
                               : fmt::format("{} {}: exit code {} {}", quoted(words), end, result.code, result.err));
    }
}

TEST_CASE("a simulation is saved whole whether its streams are read or not") {
  const testing::temporary_directory scratch;
  const subject of = simulation("", {"--frames", "40"});
  const std::string expected = scratch.file("expected");
  REQUIRE(run_process(of.into(expected)).code == 0);
  tally all("simulate, saved though nobody reads what it says");
  int i = 0;
  for (const char* end : {"> /dev/full", "2> /dev/full", ">&- 2>&-", "| true", "2>&1 | head -c 1"}) {
    const std::string path = scratch.file(fmt::format("try-{}", i++));
    std::vector<std::string> words = of.into(path);
    words.erase(words.begin());
    run_process({"/bin/bash", "-c", fmt::format("{} {}", quoted(words), end)});
    all.add(difference(path, expected));
  }
  // A pipe that is full, and that somebody holds without reading.
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  const std::string block(4096, 'x');
  while (write(ends[1], block.data(), block.size()) > 0) {
  }
  fcntl(ends[1], F_SETFL, 0);
  const std::string path = scratch.file("full-pipe");
  std::vector<std::string> words = of.into(path);
  std::erase(words, "--quiet");
  words.insert(words.end(), {"--accumulator", "MVAU_0=10:wrap:per_product"});
  words.erase(words.begin());
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    const std::string line = fmt::format("timeout 60 {} > /dev/null", quoted(words));
    execl("/bin/bash", "bash", "-c", line.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  close(ends[0]);
  close(ends[1]);
  all.add(WIFEXITED(status) && WEXITSTATUS(status) == 0 && fs::exists(path + "/outputs.npy") ? "" : "did not end");
}

TEST_CASE("names with escapes, line ends and bytes that are no UTF-8 are an exit code, one line and JSON") {
  const testing::temporary_directory scratch;
  tally all("hostile names of files, data sets and directories");
  for (const std::string name :
       {"\xff\xfe", "\x1b[31mred", "two\nlines", "\x9b", "q'uo\"te", "a b", "\xc2\x9b", "%s%n"}) {
    const std::string copy = scratch.path() + "/" + name + ".onnx", run = scratch.path() + "/run-" + name;
    fs::copy_file(model, copy, fs::copy_options::overwrite_existing);
    const std::vector<std::vector<std::string>> good{
        {"info", copy, "--json"},
        {"check", copy, "--json"},
        {"simulate", copy, "--data", "binary-mnist", "--frames", "3", "-q", "--json", "-o", run},
        {"estimate", copy, "--json"},
        {"explore", copy, "--json", "-o", scratch.path() + "/" + name + ".json"},
        {"rtl", copy, "-o", scratch.path() + "/rtl-" + name, "--json"},
        {"convert", copy, "-o", scratch.path() + "/new-" + name + ".onnx", "--json"},
        {"trace", run, "summary", "--json"}};
    for (std::vector<std::string> words : good) {
      words.insert(words.begin(), program);
      const process_result result = run_process(words);
      const bool is_json = nlohmann::json::accept(result.out);
      all.add(result.code == 0 && is_json ? "" : fmt::format("{}: exit code {} {}", words[1], result.code, result.err));
    }
    const std::vector<std::vector<std::string>> bad{{"info", scratch.path() + "/no-" + name},
                                                    {"trace", scratch.path() + "/no-" + name},
                                                    {"report", scratch.path() + "/no-" + name},
                                                    {"simulate", model, "--data", name},
                                                    {"simulate", model, "--data", "binary-mnist", "-o", copy}};
    for (std::vector<std::string> words : bad) {
      words.insert(words.begin(), program);
      const process_result result = run_process(words);
      const bool is_refused = result.code == 2 || result.code == 3;
      const auto lines = std::count(result.err.begin(), result.err.end(), '\n');
      all.add(is_refused && lines == 1 ? "" : fmt::format("{}: exit code {} {}", words[1], result.code, result.err));
    }
  }
}
