// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/study_tasks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Keeps other processes away from a task for as long as it lives.
class task_lock {
 public:
  explicit task_lock(const std::string& store)
      : m_file(::open((store + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (m_file < 0) throw_io_error(store + ".lock", "write the file", errno);
    // File systems without locks are written to all the same.
    if (::flock(m_file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      ::close(m_file);
      throw io_error(fmt::format("{}: another process does this task; wait until it has finished", shown_path(store)));
    }
  }
  ~task_lock() { ::close(m_file); }
  task_lock(const task_lock&) = delete;
  task_lock& operator=(const task_lock&) = delete;

 private:
  int m_file;
};

std::string spec_file(const std::string& directory) {
  return (std::filesystem::path(directory) / "study.json").string();
}

void make_folder(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) throw_io_error(path, "make the directory", failed.value());
}

/// The stores that the tasks of an earlier plan have left: 0.sqlite, 1.sqlite, ...
std::vector<std::string> earlier_stores(const std::string& folder) {
  std::vector<std::string> stores;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const std::string stem = entry.path().stem().string();
    const bool is_number = !stem.empty() && stem.find_first_not_of("0123456789") == std::string::npos;
    if (is_number && entry.path().extension() == ".sqlite") stores.push_back(entry.path().string());
  }
  std::sort(stores.begin(), stores.end());
  return stores;
}

void remove_store(const std::string& store) {
  for (const char* ending : {"-journal", ".copy", ".lock", ""}) {
    std::error_code failed;
    std::filesystem::remove(store + ending, failed);
    if (failed) throw_io_error(store + ending, "remove the file", failed.value());
  }
}

/// Throws unless the study still has every point of the task.
void check_points(const study_list& study, const study_task& task, const std::string& directory) {
  std::set<std::string> known;
  for (const study_group& group : study.groups)
    for (const study_point& point : group.points) known.insert(point.key);
  for (const std::string& point : task.points)
    if (!known.contains(point))
      throw config_error(
          fmt::format("{}: networks, data or study.json are not those of the plan; expected a plan made "
                      "anew (spillway study plan)",
                      shown_path(directory)));
}

}  // namespace

study_plan plan_tasks(const study_list& study, const study_place& place, const plan_options& options) {
  const std::string folder = std::filesystem::path(task_file(place.directory, 0)).parent_path().string();
  const std::vector<std::string> earlier = earlier_stores(folder);
  const study_plan plan = plan_study(study, begin_study(study, place, earlier), options);
  for (const std::string& store : earlier) remove_store(store);
  make_folder(folder);
  write_plan(plan_file(place.directory), plan);
  return plan;
}

study_result run_task(const std::string& directory, std::size_t task, const study_options& options) {
  const study_plan plan = read_plan(plan_file(directory));
  if (task >= plan.tasks.size())
    throw config_error(fmt::format("task {}: the plan has {} tasks; nearest: {}", task, plan.tasks.size(),
                                   plan.tasks.empty() ? 0 : plan.tasks.size() - 1));
  const study_list study = list_points(read_study(spec_file(directory)));
  const study_task& own = plan.tasks[task];
  check_points(study, own, directory);
  const std::string path = task_file(directory, task);
  make_folder(std::filesystem::path(path).parent_path().string());
  const task_lock lock(path);
  study_options only = options;
  only.only.insert(own.points.begin(), own.points.end());
  study_result result;
  {
    study_store store(path);
    result = run_study(study, store, only);
  }
  if (!result.stopped) rewrite_study(path);
  return result;
}

std::vector<std::size_t> missing_tasks(const std::string& directory, const study_plan& plan) {
  std::vector<std::size_t> missing;
  for (std::size_t task = 0; task < plan.tasks.size(); ++task)
    if (!is_done(directory, plan, task)) missing.push_back(task);
  return missing;
}

merged_study merge_tasks(const std::string& directory, const std::string& command) {
  const study_plan plan = read_plan(plan_file(directory));
  merged_study merged{
      list_points(read_study(spec_file(directory))), plan.tasks.size(), missing_tasks(directory, plan), {}};
  if (!merged.missing.empty()) return merged;
  std::vector<std::string> stores;
  for (std::size_t task = 0; task < plan.tasks.size(); ++task) stores.push_back(task_file(directory, task));
  merged.result = merge_study(merged.study, {directory, false, command}, stores);
  if (merged.result.present < merged.result.points)
    throw config_error(
        fmt::format("{}: the plan's tasks are done, but {} of {} points of study.json are not among them; "
                    "expected a plan made anew (spillway study plan)",
                    shown_path(directory), merged.result.points - merged.result.present, merged.result.points));
  return merged;
}

}  // namespace spillway
