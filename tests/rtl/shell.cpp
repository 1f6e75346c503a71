// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/rtl/shell.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace spillway::testing {

void save_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string load_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int run_in(const std::filesystem::path& folder, const std::string& command, const std::string& log, int most) {
  const int status = std::system(fmt::format("cd '{}' && {} > '{}' 2>&1", folder.string(), command, log).c_str());
  const int code = status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : 255;
  if (code <= most) return code;
  std::string said = load_text(folder / log);
  if (said.size() > 6000) said = said.substr(said.size() - 6000);
  throw std::runtime_error(fmt::format("{}: exit code {}\n{}", command, code, said));
}

}  // namespace spillway::testing
