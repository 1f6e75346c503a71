// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "spillway/models/support/read_file.h"
#include "spillway/tests/faults/fault.h"

// kill -9 to processes that do tasks of a planned study, and to the merge. The end has the bytes of one process.

using namespace spillway;
using namespace spillway::faults;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_store = 1 << 28;

std::vector<std::string> run_task_words(const std::string& directory, std::size_t task) {
  return {program, "study", "run", directory, "--task", std::to_string(task), "--threads", "1", "--quiet"};
}

std::vector<std::string> merge_words(const std::string& directory) {
  return {program, "study", "merge", directory, "--no-report", "--quiet"};
}

std::string store_of(const std::string& directory) { return read_file(directory + "/study.sqlite", longest_store); }

/// All tasks to their ends, and the merge, which is killed once and then not.
std::string finish(const std::string& directory, std::size_t tasks, std::chrono::milliseconds merge_moment) {
  for (std::size_t task = 0; task < tasks; ++task)
    if (const process_result result = run_process(run_task_words(directory, task)); result.code != 0)
      return fmt::format("task {}: exit code {}: {}", task, result.code, result.err);
  kill_after(merge_words(directory), merge_moment);
  const process_result merged = run_process(merge_words(directory));
  return merged.code == 0 ? "" : fmt::format("merge: exit code {}: {}", merged.code, merged.err);
}

}  // namespace

TEST_CASE("a planned study whose tasks and merge are killed comes to the bytes of one process") {
  const testing::temporary_directory scratch;
  const std::string whole = scratch.file("whole"), planned = scratch.file("planned");
  std::vector<std::string> words = longer_study();
  words.erase(std::find(words.begin(), words.end(), "--no-report"));
  REQUIRE(run_process(subject{"", words}.into(whole)).code == 0);
  const std::string expected = store_of(whole);
  words.insert(words.begin() + 2, "plan");
  words.insert(words.end(), {"--seconds", is_long() ? "20" : "0.2"});
  REQUIRE(run_process(subject{"", words}.into(planned)).code == 0);
  std::size_t tasks = 0;
  const std::string timed = scratch.file("timed");
  fs::copy(planned, timed, fs::copy_options::recursive);
  const auto of_all = time_of([&] {
    while (run_process(run_task_words(timed, tasks)).code == 0) ++tasks;
  });
  REQUIRE(tasks > 0);
  const auto of_merge = time_of([&] { REQUIRE(run_process(merge_words(timed)).code == 0); });
  REQUIRE(store_of(timed) == expected);

  tally all(title(fmt::format("kill -9, twice, a task of {}, and once the merge", tasks), of_all));
  std::mt19937_64 random(4);
  std::uniform_int_distribution<std::int64_t> moment(0, of_all.count() / static_cast<std::int64_t>(tasks)),
      merge_moment(0, of_merge.count());
  for (int i = 0; i < tries(2); ++i) {
    const std::string path = scratch.file(fmt::format("try-{}", i));
    fs::copy(planned, path, fs::copy_options::recursive);
    for (int kills = 0; kills < 2; ++kills)
      kill_after(run_task_words(path, random() % tasks), std::chrono::milliseconds(moment(random)));
    std::string wrong = finish(path, tasks, std::chrono::milliseconds(merge_moment(random)));
    if (wrong.empty() && store_of(path) != expected) wrong = "the store has other bytes";
    all.add(wrong);
    fs::remove_all(path);
  }
}
