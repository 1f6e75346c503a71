// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "spillway/resource/unit_cost.h"

namespace spillway {

/// What a tool counted of an accelerator: the file that `build_ooc.tcl` writes beside its sources (docs/rtl.md).
struct measured_counts {
  std::string top, tool, part;
  std::optional<double> clock_mhz, slack_ns;
  double luts = 0;    ///< sites of LUTs, as Vivado's "Slice LUTs" are: logic, memory and shift registers together
  double lutram = 0;  ///< of these
  double srl = 0;     ///< of these
  double ff = 0, bram18 = 0, uram = 0, dsp = 0;
};

/// Reads such a file. Throws `input_error` that names the file and the key for one that is none.
measured_counts read_measured_counts(const std::string& path);

/// A kind of resource, as it was counted and as the model has it.
struct measured_difference {
  std::string kind;  ///< "luts", "ff", "bram18", "uram", "dsp"
  double measured = 0;
  std::optional<double> modelled;  ///< nothing where the hardware's price does not know the kind

  /// In percent of what was counted; nothing where that is 0 or nothing is modelled.
  std::optional<double> error() const;
};

/// The kinds of both, in this order.
std::vector<measured_difference> compare(const measured_counts& measured, const network_cost& modelled);

/// For people and for programs.
std::string to_text(const measured_counts& measured, const std::vector<measured_difference>& differences);
nlohmann::ordered_json as_json(const measured_counts& measured, const std::vector<measured_difference>& differences);

}  // namespace spillway
