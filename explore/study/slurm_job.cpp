// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/slurm_job.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "spillway/explore/study/study_tasks.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

extern char** environ;

namespace spillway {

namespace {

namespace fs = std::filesystem;

/// Slurm's MaxArraySize is 1,001 unless its administrator says otherwise.
constexpr std::size_t longest_array = 1000;

/// Looks at a controller that does not answer, until it is given up.
constexpr int longest_silence = 60;

/// Whether a program of Slurm says that nobody answers.
bool is_silent(const std::string& text) {
  for (const char* words : {"Unable to contact", "Connection refused", "timed out"})
    if (text.find(words) != std::string::npos) return true;
  return false;
}

struct program_output {
  int code = -1;
  std::string text;  ///< of stdout and stderr
};

/// Runs a program with arguments and reads what it says. Throws `io_error` where it is not there.
program_output run_program(const std::vector<std::string>& words) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_io_error(words.front(), "run the program", errno);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int failure = ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  program_output output;
  if (failure != 0) {
    ::close(ends[0]);
    throw_io_error(words.front(), "run the program", failure);
  }
  char bytes[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR);)
    if (got > 0) output.text.append(bytes, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  output.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return output;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string quoted_word(const std::string& word) {
  std::string made = "'";
  for (const char c : word) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return made + "'";
}

/// What squeue says of the tasks of an array.
struct array_state {
  bool is_answered = true;
  std::size_t tasks = 0;               ///< that are not over
  std::size_t launch_failures = 0;     ///< that Slurm holds back because a node could not begin them
  std::map<std::string, int> waiting;  ///< by reason, without those that pass by themselves

  bool is_over() const { return is_answered && tasks == 0; }
};

/// Reasons to wait that pass by themselves: other jobs end, an array's limit, a moment between two states.
bool passes(const std::string& reason) {
  static const std::set<std::string> ordinary{"None",      "Priority", "Resources", "JobArrayTaskLimit",
                                              "BeginTime", "Cleaning"};
  return reason.empty() || ordinary.count(reason) != 0;
}

array_state read_squeue(const std::string& text) {
  array_state state;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto bar = line.find('|');
    if (bar == std::string::npos) continue;
    ++state.tasks;
    const std::string reason = line.substr(bar + 1);
    if (line.compare(0, bar, "PENDING") != 0 || passes(reason)) continue;
    ++state.waiting[reason];
    state.launch_failures += reason.find("launch failed") != std::string::npos ? 1 : 0;
  }
  return state;
}

/// The tasks of one array, by a list in a file: index of the array to number of the task.
class task_array {
 public:
  task_array(const std::string& directory, const slurm_options& options, std::vector<std::size_t> tasks, int number)
      : m_options(options), m_tasks(std::move(tasks)) {
    const fs::path folder = fs::absolute(directory).lexically_normal() / "slurm";
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) throw_io_error(folder.string(), "make the directory", failed.value());
    m_list = (folder / fmt::format("tasks-{}", number)).string();
    m_script = (folder / "array.sh").string();
    write_file_atomically(m_list, fmt::format("{}\n", fmt::join(m_tasks, "\n")));
    write_file_atomically(
        m_script, fmt::format("#!/bin/sh\n"
                              "# A task of a study: its number stands in line SLURM_ARRAY_TASK_ID + 1 of the list.\n"
                              "task=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" \"$1\")\n"
                              "exec {} study run {} --task \"$task\" --threads {} --quiet\n",
                              quoted_word(m_options.program),
                              quoted_word(fs::absolute(directory).lexically_normal().string()), m_options.threads));
    m_log = (folder / "%A_%a.log").string();
  }

  void submit() {
    std::vector<std::string> words{
        "sbatch", "--parsable",
        // A task that is lost with its node is submitted again as another job: under its
        // old number, what is left of it on the node would keep it from beginning.
        "--no-requeue", "--job-name=spillway-study", fmt::format("--array=0-{}", m_tasks.size() - 1),
        fmt::format("--cpus-per-task={}", m_options.threads), "--output=" + m_log, "--error=" + m_log};
    words.insert(words.end(), m_options.sbatch.begin(), m_options.sbatch.end());
    words.insert(words.end(), {m_script, m_list});
    program_output output = run_program(words);
    // A controller that is being started again is waited for.
    for (int look = 0; look < longest_silence && output.code != 0 && is_silent(output.text); ++look) {
      std::this_thread::sleep_for(std::chrono::duration<double>(m_options.poll_seconds));
      output = run_program(words);
    }
    if (output.code != 0)
      throw io_error(fmt::format("sbatch refused the tasks: {}", printable(first_line(output.text))));
    m_job = first_line(output.text);
    m_job = m_job.substr(0, m_job.find(';'));  // a cluster's name may follow
  }

