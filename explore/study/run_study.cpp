// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/run_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "spillway/explore/study/exact_pass.h"
#include "spillway/explore/study/point_registers.h"
#include "spillway/explore/study/study_design.h"
#include "spillway/explore/study/study_rows.h"
#include "spillway/explore/study/width_search.h"
#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/hardware.h"
#include "spillway/sim/frames_again.h"

namespace spillway {

namespace {

/// What is known of a network on data with a folding: all its points are judged by it.
struct exact_state {
  std::string id;
  integer_tensor inputs;
  sum_profile sums;
  frame_answers answers;
  std::map<std::string, simulated_point> simulated;  ///< by the text of the registers
};

/// Goes through the groups, and keeps what the next one can use.
class study_runner {
 public:
  study_runner(const study_list& study, study_store& store, const study_options& options)
      : m_study(study), m_store(store), m_options(options), m_known(store.points()) {}

  study_result run() {
    for (const study_group& group : m_study.groups)
      for (const study_point& point : group.points) {
        if (!is_wanted(point)) continue;
        ++m_result.points;
        m_result.present += m_known.contains(point.key) ? 1 : 0;
      }
    for (const study_group& group : m_study.groups)
      if (!run(group)) {
        m_result.stopped = true;
        break;
      }
    return m_result;
  }

 private:
  bool is_wanted(const study_point& point) const {
    return m_options.only.empty() || m_options.only.contains(point.key);
  }
  bool is_missing(const study_point& point) const { return is_wanted(point) && !m_known.contains(point.key); }

  bool tell(std::string_view what, std::uint64_t done = 0, std::uint64_t all = 0) {
    return !m_options.on_progress ||
           m_options.on_progress({m_result.present + m_result.made, m_result.points, what, done, all});
  }

  /// False if it was stopped.
  bool run(const study_group& group) {
    if (std::none_of(group.points.begin(), group.points.end(), [&](const auto& point) { return is_missing(point); }))
      return true;
    if (!tell("reading")) return false;
    const study_network& network = m_study.networks[group.network];
    try {
      return run_points(group);
    } catch (const config_error& wrong) {
      throw config_error(fmt::format("{}: {}", shown_path(network.path), wrong.what()));
    }
  }

  bool run_points(const study_group& group) {
    load(group);
    const study_network& network = m_study.networks[group.network];
    const group_folding folding = fold(*m_design, group);
    m_rows = network_rows(network, m_design->facts);
    m_rows.push_back(data_row(m_study.sets[group.data]));
    m_rows.push_back(device_row(group.device));
    for (study_row& row : folding_rows(group, network, folding)) m_rows.push_back(std::move(row));
    if (!folding.problem.empty()) {
      for (const study_point& point : group.points)
        if (is_missing(point))
          keep(point, {missing_point_row(described(point, group, folding), "no folding", folding.problem)});
      return true;
    }
    for (const study_point& point : group.points) {
      if (!is_missing(point)) continue;
      if (!tell("simulating") || !run_point(point, group, folding)) return false;
    }
    return true;
  }

  /// Reads the group's network, unless it is the last one.
  void load(const study_group& group) {
    const std::string id =
        fmt::format("{} {} {} {} {}", group.network, group.input, group.multipliers, group.xnor_popcount,
                    group.goal.of == study_goal::kind::file ? group.goal.file : "");
    if (m_design && m_design_id == id) return;
    m_exact.reset();
    m_design.emplace(load_study_design(m_study, group));
    m_design_id = id;
  }

  finished_point described(const study_point& point, const study_group& group, const group_folding& folding) const {
    finished_point of;
    of.point = &point;
    of.group = &group;
    of.network = &m_study.networks[group.network];
    of.set = &m_study.sets[group.data];
    of.facts = &m_design->facts;
    of.folding = &folding;
    return of;
  }

  bool run_point(const study_point& point, const study_group& group, const group_folding& folding) {
    finished_point of = described(point, group, folding);
    const point_rules rules = rules_of(point.registers, m_design->facts);
    if (rules.rules.empty()) {
      keep(point, {missing_point_row(of, "not applicable", rules.reason)});
      return true;
    }
    if (!prepare(group, folding)) return false;
    lowering_options choices = folding.choices;
    choices.registers = rules.rules;
    if (asks_for_observed(choices)) {
      auto observed = observe(group, choices);
      if (!observed) return false;
      choices = std::move(*observed);
    }
    std::optional<found_widths> widths;
    if (asks_for_searched(choices)) {
      widths = search(group, choices);
      if (!widths) return false;
      choices = widths->choices;
      of.widths = &*widths;
      of.validation = &m_study.sets[*group.validation];
    }
    const dataflow flow = lower(m_design->loaded.integers, choices);
    const simulated_point* known = simulate(flow, group);
    if (known == nullptr) return false;
    simulated_point simulated = *known;  // equal registers may come from elsewhere
    for (simulated_unit& unit : simulated.units) unit.origin = flow.registers.at(unit.unit);
    const network_cost cost = price(flow, parse_hardware(group.hardware), find_device(group.device));
    of.simulated = &simulated;
    of.exact = &m_exact->answers;
    of.cost = &cost;
    keep(point, point_rows(of));
    return true;
  }

