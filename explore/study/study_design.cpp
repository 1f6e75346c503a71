// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/study_design.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/explore/deadlock.h"
#include "spillway/explore/fifo_sizing.h"
#include "spillway/explore/folding_search.h"
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

/// As deep as no cycle is lost: the rate that the folds can reach is reached.
void deepen_streams(group_folding& folding) {
  constexpr std::int64_t frames = 3;  // over which cycles are given; the steady state is looked at anyway
  size_fifos(folding.flow, frames);
  for (std::size_t u = 0; u < folding.flow.units.size(); ++u) {
    const unit_ports ports = ports_of(folding.flow.units[u]);
    unit_options& unit = folding.choices.units[name_of(folding.flow.units[u])];
    unit.input_depths.assign(ports.inputs.size(), 2);
    unit.output_depths.assign(ports.outputs.size(), 2);
    for (const dataflow_stream& link : streams_of(folding.flow)) {
      if (link.to == static_cast<int>(u)) unit.input_depths[static_cast<std::size_t>(link.to_port)] = link.depth;
      if (link.from == static_cast<int>(u)) unit.output_depths[static_cast<std::size_t>(link.from_port)] = link.depth;
    }
  }
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
    if (group.goal.of == study_goal::kind::fps || group.goal.of == study_goal::kind::cycles) {
      folding_goal goal;
      goal.cycles_per_frame = cycles_of(group.goal, group.clock_mhz);
      if (goal.cycles_per_frame < 1)
        throw config_error(
            fmt::format("{} leaves less than a cycle a frame at {} MHz", to_string(group.goal), group.clock_mhz));
      made.choices = search_folding(of.loaded.integers, goal, made.choices).options;
      made.flow = lower(of.loaded.integers, made.choices);
      deepen_streams(made);
    }
    made.flow = lower(of.loaded.integers, made.choices);
  } catch (const config_error& wrong) {
    made.problem = wrong.what();
    return made;
  }
  made.rate = find_rate(made.flow);
  if (made.rate.stuck_in) made.problem = explain_deadlock(made.flow, 4);
  return made;
}

}  // namespace spillway
