// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/width_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "spillway/explore/study/exact_pass.h"
#include "spillway/explore/study/open_registers.h"
#include "spillway/explore/study/point_simulation.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"
#include "spillway/sim/frames_again.h"

namespace spillway {

namespace {

/// Thrown where `on_progress` says so, and caught in this file.
struct search_stopped {};

/// A width that a register can have, cheaper than every wider one.
struct width_step {
  int bits = 0;
  double luts = 0;  ///< of the whole design, all other open registers certified
  double harm = 0;  ///< the share of dot products whose value such a register can change
};

/// A register whose width is searched for.
struct free_register {
  std::size_t rule = 0;           ///< its own among those of the choices
  std::size_t unit = 0;           ///< in the dataflow
  accumulator_format asked;       ///< what it does beyond its width; a certified one has no beyond, and wraps
  std::vector<width_step> steps;  ///< from the certified width down
};

/// A step for each register.
using places = std::vector<std::size_t>;

/// A register that changes more of its dot products than this is of no use to anybody.
constexpr double greatest_harm = 0.5;
/// So many frames tell that a loss is far too great, if it is by so many standard errors.
constexpr std::int64_t first_frames = 500;
constexpr double certain = 3;
/// Pairs of layers that trade a bit, for each layer.
constexpr std::size_t trades_a_register = 4;

std::uint64_t most_of(std::size_t registers) { return 10 + (6 + trades_a_register) * registers; }

/// How a search simulates, and who may stop it.
class search_control {
 public:
  explicit search_control(const width_search_options& options) : m_options(options) {}

  bool goes_on() const { return !m_options.on_progress || m_options.on_progress(m_now); }
  unsigned threads() const { return m_options.threads; }
  std::uint64_t simulations() const { return m_now.simulations; }

  void plan(std::size_t registers) { m_now.most = most_of(registers); }
  void count() {
    ++m_now.simulations;
    if (!goes_on()) throw search_stopped();
  }
  void found(double luts) { m_now.luts = luts; }

 private:
  const width_search_options& m_options;
  width_search_progress m_now;
};

/// Frames with their exact pass.
class judged_frames {
 public:
  judged_frames(const design& of, const dataflow& exact, dataset data, bool partial_sums, search_control& control)
      : m_of(of), m_data(std::move(data)), m_inputs(quantize_dataset(of.integers, m_data)), m_control(control) {
    auto sums = run_exact_pass(exact, m_inputs,
                               {0, partial_sums, control.threads(), [&](std::uint64_t) { return control.goes_on(); }});
    if (!sums) throw search_stopped();
    m_sums = std::move(*sums);
    m_answers = judge(of, m_sums.outputs, m_sums.outputs, m_data);
  }

  /// What a design with these registers loses on them.
  paired_loss loss(const dataflow& flow) const {
    const exact_results exact{&m_of, &m_inputs, &m_data, m_data.frames(), 0, &m_sums};
    const auto simulated = simulate_point(
        flow, exact, {m_control.threads(), [&](std::uint64_t, std::uint64_t) { return m_control.goes_on(); }});
    if (!simulated) throw search_stopped();
    m_control.count();
    return loss_of(m_answers, simulated->answers);
  }

  const sum_profile& sums() const { return m_sums; }
  std::int64_t frames() const { return m_data.frames(); }

 private:
  const design& m_of;
  dataset m_data;
  integer_tensor m_inputs;
  search_control& m_control;
  sum_profile m_sums;
  frame_answers m_answers;
};

/// The loss that all open rules allow.
double allowed_by(const lowering_options& choices) {
  std::optional<double> allowed;
  for (const register_rule& rule : choices.registers) {
    if (rule.choice.policy != register_policy::searched) continue;
    if (allowed && *allowed != rule.choice.loss)
      throw config_error(
          fmt::format("searched registers may lose {} and {} points; expected one loss, which is that of "
                      "the whole network",
                      *allowed, rule.choice.loss));
    allowed = rule.choice.loss;
  }
  return allowed.value_or(register_choice().loss);
}

/// Whose sums decide the value of a register of this format.
limit_scope deciding_scope(const accumulator_format& format) {
  return format.overflow == overflow_mode::wrap ? limit_scope::final : format.scope;
}

class searcher {
 public:
  searcher(const design& of, const lowering_options& choices, const dataset& validation,
           const width_search_options& options)
      : m_of(of), m_options(options), m_control(options), m_choices(choices), m_exact(exact_flow(of, choices)) {
    m_metric = metric_of(validation);
    if (m_metric == study_metric::none)
      throw config_error(
          fmt::format("{}: without classes or images to compare with nobody knows what a width loses; "
                      "expected data with labels",
                      validation.name));
    m_allowed = allowed_by(choices);
    m_limit = m_metric == study_metric::top1 ? m_allowed / 100 : m_allowed;
    certify_open_registers();
    m_control.plan(m_free.size());
    const bool partial = asks_for_partial_sums(lower(of.integers, m_choices));
    m_all.emplace(of, m_exact, validation, partial, m_control);
    if (validation.frames() >= 2 * first_frames)
      m_some.emplace(of, m_exact, select_frames(validation, 0, first_frames), partial, m_control);
    price_steps();
  }

