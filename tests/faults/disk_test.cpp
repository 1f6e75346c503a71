// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "spillway/tests/effort.h"
#include "spillway/tests/faults/fault.h"
#include "spillway/tests/traces/full_disk.h"
#include "spillway/tests/traces/temporary_directory.h"

// A disk that is full, and a limit on the size of files, at every block that a small run writes. Whatever does not fit:
// the command ends with a line and exit code 3, its totals are on stdout and outputs.npy is there unless it was refused
// before anything was computed, and the same command comes to the whole result once there is room.

using namespace spillway;
using namespace spillway::faults;
namespace fs = std::filesystem;

namespace {

constexpr long block = 4096;

const subject small = simulation("", {"--frames", "100"});

/// What is wrong with an end on a disk that may have been too small.
std::string wrong_end(const process_result& result, const std::string& path, const std::string& expected) {
  if (result.code == 0) return difference(path, expected);
  if (result.code != 3) return fmt::format("exit code {}: {}", result.code, result.err);
  if (std::count(result.err.begin(), result.err.end(), '\n') != 1) return "not one line: " + result.err;
  if (result.out.empty()) return {};
  if (result.out.find("top-1") == std::string::npos) return "no totals: " + result.out;
  std::string wrong = difference(path + "/outputs.npy", expected + "/outputs.npy");
  return wrong.empty() ? "" : "outputs.npy: " + wrong;
}

/// The same command, once there is room.
std::string wrong_rerun(const std::string& path, const std::string& expected) {
  const process_result end = run_process(small.into(path));
  if (end.code == 2 && end.err.find("not empty") != std::string::npos) return difference(path, expected);
  return end.code == 0 ? difference(path, expected) : fmt::format("the rerun: {}", end.err);
}

/// Every block, or as many as a short test takes.
long step(long size) {
  const long blocks = size / block;
  return block * (spillway::testing::effort() > 1 ? 1 : std::max(1L, blocks / 20));
}

/// The run in a file system of this size. The words of what was wrong are written to `report`.
int run_on_small_disk(const std::string& mounted, long size, const std::string& expected, const std::string& report) {
  const pid_t child = fork();
  if (child == 0) {
    if (!testing::own_mounts()) _exit(2);
    if (mount("tmpfs", mounted.c_str(), "tmpfs", 0, fmt::format("size={}", size).c_str()) != 0) _exit(2);
    const std::string path = mounted + "/run";
    std::string wrong = wrong_end(run_process(small.into(path)), path, expected);
    if (mount("tmpfs", mounted.c_str(), "tmpfs", MS_REMOUNT, "size=64m") != 0) _exit(2);
    if (wrong.empty()) wrong = wrong_rerun(path, expected);
    std::ofstream(report) << wrong;
    _exit(wrong.empty() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a disk that becomes full at any block costs neither totals nor outputs, and the rerun is whole") {
  const testing::temporary_directory scratch;
  const std::string expected = scratch.file("expected"), mounted = scratch.file("disk"),
                    report = scratch.file("report");
  REQUIRE(run_process(small.into(expected)).code == 0);
  fs::create_directory(mounted);
  const long most = static_cast<long>(fs::file_size(expected + "/run.sqlite")) * 3;
  tally all(fmt::format("full disk, from 1 block to {}, then room and the same command", most / block));
  for (long size = block; size < most; size += step(most)) {
    const int code = run_on_small_disk(mounted, size, expected, report);
    if (code == 2) {
      MESSAGE("skipped: this system does not let us mount a small disk");
      return;
    }
    all.add(code == 0 ? "" : fmt::format("{} bytes: {}", size, read(report)));
  }
}

TEST_CASE("a limit on the size of files is a full disk") {
  const testing::temporary_directory scratch;
  const std::string expected = scratch.file("expected");
  REQUIRE(run_process(small.into(expected)).code == 0);
  const long most = static_cast<long>(fs::file_size(expected + "/run.sqlite")) + 2 * block;
  tally all(fmt::format("ulimit -f, from 1 block to {}, then none and the same command", most / block));
  for (long limit = block; limit < most; limit += step(most)) {
    const std::string path = scratch.file("run");
    std::string wrong = wrong_end(run_process(small.into(path), {}, limit), path, expected);
    if (wrong.empty()) wrong = wrong_rerun(path, expected);
    all.add(wrong.empty() ? "" : fmt::format("{} bytes: {}", limit, wrong));
    fs::remove_all(path);
  }
}

TEST_CASE(
    "threads that the system refuses cost time, and memory that it refuses a line; neither a result nor a signal") {
  const std::string command = fmt::format(
      "{} simulate {}qat-w8a1.onnx --data binary-mnist --frames 4000 --accumulator 10 --engine fast -q --threads ",
      program, linear);
  const process_result expected = run_process({"/bin/bash", "-c", command + "1"});
  REQUIRE(expected.code == 0);
  tally all("64 threads under a limit of memory (ulimit -v)");
  for (long kibibytes = 100'000; kibibytes <= 1'000'000;
       kibibytes += spillway::testing::effort() > 1 ? 10'000 : 40'000) {
    const process_result result =
        run_process({"/bin/bash", "-c", fmt::format("ulimit -v {}; {} 64", kibibytes, command)});
    const bool is_refused = result.code == 3 && result.out.empty();
    const bool did_not_start = result.code == 127;  // not even the libraries found room
    all.add(is_refused || did_not_start || (result.code == 0 && result.out == expected.out)
                ? ""
                : fmt::format("{} KiB: exit code {} {}", kibibytes, result.code, result.err));
  }
}
