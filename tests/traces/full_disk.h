// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <fstream>
#include <iostream>
#include <string>

namespace spillway::testing {

/// A view of the mounted file systems of this process's own: as root, else in a user namespace.
inline bool own_mounts() {
  const std::string users = "0 " + std::to_string(getuid()) + " 1", groups = "0 " + std::to_string(getgid()) + " 1";
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << users;
    std::ofstream("/proc/self/gid_map") << groups;
  }
  return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

enum class full_disk_outcome { refused, not_refused, cannot_mount };

/// Runs `action` in a process of its own in which `directory` is a file system of 256 KiB, and says whether it threw
/// `Error` with a message that speaks of a full disk. Containers may forbid the mount.
template <class Error, class Action>
full_disk_outcome on_full_disk(const std::string& directory, Action&& action) {
  const pid_t child = fork();
  if (child == 0) {
    if (!own_mounts() || mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=256k") != 0) _exit(2);
    try {
      action();
    } catch (const Error& e) {
      _exit(std::string(e.what()).find("the disk is full") != std::string::npos ? 0 : 1);
    } catch (const std::exception& e) {
      std::cerr << e.what() << '\n';
    }
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status)) return full_disk_outcome::not_refused;
  return static_cast<full_disk_outcome>(WEXITSTATUS(status));
}

/// While it lives, no file of this process grows beyond `bytes`: writes fail as on a full quota (EFBIG).
class file_size_limit {
 public:
  explicit file_size_limit(rlim_t bytes) : m_handler(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &m_before);
    const rlimit limit{bytes, m_before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~file_size_limit() {
    setrlimit(RLIMIT_FSIZE, &m_before);
    signal(SIGXFSZ, m_handler);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;

 private:
  void (*m_handler)(int);
  rlimit m_before{};
};

}  // namespace spillway::testing
