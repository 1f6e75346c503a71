// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/lower_on_data.h"

#include "spillway/explore/study/exact_pass.h"
#include "spillway/models/dataflow/lower.h"

namespace spillway {

namespace {

bool observe(design& of, const register_data& data) {
  profile_options how;
  how.threads = data.threads;
  how.on_progress = data.on_observe;
  const auto observed =
      observe_registers(of.integers, of.choices, quantize_dataset(of.integers, *data.calibration), how);
  if (observed) of.choices = *observed;
  return observed.has_value();
}

bool search(design& of, const register_data& data) {
  width_search_options options;
  options.threads = data.threads;
  options.on_progress = data.on_search;
  const auto found = search_widths(of, of.choices, *data.validation, options);
  if (!found) return false;
  of.choices = found->choices;
  of.assumptions.push_back(describe(*found, data.validation_name));
  return true;
}

}  // namespace

bool lower_design_on_data(design& of, const design_options& options, const register_data& data) {
  take_choices(of, options);
  of.flow = {};
  if (data.calibration && asks_for_observed(of.choices) && !observe(of, data)) return false;
  if (data.validation && asks_for_searched(of.choices) && !search(of, data)) return false;
  of.flow = lower(of.integers, of.choices);  // refuses what is open still
  return true;
}

}  // namespace spillway