  /// The exact pass of the group's data and folding. False if it was stopped.
  bool prepare(const study_group& group, const group_folding& folding) {
    const std::string id = fmt::format("{} {} {}", group.data, group.count_frames, folding_config_json(folding.flow));
    if (!m_exact || m_exact->id != id) {
      exact_state made;
      made.id = id;
      made.inputs = quantize_dataset(m_design->loaded.integers, m_study.sets[group.data].values);
      const auto frames = static_cast<std::uint64_t>(m_study.sets[group.data].values.frames());
      exact_options options{group.count_frames, wants_partial_sums(group), m_options.threads,
                            [&](std::uint64_t done) { return tell("exact pass", done, frames); }};
      auto sums = run_exact_pass(folding.flow, made.inputs, options);
      if (!sums) return false;
      made.sums = std::move(*sums);
      made.answers = judge(m_design->loaded, made.sums.outputs, made.sums.outputs, m_study.sets[group.data].values);
      m_exact.emplace(std::move(made));
    }
    const study_network& network = m_study.networks[group.network];
    const study_set& set = m_study.sets[group.data];
    if (m_described == group.folding_key + m_exact->id) return true;
    m_described = group.folding_key + m_exact->id;
    m_rows.push_back(baseline_row(network, set, m_exact->answers));
    for (study_row& row : needs_rows(group, network, set, folding.flow, m_exact->sums))
      m_rows.push_back(std::move(row));
    return true;
  }

  /// Whether some registers of a network on this data saturate before the last sum: for all groups that share its pass.
  bool wants_partial_sums(const study_group& group) const {
    const auto saturates = [](const register_choice& choice) {
      return choice.format.overflow == overflow_mode::saturate && choice.format.scope != limit_scope::final;
    };
    const auto any_of = [&](const std::vector<register_rule>& rules) {
      return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return saturates(rule.choice); });
    };
    for (const study_group& other : m_study.groups) {
      if (other.network != group.network || other.data != group.data) continue;
      for (const study_point& point : other.points)
        if (any_of(point.registers.rules) || any_of(point.registers.always) ||
            (point.registers.wide && saturates(*point.registers.wide)))
          return true;
    }
    return false;
  }

  std::optional<lowering_options> observe(const study_group& group, const lowering_options& choices) {
    const study_set& calibration = m_study.sets[*group.calibration];
    const auto frames = static_cast<std::uint64_t>(calibration.values.frames());
    const profile_options options{true, m_options.threads,
                                  [&](std::uint64_t done) { return tell("observing", done, frames); }};
    return observe_registers(m_design->loaded.integers, choices,
                             quantize_dataset(m_design->loaded.integers, calibration.values), options);
  }

  std::optional<found_widths> search(const study_group& group, const lowering_options& choices) {
    width_search_options options;
    options.kind = parse_hardware(group.hardware);
    options.device = &find_device(group.device);
    options.threads = m_options.threads;
    options.on_progress = [&](const width_search_progress& now) { return tell("searching", now.simulations); };
    return search_widths(m_design->loaded, choices, m_study.sets[*group.validation].values, options);
  }

  /// What came of the registers, now or before; nothing if it was stopped.
  const simulated_point* simulate(const dataflow& flow, const study_group& group) {
    const std::string id = registers_text(flow);
    if (const auto found = m_exact->simulated.find(id); found != m_exact->simulated.end()) return &found->second;
    const exact_results exact{&m_design->loaded,
                              &m_exact->inputs,
                              &m_study.sets[group.data].values,
                              m_study.sets[group.data].values.frames(),
                              group.count_frames,
                              &m_exact->sums};
    const simulation_control control{
        m_options.threads, [this](std::uint64_t done, std::uint64_t all) { return tell("simulating", done, all); }};
    auto made = simulate_point(flow, exact, control);
    return made ? &m_exact->simulated.emplace(id, std::move(*made)).first->second : nullptr;
  }

  /// One transaction: the point, and what it speaks of that is not there yet.
  void keep(const study_point& point, std::vector<study_row> rows) {
    for (study_row& row : m_rows) rows.push_back(std::move(row));
    m_rows.clear();
    m_store.write(rows);
    m_known.insert(point.key);
    ++m_result.made;
  }

  const study_list& m_study;
  study_store& m_store;
  const study_options& m_options;
  std::set<std::string> m_known;
  study_result m_result;
  std::optional<study_design> m_design;
  std::string m_design_id;
  std::optional<exact_state> m_exact;
  std::string m_described;        ///< the group and exact pass whose rows are written
  std::vector<study_row> m_rows;  ///< to be written with the next point
};

}  // namespace

study_result run_study(const study_list& study, study_store& store, const study_options& options) {
  return study_runner(study, store, options).run();
}

}  // namespace spillway
