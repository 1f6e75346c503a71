// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "spillway/tests/cli/run_process.h"
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

}  // namespace

TEST_CASE("job arrays come to the bytes of one process, though tasks, a node and the controller are killed") {
  if (geteuid() != 0) {
    MESSAGE("not root: left out");
    return;
  }
  const testing::temporary_directory scratch;
  const std::string whole = scratch.file("whole"), cut = scratch.file("cut");
  REQUIRE(spillway_command(study_words({"-o", whole, "--no-report"})).code == 0);
  cluster daemons(scratch.file("slurm"));
  for (const bool disturbed : {false, true}) {
    CAPTURE(disturbed);
    const std::string directory = cut + (disturbed ? "-disturbed" : "");
    REQUIRE(spillway_command(study_words({"plan", "-o", directory, "--seconds", "1"})).code == 0);
    int killed = 0;
    const process_result run = run_process({SPILLWAY_BINARY_DIR "/spillway", "study", "slurm", directory, "--poll",
                                            "0.3", "--retries", "5", "--no-report", "--quiet"},
                                           [&](int) {
                                             if (!disturbed) return;
                                             for (int look = 0; look < 100 && killed == 0; ++look) {
                                               std::this_thread::sleep_for(std::chrono::milliseconds(50));
                                               killed += kill_tasks(directory);
                                             }
                                             daemons.restart_node(1);
                                             killed += kill_tasks(directory);
                                             daemons.restart_controller();
                                           });
    CAPTURE(run.err);
    REQUIRE(run.code == 0);
    if (disturbed) CHECK(killed > 0);
    CHECK(text_of(directory + "/study.sqlite") == text_of(whole + "/study.sqlite"));
  }
}