  array_state state() const {
    const program_output output = run_program({"squeue", "--noheader", "--array", "--jobs=" + m_job, "--format=%T|%r"});
    if (output.code == 0) return read_squeue(output.text);
    array_state unknown;
    // A job that has left the controller's memory is over.
    unknown.is_answered = output.text.find("Invalid job id") != std::string::npos;
    return unknown;
  }

  void cancel() const { run_program({"scancel", m_job}); }

  const std::string& job() const { return m_job; }

 private:
  const slurm_options& m_options;
  std::vector<std::size_t> m_tasks;
  std::string m_list, m_script, m_log, m_job;
};

/// Says why tasks of an array wait, whenever that has changed, and that nobody answers.
class waiting_notes {
 public:
  explicit waiting_notes(const slurm_options& options) : m_options(options) {}

  void look(const task_array& array, const array_state& state) {
    m_silent_looks = state.is_answered ? 0 : m_silent_looks + 1;
    if (m_silent_looks == some_looks) say("Slurm's controller does not answer, and is waited for");
    std::map<std::string, int>& said = m_said[array.job()];
    if (!state.is_answered || state.waiting == said) return;
    said = state.waiting;
    for (const auto& [reason, count] : state.waiting)
      say(fmt::format("job {}: {} task{} wait{}: {}; scontrol show job {} says more", array.job(), count,
                      count == 1 ? "" : "s", count == 1 ? "s" : "", printable(reason), array.job()));
  }

 private:
  static constexpr int some_looks = 10;

  void say(const std::string& line) const {
    if (m_options.on_note) m_options.on_note(line);
  }

  const slurm_options& m_options;
  std::map<std::string, std::map<std::string, int>> m_said;
  int m_silent_looks = 0;
};

/// Waits until Slurm knows of none of the arrays. False if it was stopped.
bool wait_for(const std::vector<task_array>& arrays, const std::string& directory, const study_plan& plan,
              const slurm_options& options) {
  const auto pause = std::chrono::duration<double>(options.poll_seconds);
  waiting_notes notes(options);
  for (;;) {
    bool is_over = true;
    for (const task_array& array : arrays) {
      const array_state state = array.state();
      is_over = is_over && state.is_over();
      notes.look(array, state);
      // What Slurm holds back after a node could not begin it never runs: it ends, and is submitted again.
      if (state.tasks > 0 && state.launch_failures == state.tasks) array.cancel();
    }
    const std::size_t done = plan.tasks.size() - missing_tasks(directory, plan).size();
    if (options.on_progress && !options.on_progress(done)) {
      for (const task_array& array : arrays) array.cancel();
      return false;
    }
    if (is_over) return true;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

slurm_result run_with_slurm(const std::string& directory, const study_plan& plan, const slurm_options& options) {
  slurm_result result;
  int number = 0;
  for (int attempt = 0; attempt <= options.retries; ++attempt) {
    result.missing = missing_tasks(directory, plan);
    if (result.missing.empty()) return result;
    if (attempt > 0 && options.on_note)
      options.on_note(fmt::format("not done, and submitted again: tasks {}", fmt::join(result.missing, ", ")));
    std::vector<task_array> arrays;
    for (std::size_t at = 0; at < result.missing.size(); at += longest_array) {
      const std::size_t end = std::min(at + longest_array, result.missing.size());
      arrays.emplace_back(directory, options,
                          std::vector(result.missing.begin() + static_cast<std::ptrdiff_t>(at),
                                      result.missing.begin() + static_cast<std::ptrdiff_t>(end)),
                          number++);
      arrays.back().submit();
    }
    if (!wait_for(arrays, directory, plan, options)) {
      result.stopped = true;
      break;
    }
  }
  result.missing = missing_tasks(directory, plan);
  return result;
}

}  // namespace spillway
