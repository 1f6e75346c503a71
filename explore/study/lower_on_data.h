// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "spillway/explore/study/width_search.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/load/design.h"

namespace spillway {

/// What registers whose width comes from data come from.
struct register_data {
  std::optional<dataset> calibration;  ///< what `observed` ones are observed on
  std::optional<dataset> validation;   ///< what `searched` ones are searched on
  std::string validation_name = {};    ///< as people call it
  unsigned threads = 1;
  std::function<bool(std::uint64_t frames_done)> on_observe = {};    ///< false stops
  std::function<bool(const width_search_progress&)> on_search = {};  ///< false stops
};

/// `lower_design` with registers that are to be observed or searched for: the options' open rules get the widths that
/// the data asks for, and the assumptions of the design say what a search came to. False if it was stopped: the design
/// then has no flow. Throws `config_error` for an open rule without data, and as `lower`.
bool lower_design_on_data(design& of, const design_options& options, const register_data& data);

}  // namespace spillway
