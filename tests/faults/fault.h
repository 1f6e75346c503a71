// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

namespace spillway::faults {

inline const std::string program = SPILLWAY_BINARY_DIR "/spillway";
inline const std::string linear = SPILLWAY_SOURCE_DIR "/models/zoo/mnist-linear/";
inline const std::string tfc = SPILLWAY_SOURCE_DIR "/models/zoo/tfc-mnist/";
inline const std::string resnet = SPILLWAY_SOURCE_DIR "/models/zoo/resnet18-cifar10/";

/// A command that makes a result, `-o` its last two words but for the path.
struct subject {
  std::string name;
  std::vector<std::string> command;

  std::vector<std::string> into(const std::string& path, bool force = false) const;
};

/// `spillway simulate` of the single layer on binary MNIST, in registers of 10 bits that overflow; with the cycle
/// engine if nothing else is said.
subject simulation(const std::string& name, std::vector<std::string> more);

/// `spillway study` of the single layer on binary MNIST: 78 points.
inline const std::vector<std::string> study_command{program,
                                                    "study",
                                                    linear + "qat-w8a1.onnx",
                                                    "--data",
                                                    "binary-mnist",
                                                    "--accumulator",
                                                    "8..20",
                                                    "--overflow",
                                                    "wrap,saturate",
                                                    "--scope",
                                                    "per_product,per_cycle,final",
                                                    "--no-report",
                                                    "--quiet"};

/// The last word of tools/same-result: nothing if both are the same, else what differs.
std::string difference(const std::string& a, const std::string& b);

/// What a fault left: tried, right, and the first words about what was wrong. Printed as a row of the table in
/// docs/reliability.md.
class tally {
 public:
  explicit tally(std::string what) : m_what(std::move(what)) {}
  ~tally();
  tally(const tally&) = delete;
  tally& operator=(const tally&) = delete;

  /// One try: right if `wrong` is empty.
  void add(const std::string& wrong);

  int tried() const { return m_tried; }

 private:
  std::string m_what;
  int m_tried = 0, m_right = 0;
};

/// Every byte below a path, to see whether something has changed.
std::string snapshot(const std::string& path);

/// The long tests, `tools/test --long`: runs of 10 s and more, 100 kills of each.
bool is_long();

/// `study_command`, of more networks in the long tests.
std::vector<std::string> longer_study();

/// How often a subject is tried that is killed as many times in a try: 2, or 100 kills in the long tests.
int tries(int kills);

/// kill -9 after a while.
void kill_after(const std::vector<std::string>& command, std::chrono::milliseconds moment);

/// What is tried, and how long it takes undisturbed.
std::string title(const std::string& what, std::chrono::milliseconds whole);

/// A file of inputs of `bits` bits, drawn: [frames, channels, height, width].
std::string drawn_inputs(const testing::temporary_directory& scratch, const std::vector<std::int64_t>& shape,
                         unsigned bits);

/// How long a call takes.
template <class Action>
std::chrono::milliseconds time_of(const Action& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace spillway::faults