  found_widths run() {
    places at = same_harm();
    narrow(at);
    trade(at);
    if (price_of(at) >= m_certified_luts) at = places(m_free.size(), 0);
    set(at);
    found_widths found;
    found.choices = m_choices;
    found.allowed = m_allowed;
    found.metric = m_metric;
    found.loss = m_all->loss(lower(m_of.integers, m_choices));
    found.frames = m_all->frames();
    found.simulations = m_control.simulations();
    found.luts = price_of(at);
    found.certified_luts = m_certified_luts;
    return found;
  }

 private:
  static dataflow exact_flow(const design& of, const lowering_options& choices) {
    return lower(of.integers, with_exact_registers(choices));
  }

  /// Gives each open register a rule of its own with its certified width.
  void certify_open_registers() {
    std::vector<std::size_t> units;
    m_choices.registers =
        with_widths(m_choices, m_exact, register_policy::searched, [&](std::size_t unit, const register_rule&) {
          units.push_back(unit);
          return dot_products_of(m_exact.units[unit])->accumulator.bits;
        });
    auto unit = units.begin();
    for (std::size_t r = 0; r < m_choices.registers.size(); ++r) {
      const register_rule& rule = m_choices.registers[r];
      if (rule.choice.policy != register_policy::searched || rule.choice.is_open()) continue;
      const bool is_overruled =
          std::any_of(m_choices.registers.begin() + static_cast<std::ptrdiff_t>(r) + 1, m_choices.registers.end(),
                      [&](const register_rule& later) { return later.name.empty() || later.name == rule.name; });
      if (!is_overruled) m_free.push_back({r, *unit, rule.choice.format, {}});
      ++unit;
    }
  }

  double price_now() const { return price(lower(m_of.integers, m_choices), m_options.kind, *m_options.device).luts; }

  /// Gives a register a width: its certified one, or one below it.
  void set(std::size_t r, int bits) {
    accumulator_format& format = m_choices.registers[m_free[r].rule].choice.format;
    format = m_free[r].asked;
    if (bits == m_free[r].asked.bits) format = {bits, overflow_mode::wrap, limit_scope::per_cycle};
    format.bits = bits;
  }

  void set(const places& at) {
    for (std::size_t r = 0; r < m_free.size(); ++r) set(r, m_free[r].steps[at[r]].bits);
  }

  double price_of(const places& at) {
    set(at);
    return price_now();
  }

  /// The steps of each register, priced while all others are certified.
  void price_steps() {
    for (std::size_t r = 0; r < m_free.size(); ++r) set(r, m_free[r].asked.bits);
    m_certified_luts = price_now();
    for (std::size_t r = 0; r < m_free.size(); ++r) {
      if (!m_control.goes_on()) throw search_stopped();
      const accumulator_format& format = m_free[r].asked;
      const sum_range sums = m_all->sums().total(m_free[r].unit).of(deciding_scope(format));
      const auto all = static_cast<double>(std::accumulate(sums.needs.begin(), sums.needs.end(), std::uint64_t{0}));
      std::vector<width_step>& steps = m_free[r].steps;
      steps.push_back({format.bits, m_certified_luts, 0});
      for (int bits = format.bits - 1; bits >= 1; --bits) {
        const double harm = all > 0 ? static_cast<double>(sums.beyond(bits)) / all : 0;
        if (harm > greatest_harm) break;
        set(r, bits);
        const double luts = price_now();
        if (luts < steps.back().luts) steps.push_back({bits, luts, harm});
      }
      set(r, format.bits);
    }
  }

  /// Whether the design loses no more than is allowed, on all validation frames.
  bool is_allowed(const places& at) {
    set(at);
    const dataflow flow = lower(m_of.integers, m_choices);
    if (m_some) {
      const paired_loss first = m_some->loss(flow);
      if (first.value - certain * first.error > m_limit) return false;
    }
    return m_all->loss(flow).value <= m_limit + 1e-12;
  }

  places with_harm(double most) const {
    places at;
    for (const free_register& one : m_free) {
      std::size_t step = 0;
      while (step + 1 < one.steps.size() && one.steps[step + 1].harm <= most) ++step;
      at.push_back(step);
    }
    return at;
  }

