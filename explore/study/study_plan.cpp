// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/study_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "spillway/explore/study/exact_pass.h"
#include "spillway/explore/study/point_registers.h"
#include "spillway/explore/study/point_simulation.h"
#include "spillway/explore/study/study_design.h"
#include "spillway/explore/study/study_store.h"
#include "spillway/explore/study/width_search.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/frames_again.h"

namespace spillway {

namespace {

namespace fs = std::filesystem;

constexpr const char* plan_schema = "spillway-plan-1";

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double seconds_of(const auto& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return seconds_since(start);
}

/// What a point takes beyond what its group shares.
struct point_times {
  double simulation = 0;
  std::string registers;               ///< points of the same are simulated once
  static constexpr double row = 0.01;  ///< lowering, pricing and storing it
};

/// What a group's points cost, measured on a few frames.
class group_times {
 public:
  group_times(const study_list& study, const study_group& group, const plan_options& options)
      : m_group(group),
        m_options(options),
        m_data(study.sets[group.data].values),
        m_validation_frames(frames_of_set(study, group.validation)),
        m_calibration_frames(frames_of_set(study, group.calibration)) {
    const auto start = std::chrono::steady_clock::now();
    m_design = load_study_design(study, group);
    m_folding = fold(m_design, group);
    m_fixed = seconds_since(start);
    if (m_folding.problem.empty()) try_frames();
  }

  /// Seconds that all points of the group share.
  double shared() const { return m_fixed + m_exact_frame * static_cast<double>(m_data.frames()); }

  /// Of one point beyond that.
  point_times of(const study_point& point) const {
    const point_rules rules = rules_of(point.registers, m_design.facts);
    if (!m_folding.problem.empty() || rules.rules.empty()) return {};
    lowering_options choices = m_folding.choices;
    choices.registers = rules.rules;
    // What is observed is known only then; it hardly ever overflows.
    if (asks_for_observed(choices)) return {m_counted_frame * static_cast<double>(m_calibration_frames), {}};
    if (asks_for_searched(choices))
      return {m_frame * static_cast<double>(m_validation_frames) *
                  static_cast<double>(most_simulations(m_design.loaded, choices)),
              {}};
    const dataflow flow = lower(m_design.loaded.integers, choices);
    return {of_registers(flow), registers_text(flow)};
  }

 private:
  static std::int64_t frames_of_set(const study_list& study, const std::optional<std::size_t>& set) {
    return set ? study.sets[*set].values.frames() : 0;
  }

  /// Of the frames that registers change, by a few of them: what a frame takes depends on how many additions overflow.
  double of_registers(const dataflow& flow) const {
    return seconds_of_frames(frames_that_overflow(flow, m_sums), m_group.count_frames,
                             [&](const integer_tensor& inputs) {
                               recorder events(0);
                               run_options options;
                               options.threads = m_options.threads;
                               run_fast_engine(flow, inputs, events, options);
                             }) +
           seconds_of_frames(frames_that_can_differ(flow, m_sums), m_data.frames() - m_group.count_frames,
                             [&](const integer_tensor& inputs) { compute_values(flow, inputs, m_options.threads); });
  }

  /// Of as many of `frames` as are in `which` of the sample: what one takes more, and what a run takes by itself. The
  /// first frames of a run take several times what later ones do, so that some are looked at twice.
  double seconds_of_frames(const std::vector<std::int64_t>& which, std::int64_t frames, const auto& run) const {
    if (which.empty()) return 0;
    const auto time_of = [&](std::size_t some) {
      const integer_tensor inputs = frames_of(m_inputs, m_sums.frames, std::span(which).first(some));
      return seconds_of([&] { run(inputs); });
    };
    const double share = static_cast<double>(which.size()) / static_cast<double>(m_sums.frames);
    const std::size_t few = std::min<std::size_t>(4UL * m_options.threads, which.size());
    const std::size_t more = std::min(3 * few, which.size());
    const double of_few = time_of(few);
    if (more == few) return share * static_cast<double>(frames) * of_few / static_cast<double>(few);
    const double one = std::max(0.0, time_of(more) - of_few) / static_cast<double>(more - few);
    return std::max(0.0, of_few - one * static_cast<double>(few)) + share * static_cast<double>(frames) * one;
  }

