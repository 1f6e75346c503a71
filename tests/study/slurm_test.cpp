// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <thread>

#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/traces/temporary_directory.h"

// A study as Slurm job arrays, on real daemons: tests/study/slurm_cluster. They need root.

using namespace spillway;

namespace {

namespace fs = std::filesystem;

const std::string script = SPILLWAY_SOURCE_DIR "/tests/study/slurm_cluster";

/// What a file holds; as much as could be read of a process's that has just ended.
std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Daemons for as long as it lives.
class cluster {
 public:
  explicit cluster(std::string directory) : m_directory(std::move(directory)) {
    setenv("SLURM_CONF", (m_directory + "/slurm.conf").c_str(), 1);
    const process_result started = run_process({script, "start", m_directory});
    CAPTURE(started.err);
    REQUIRE(started.code == 0);
  }
  ~cluster() { run_process({script, "stop", m_directory}); }
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// kill -9, then a start.
  void restart_controller() { restart("slurmctld.pid", {script, "controller", m_directory}); }
  void restart_node(int number) {
    restart(fmt::format("slurmd-node{}.pid", number), {script, "node", m_directory, std::to_string(number)});
  }

  /// As an administrator does: a task that outlives the kill of its node's daemon can make Slurm set the node aside.
  void resume() { run_process({script, "resume", m_directory}); }

 private:
  void restart(const std::string& pid_file, const std::vector<std::string>& command) {
    const int pid = std::atoi(text_of(m_directory + "/" + pid_file).c_str());
    REQUIRE(pid > 1);
    kill(pid, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    CHECK(run_process(command).code == 0);
  }

  std::string m_directory;
};

/// kill -9 to the processes that do tasks of a study now.
int kill_tasks(const std::string& directory) {
  int killed = 0;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const int pid = std::atoi(entry.path().filename().c_str());
    if (pid < 2) continue;
    const std::string words = text_of(entry.path() / "cmdline");
    if (words.find(directory) == std::string::npos || words.find("--task") == std::string::npos) continue;
    killed += kill(pid, SIGKILL) == 0 ? 1 : 0;
  }
  return killed;
}

std::vector<std::string> study_words(std::vector<std::string> more) {
  std::vector<std::string> words{"study"};
  if (more.front() == "plan") words.emplace_back("plan");
  const std::string networks = SPILLWAY_SOURCE_DIR "/models/zoo/mnist-linear/";
  words.insert(words.end(), {networks + "qat-w8a1.onnx", networks + "a2q_plus-w8a1-p1*.onnx", "--data", "binary-mnist",
                             "--accumulator", "8..16", "--overflow", "wrap,saturate", "--quiet"});
  words.insert(words.end(), more.begin() + (more.front() == "plan" ? 1 : 0), more.end());
  return words;
}

/// Whether a child has not ended; it is not waited for.
bool is_running(int pid) {
  siginfo_t ended{};
  return waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0;
}

/// The store that a study comes to on the daemons, its tasks of a second each, while something is done to it.
std::string study_on_slurm(const std::string& directory, const std::function<void(int)>& while_running) {
  REQUIRE(spillway_command(study_words({"plan", "-o", directory, "--seconds", "1"})).code == 0);
  const std::string program = SPILLWAY_BINARY_DIR "/spillway";
  const process_result run =
      run_process({program, "study", "slurm", directory, "--poll", "0.3", "--retries", "50", "--no-report", "--quiet"},
                  while_running);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  return text_of(directory + "/study.sqlite");
}

}  // namespace

TEST_CASE("job arrays come to the bytes of one process, though tasks, a node and the controller are killed") {
  if (geteuid() != 0) {
    MESSAGE("not root: left out");
    return;
  }
  const testing::temporary_directory scratch;
  const std::string whole = scratch.file("whole");
  REQUIRE(spillway_command(study_words({"-o", whole, "--no-report"})).code == 0);
  cluster daemons(scratch.file("slurm"));
  for (const bool disturbed : {false, true}) {
    CAPTURE(disturbed);
    int killed = 0;
    const std::string directory = scratch.file(disturbed ? "disturbed" : "cut");
    const std::string store = study_on_slurm(directory, [&](int) {
      if (!disturbed) return;
      for (int look = 0; look < 100 && killed == 0; ++look) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        killed += kill_tasks(directory);
      }
      daemons.restart_node(1);
      killed += kill_tasks(directory);
      daemons.restart_controller();
    });
    if (disturbed) CHECK(killed > 0);
    CHECK(store == text_of(whole + "/study.sqlite"));
  }
}

TEST_CASE("100 kills of tasks, nodes and the controller at random moments lose nothing" *
          doctest::skip(testing::effort() < 20)) {
  REQUIRE(geteuid() == 0);
  const testing::temporary_directory scratch;
  const std::string whole = scratch.file("whole");
  REQUIRE(spillway_command(study_words({"-o", whole, "--no-report"})).code == 0);
  const std::string expected = text_of(whole + "/study.sqlite");
  cluster daemons(scratch.file("slurm"));
  std::mt19937_64 random(1);
  int tasks = 0, nodes = 0, controllers = 0, studies = 0, right = 0;
  while (tasks + nodes + controllers < 100) {
    const std::string directory = scratch.file(fmt::format("study-{}", studies++));
    const std::string store = study_on_slurm(directory, [&](int pid) {
      for (int kills = 0; kills < 12 && is_running(pid); ++kills) {
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 2000));
        const auto draw = random() % 6;
        if (draw < 4) {
          tasks += kill_tasks(directory);
        } else if (draw < 5) {
          daemons.restart_node(1 + static_cast<int>(random() % 2));
          ++nodes;
        } else {
          daemons.restart_controller();
          ++controllers;
        }
      }
      while (is_running(pid)) {
        daemons.resume();
        std::this_thread::sleep_for(std::chrono::seconds(2));
      }
    });
    right += store == expected ? 1 : 0;
  }
  CHECK(right == studies);
  MESSAGE(fmt::format("| kill -9 under Slurm: {} tasks, {} nodes, {} controllers | {} studies | {} | {} |", tasks,
                      nodes, controllers, studies, right, studies - right));
}
