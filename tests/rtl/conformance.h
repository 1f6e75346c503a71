// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/rtl/output_style.h"
#include "spillway/sim/engine.h"

namespace spillway::testing {

/// A dataflow that runs as SystemC and as SystemVerilog, side by side.
struct conformance_case {
  std::string kind;  ///< a row of the table: "pool", "network", ...
  std::string what;  ///< one of its configurations
  dataflow flow;
  integer_tensor inputs;
  /// A wrong twin, for tests of the comparison: the first text in the top module is replaced by the second.
  std::optional<std::pair<std::string, std::string>> spoiled;
  output_style outputs = output_style::enable;  ///< of units with products
};

/// Where the two first differ: "pool 3 (max, window 4): MVAU_0 -> Pool_0, cycle 17: SystemC pushes 0f, the twin pushes
/// 0e".
struct conformance_result {
  std::uint64_t cycles = 0, beats = 0;  ///< compared
  std::uint64_t differences = 0;        ///< beats
  std::string first;                    ///< the earliest one in words; empty if there is none
};

/// All cases as accelerators in one Verilator model, so that there is one build for all of them.
class verilated_model {
 public:
  /// Writes the sources into `folder` and builds them. Throws `std::runtime_error` with what Verilator said.
  verilated_model(std::vector<conformance_case> cases, const std::filesystem::path& folder);

  /// Runs every case in both, with the same stalls (in whole hundredths), and compares every beat that enters or leaves
  /// a stream up to the cycle in which the last one leaves the SystemC model. One result a case.
  std::vector<conformance_result> compare(const stall_options& stalls) const;

  const std::vector<conformance_case>& cases() const { return m_cases; }

 private:
  std::vector<conformance_case> m_cases;
  std::filesystem::path m_folder;
};

}  // namespace spillway::testing
