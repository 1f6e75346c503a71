// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/dataflow/units/unit_facts.h"

// Which unit of an accelerator each entry of FINN's folding file is about. Not installed.

namespace spillway {

/// The kind of unit that FINN calls `alias`, StreamingMaxPool of a pool among them; null if there is none.
const unit_facts* kind_called(std::string_view alias);

/// The kind of a unit of ours, by what stands before the number of its name.
const unit_facts& kind_of_unit(std::string_view unit);

/// True for a kind of FINN's that has no unit of its own here (StreamingFIFO, IODMA, ...), with or without _hls or
/// _rtl.
bool is_other_finn_kind(std::string_view alias);

/// All names of kinds, for messages: those of `kind_called` and `is_other_finn_kind`.
std::vector<std::string_view> all_kind_names();

/// An entry of the file, "MVAU_hls_3".
struct folding_entry {
  std::string name, alias;  ///< alias: without the number
  std::size_t number = 0;
  const unit_facts* kind = nullptr;  ///< null: of another kind of FINN's
  bool is_finn_name = false;         ///< a name that no unit of ours has
};

/// None for a name that is not a kind of FINN's and a number.
std::optional<folding_entry> parse_entry(const std::string& name);

/// For each entry, in the order of the file, the unit that it is about; empty if the accelerator has none at its place.
/// `units` are the names of the units in the order of the network, each window directly before its reader.
///
/// FINN numbers each of its names for itself (MVAU_hls_0 and MVAU_rtl_0 are two units), and its max pools have no
/// windows. A file in FINN's names whose numbers ascend from 0 lies beside the network as a whole: entries are matched
/// in order, by kind, as many as possible, neighbours together. All other names are those of the units, and numbers
/// count FINN's windows in FINN's names.
std::vector<std::string> places_of(const std::vector<folding_entry>& entries, const std::vector<std::string>& units);

}  // namespace spillway
