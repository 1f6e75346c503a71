// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/faults/fault.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace spillway::faults {

namespace fs = std::filesystem;

std::vector<std::string> subject::into(const std::string& path, bool force) const {
  std::vector<std::string> all = command;
  all.insert(all.end(), {"-o", path});
  if (force) all.emplace_back("--force");
  return all;
}

subject simulation(const std::string& name, std::vector<std::string> more) {
  std::vector<std::string> command{program,        "simulate",      linear + "qat-w8a1.onnx", "--data",
                                   "binary-mnist", "--accumulator", "10:wrap:per_product",    "--quiet"};
  if (std::find(more.begin(), more.end(), "--engine") == more.end()) more.insert(more.end(), {"--engine", "cycle"});
  command.insert(command.end(), more.begin(), more.end());
  return {name, command};
}

std::string difference(const std::string& a, const std::string& b) {
  const process_result result = run_process({SPILLWAY_SOURCE_DIR "/tools/same-result", a, b});
  return result.code == 0 ? "" : fmt::format("differs: {}{}", result.out, result.err);
}

tally::~tally() { MESSAGE(fmt::format("| {} | {} | {} | {} |", m_what, m_tried, m_right, m_tried - m_right)); }

void tally::add(const std::string& wrong) {
  ++m_tried;
  if (wrong.empty())
    ++m_right;
  else
    FAIL_CHECK(fmt::format("{}, try {}: {}", m_what, m_tried, wrong));
}

std::string snapshot(const std::string& path) {
  std::map<std::string, std::string> files;
  if (fs::exists(path))
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      std::ostringstream text;
      if (entry.is_regular_file()) text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      files[fs::relative(entry.path(), path).string()] = text.str();
    }
  std::string all;
  for (const auto& [name, text] : files) all += name + '\0' + text + '\0';
  return all;
}

}  // namespace spillway::faults
