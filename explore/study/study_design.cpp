// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/study_design.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "spillway/explore/deadlock.h"
#include "spillway/explore/design_search.h"
#include "spillway/explore/study/exact_pass.h"
#include "spillway/explore/study/network_files.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Cycles that a frame may take.
std::int64_t cycles_of(const study_goal& goal, double clock_mhz) {
  constexpr double most = 1e15;  // no frame takes longer
  const double cycles = goal.of == study_goal::kind::fps ? clock_mhz * 1e6 / goal.value : goal.value;
  return static_cast<std::int64_t>(std::clamp(std::floor(cycles), 0.0, most));
}

/// What the design is searched for: the least resources for a rate, or the highest rate within a share of the device.
design_goal goal_of(const study_group& group) {
  design_goal goal;
  goal.prices = {parse_hardware(group.hardware), &find_device(group.device), {}};
  goal.full_rate = true;
  if (group.goal.of == study_goal::kind::budget) {
    goal.budgets = whole_device(*goal.prices.device);
    for (std::optional<double>& most : goal.budgets.of)
      if (most) *most *= group.goal.value / 100;
    return goal;
  }
  goal.cycles_per_frame = cycles_of(group.goal, group.clock_mhz);
  if (*goal.cycles_per_frame < 1)
    throw config_error(
        fmt::format("{} leaves less than a cycle a frame at {} MHz", to_string(group.goal), group.clock_mhz));
  return goal;
}

bool is_searched(const study_goal& goal) {
  return goal.of != study_goal::kind::standard && goal.of != study_goal::kind::file;
}

}  // namespace

study_design load_study_design(const study_list& study, const study_group& group) {
  design_options options;
  options.streamline.xnor_popcount = group.xnor_popcount;
  if (!group.input.empty()) parse_input_format(group.input, options.streamline);
  if (group.goal.of == study_goal::kind::file) options.folding = path_of(study.spec.folder, group.goal.file).string();
  if (!group.multipliers.empty())
    options.lowering.dot_products.multipliers =
        group.multipliers == "dsp" ? multiplier_style::dsp : multiplier_style::lut;
  options.lowering.registers = {{"", register_choice(register_policy::certified, {})}};
  study_design made{load_design(study.networks[group.network].path, options), {}};
  made.facts = facts_of(made.loaded);
  return made;
}

group_folding fold(const study_design& of, const study_group& group) {
  group_folding made;
  made.choices = with_exact_registers(of.loaded.choices);
  try {
    if (is_searched(group.goal))
      made.choices = with_exact_registers(search_design(of.loaded.integers, goal_of(group), made.choices).options);
    made.flow = lower(of.loaded.integers, made.choices);
  } catch (const config_error& wrong) {
    made.problem = wrong.what();
    return made;
  }
  made.rate = find_rate(made.flow, parse_hardware(group.hardware));
  if (made.rate.stuck_in) made.problem = explain_deadlock(made.flow, 4);
  return made;
}

}  // namespace spillway
