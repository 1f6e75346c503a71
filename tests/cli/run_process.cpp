// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/cli/run_process.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace spillway {

namespace {

/// An unnamed file that takes a stream of the child: unlike a pipe, nobody must read while it runs.
class capture {
 public:
  capture() : m_file(std::tmpfile()) {
    if (m_file == nullptr) throw std::runtime_error("no temporary file");
  }
  ~capture() { std::fclose(m_file); }
  capture(const capture&) = delete;
  capture& operator=(const capture&) = delete;

  int descriptor() const { return fileno(m_file); }
  std::string text() const {
    std::string result;
    std::rewind(m_file);
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, m_file)) > 0;) result.append(buffer, n);
    return result;
  }

 private:
  std::FILE* m_file;
};

[[noreturn]] void become(const std::vector<std::string>& arguments, int out, int err, long max_file_bytes) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  if (max_file_bytes > 0) {
    const rlimit limit{static_cast<rlim_t>(max_file_bytes), static_cast<rlim_t>(max_file_bytes)};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit then fails, as on a full disk
  }
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

process_result run_process(const std::vector<std::string>& arguments, const std::function<void(int)>& while_running,
                           long max_file_bytes) {
  const capture out, err;
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid == 0) become(arguments, out.descriptor(), err.descriptor(), max_file_bytes);
  if (while_running) while_running(pid);
  int status = 0;
  waitpid(pid, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out.text(), err.text()};
}

process_result spillway_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SPILLWAY_BINARY_DIR "/spillway");
  return run_process(arguments);
}

}  // namespace spillway