  /// The narrowest registers that all change about the same share of their dot products, and lose no more than allowed.
  places same_harm() {
    constexpr std::array<double, 13> levels{0, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1};
    std::size_t good = 0, bad = levels.size();
    while (good + 1 < bad) {
      const std::size_t middle = (good + bad) / 2;
      (is_allowed(with_harm(levels[middle])) ? good : bad) = middle;
    }
    places at = with_harm(levels[good]);
    m_control.found(price_of(at));
    return at;
  }

  double saving(std::size_t r, std::size_t step) const {
    return m_free[r].steps[step].luts - m_free[r].steps[step + 1].luts;
  }

  bool has_next(const places& at, std::size_t r) const { return at[r] + 1 < m_free[r].steps.size(); }

  /// Narrows one register after the other, the one that saves the most for its harm first, until none can be.
  void narrow(places& at) {
    std::vector<bool> is_done(m_free.size());
    for (;;) {
      std::optional<std::size_t> best;
      double best_gain = 0;
      for (std::size_t r = 0; r < m_free.size(); ++r) {
        if (is_done[r] || !has_next(at, r)) continue;
        const double harm = m_free[r].steps[at[r] + 1].harm - m_free[r].steps[at[r]].harm;
        const double gain = saving(r, at[r]) / (harm + 1e-9);
        if (!best || gain > best_gain) best = r, best_gain = gain;
      }
      if (!best) return;
      ++at[*best];
      if (is_allowed(at)) {
        m_control.found(price_of(at));
      } else {
        --at[*best];
        is_done[*best] = true;
      }
    }
  }

  struct trade_of_bits {
    std::size_t wider = 0, narrower = 0;
    double luts = 0;  ///< that it saves
  };

  /// Widens one register by a step to narrow another that saves more.
  void trade(places& at) {
    std::vector<trade_of_bits> trades;
    for (std::size_t wider = 0; wider < m_free.size(); ++wider) {
      if (at[wider] == 0) continue;
      for (std::size_t narrower = 0; narrower < m_free.size(); ++narrower) {
        if (narrower == wider || !has_next(at, narrower)) continue;
        const double luts = saving(narrower, at[narrower]) - saving(wider, at[wider] - 1);
        if (luts > 0) trades.push_back({wider, narrower, luts});
      }
    }
    std::stable_sort(trades.begin(), trades.end(), [](const auto& a, const auto& b) { return a.luts > b.luts; });
    if (trades.size() > trades_a_register * m_free.size()) trades.resize(trades_a_register * m_free.size());
    std::vector<bool> is_touched(m_free.size());
    for (const trade_of_bits& one : trades) {
      if (is_touched[one.wider] || is_touched[one.narrower]) continue;
      --at[one.wider];
      ++at[one.narrower];
      if (is_allowed(at)) {
        is_touched[one.wider] = is_touched[one.narrower] = true;
        m_control.found(price_of(at));
      } else {
        ++at[one.wider];
        --at[one.narrower];
      }
    }
  }

  const design& m_of;
  const width_search_options& m_options;
  search_control m_control;
  lowering_options m_choices;
  dataflow m_exact;
  study_metric m_metric = study_metric::none;
  double m_allowed = 0, m_limit = 0, m_certified_luts = 0;
  std::vector<free_register> m_free;
  std::optional<judged_frames> m_all, m_some;
};

}  // namespace

assumption describe(const found_widths& found, const std::string& data) {
  const bool is_share = found.metric == study_metric::top1;
  const double scale = is_share ? 100 : 1;
  return {
      "registers", "searched widths", fmt::format("{:.0f} LUTs", found.luts),
      fmt::format("they lose {:.2f} +- {:.2f} {} on {} frames of {}, at most {} allowed, by {} simulations; certified "
                  "widths take {:.0f} LUTs, so a proof costs {:.0f}",
                  scale * found.loss.value, scale * found.loss.error, is_share ? "points" : "dB", found.frames,
                  printable(data), found.allowed, found.simulations, found.certified_luts, found.price_of_proof())};
}

bool asks_for_searched(const lowering_options& choices) { return asks_for(register_policy::searched, choices); }

std::uint64_t most_simulations(const design& of, const lowering_options& choices) {
  std::size_t registers = 0;
  with_widths(choices, of.flow, register_policy::searched, [&](std::size_t, const register_rule&) {
    ++registers;
    return 1;
  });
  return most_of(registers);
}

std::optional<found_widths> search_widths(const design& of, const lowering_options& choices, const dataset& validation,
                                          const width_search_options& options) {
  try {
    return searcher(of, choices, validation, options).run();
  } catch (const search_stopped&) {
    return std::nullopt;
  }
}

}  // namespace spillway
