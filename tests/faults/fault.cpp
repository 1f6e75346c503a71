// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/faults/fault.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "spillway/models/data/npy.h"
#include "spillway/tests/effort.h"

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

bool is_long() { return spillway::testing::effort() >= 20; }

std::vector<std::string> longer_study() {
  std::vector<std::string> words = study_command;
  if (is_long()) words.insert(words.begin() + 3, {linear + "a2q-w8a1-p1*.onnx", linear + "a2q_plus-w8a1-p1*.onnx"});
  return words;
}

int tries(int kills) {
  const int effort = spillway::testing::effort();
  return effort > 1 ? 5 * effort / kills : 2;
}

void kill_after(const std::vector<std::string>& command, std::chrono::milliseconds moment) {
  run_process(command, [&](int pid) {
    std::this_thread::sleep_for(moment);
    kill(pid, SIGKILL);
  });
}

std::string title(const std::string& what, std::chrono::milliseconds whole) {
  return fmt::format("{} ({:.1f} s)", what, static_cast<double>(whole.count()) / 1000);
}

std::string drawn_inputs(const testing::temporary_directory& scratch, const std::vector<std::int64_t>& shape,
                         unsigned bits) {
  integer_tensor inputs = integer_tensor::zeros(unsigned_type(static_cast<int>(bits)), shape);
  std::mt19937_64 random(5);
  for (std::int64_t& word : inputs.words) word = static_cast<std::int64_t>(random() >> (64 - bits));
  const std::string path = scratch.file(fmt::format("inputs-{}.npy", fmt::join(shape, "x")));
  write_npy(path, inputs);
  return path;
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