  /// As many frames as take long enough to be measured.
  void try_frames() {
    constexpr double long_enough = 0.1;
    for (std::int64_t frames = std::min(m_options.sample_frames, m_data.frames());;
         frames = std::min(4 * frames, m_data.frames())) {
      m_inputs = quantize_dataset(m_design.loaded.integers, select_frames(m_data, 0, frames));
      const double counted = seconds_of([&] {
        m_sums = *run_exact_pass(m_folding.flow, m_inputs, {frames, true, m_options.threads, {}});
      });
      m_counted_frame = counted / static_cast<double>(frames);
      m_frame = seconds_of([&] { compute_values(m_folding.flow, m_inputs, m_options.threads); }) /
                static_cast<double>(frames);
      if (counted >= long_enough || frames == m_data.frames()) break;
    }
    const double share = static_cast<double>(m_group.count_frames) / static_cast<double>(m_data.frames());
    m_exact_frame = share * m_counted_frame + (1 - share) * m_frame;
  }

  const study_group& m_group;
  const plan_options& m_options;
  const dataset& m_data;
  std::int64_t m_validation_frames, m_calibration_frames;
  study_design m_design;
  group_folding m_folding;
  integer_tensor m_inputs;  ///< of the frames that were tried
  sum_profile m_sums;
  double m_fixed = 0, m_counted_frame = 0, m_frame = 0, m_exact_frame = 0;
};

}  // namespace

std::size_t study_plan::points() const {
  std::size_t count = 0;
  for (const study_task& task : tasks) count += task.points.size();
  return count;
}

study_plan plan_study(const study_list& study, const std::set<std::string>& known, const plan_options& options) {
  study_plan plan{options.seconds, {}};
  study_task open;
  const auto close = [&] {
    if (!open.points.empty()) plan.tasks.push_back(std::move(open));
    open = {};
  };
  for (std::size_t g = 0; g < study.groups.size(); ++g) {
    if (options.on_progress && !options.on_progress(g, study.groups.size())) return plan;
    const study_group& group = study.groups[g];
    if (std::all_of(group.points.begin(), group.points.end(), [&](const auto& p) { return known.contains(p.key); }))
      continue;
    const group_times times(study, group, options);
    // Where the shared part is long, a task does as much again of what is not.
    const double limit = std::max(options.seconds, 2 * times.shared());
    bool has_shared = false;
    std::set<std::string> simulated;
    for (const study_point& point : group.points) {
      if (known.contains(point.key)) continue;
      const point_times one = times.of(point);
      const bool is_simulated = has_shared && simulated.contains(one.registers);
      double own = point_times::row + (is_simulated ? 0 : one.simulation);
      if (!open.points.empty() && open.seconds + own + (has_shared ? 0 : times.shared()) > limit) {
        close();
        has_shared = false;
        simulated.clear();
        own = point_times::row + one.simulation;
      }
      if (!one.registers.empty()) simulated.insert(one.registers);
      open.seconds += own + (has_shared ? 0 : times.shared());
      has_shared = true;
      open.points.push_back(point.key);
    }
  }
  close();
  return plan;
}

std::string plan_file(const std::string& directory) { return (fs::path(directory) / "plan.json").string(); }

std::string task_file(const std::string& directory, std::size_t task) {
  return (fs::path(directory) / "tasks" / fmt::format("{}.sqlite", task)).string();
}

void write_plan(const std::string& path, const study_plan& plan) {
  nlohmann::ordered_json json{{"schema", plan_schema},
                              {"results_version", study_results_version},
                              {"seconds", plan.seconds},
                              {"tasks", nlohmann::ordered_json::array()}};
  for (const study_task& task : plan.tasks)
    json["tasks"].push_back({{"seconds", task.seconds}, {"points", task.points}});
  write_file_atomically(path, json.dump(1) + "\n");
}

study_plan read_plan(const std::string& path) {
  constexpr std::int64_t longest = std::int64_t{1} << 28;
  study_plan plan;
  try {
    const auto json = nlohmann::json::parse(read_file(path, longest));
    if (json.at("schema") != plan_schema || json.at("results_version") != study_results_version)
      throw input_error(fmt::format("{}: made by another version; expected a plan made anew (spillway study plan)",
                                    shown_path(path)));
    plan.seconds = json.at("seconds");
    for (const auto& task : json.at("tasks")) plan.tasks.push_back({task.at("seconds"), task.at("points")});
  } catch (const nlohmann::json::exception&) {
    throw input_error(
        fmt::format("{}: no plan of a study; expected one that `spillway study plan` wrote", shown_path(path)));
  }
  return plan;
}

bool is_done(const std::string& directory, const study_plan& plan, std::size_t task) {
  return is_finished_study(task_file(directory, task), plan.tasks.at(task).points);
}

}  // namespace spillway
