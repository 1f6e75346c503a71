// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast_mvau.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/fast_kernels.h"
#include "spillway/sim/replay.h"

namespace spillway {

namespace {

constexpr int kernel_bits = 31;  // signed bits of the sums that the vector kernels can hold

/// A unit's thresholds, [MH, steps]. A threshold beyond int64 is as far beyond every sum that int64 is used for as the
/// end of int64 itself.
template <class Integer>
std::vector<Integer> load_thresholds(const mvau& unit) {
  std::vector<Integer> result;
  if (!unit.thresholds) return result;
  const integer_tensor& thresholds = *unit.thresholds;
  for (std::int64_t t = 0; t < thresholds.size(); ++t) {
    if constexpr (std::is_same_v<Integer, std::int64_t>) {
      const big_int low = std::numeric_limits<std::int64_t>::min(), high = std::numeric_limits<std::int64_t>::max();
      const big_int value = load_as<big_int>(thresholds.at(t), thresholds.type);
      result.push_back(static_cast<std::int64_t>(std::clamp(value, low, high)));
    } else {
      result.push_back(load_as<Integer>(thresholds.at(t), thresholds.type));
    }
  }
  return result;
}

/// `acc` through the thresholds of its row, or as it is: a value of the unit's output type.
template <class Integer>
void store_output(const mvau& unit, std::int64_t row, const Integer& acc, std::span<const Integer> thresholds,
                  std::int64_t* output) {
  if (!unit.thresholds) {
    store_as(acc, unit.output_type, output);
    return;
  }
  const std::int64_t steps = unit.thresholds->shape[1];
  std::int64_t level = unit.output_offset;
  for (std::int64_t t = row * steps; t < (row + 1) * steps; ++t)
    level += acc < thresholds[static_cast<std::size_t>(t)] ? 0 : 1;
  store_as(level, unit.output_type, output);
}

}  // namespace

struct fast_mvau::workspace {
  std::vector<detail::nonzero_input> inputs;
  std::vector<std::int32_t> positive, negative, stored, events;
};

fast_mvau::fast_mvau(const mvau& unit, std::uint32_t index, std::span<const std::int64_t> order)
    : m_unit(unit), m_index(index), m_order(order.begin(), order.end()) {
  if (unit.xnor_popcount)
    throw config_error(
        fmt::format("{} counts agreements (xnor_popcount), which the fast engine can't; use the cycle "
                    "engine",
                    unit.name));
  const std::int64_t rows = unit.mh(), columns = unit.mw();
  if (m_order.empty()) {
    m_order.resize(static_cast<std::size_t>(columns));
    std::iota(m_order.begin(), m_order.end(), 0);
  }
  for (const channel_certificate& certificate : certify(unit.weights, unit.input_type))
    m_proven.push_back(certificate.holds(unit.accumulator.bits) ? 1 : 0);
  // P does not count here: a register that is too narrow for the sums has fewer bits than they do.
  m_exact_bits = exact_sum_bits(unit.weights.type, unit.input_type, columns, 1);
  if (m_exact_bits > kernel_bits) return;
  m_thresholds = load_thresholds<std::int64_t>(unit);
  m_padded_rows = (rows + detail::kernel_rows - 1) / detail::kernel_rows * detail::kernel_rows;
  m_columns.assign(static_cast<std::size_t>(columns * m_padded_rows), 0);
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column)
      m_columns[static_cast<std::size_t>(column * m_padded_rows + row)] =
          static_cast<std::int32_t>(*unit.weights.at(row * columns + column));
}

/// Collects the inputs that are not zero, in the order of addition.
void fast_mvau::gather(const std::int64_t* input, workspace& space) const {
  space.inputs.clear();
  const bool by_cycle = m_unit.accumulator.scope == limit_scope::per_cycle;
  for (std::size_t k = 0; k < m_order.size(); ++k) {
    const std::int64_t column = m_order[k];
    if (input[column] == 0) continue;
    space.inputs.push_back({m_columns.data() + column * m_padded_rows, static_cast<std::int32_t>(input[column]),
                            static_cast<std::int32_t>(by_cycle ? k / static_cast<std::size_t>(m_unit.simd) : k)});
  }
}

/// True if some partial sum of this input might not fit into its register.
bool fast_mvau::needs_replay(const workspace& space) const {
  for (std::size_t row = 0; row < m_proven.size(); ++row) {
    if (m_proven[row]) continue;
    const std::int64_t high = signed_type(m_unit.accumulator.bits).max64();
    if (space.positive[row] > high || space.negative[row] < -high - 1) return true;
  }
  return false;
}

/// What each register holds at the end, and how often it overflowed on the way.
void fast_mvau::fill_registers(bool replay, workspace& space) const {
  std::transform(space.positive.begin(), space.positive.end(), space.negative.begin(), space.stored.begin(),
                 std::plus<>{});
  std::fill(space.events.begin(), space.events.end(), 0);
  if (!replay) return;
  const accumulator_format& format = m_unit.accumulator;
  if (format.scope != limit_scope::final) {
    const auto kernel = format.overflow == overflow_mode::wrap ? detail::replay_wrap : detail::replay_saturate;
    kernel(space.inputs, static_cast<int>(m_padded_rows), format.bits, format.scope == limit_scope::per_cycle,
           space.stored.data(), space.events.data());
    return;
  }
  for (std::size_t row = 0; row < space.stored.size(); ++row) {
    const auto fits = fit(std::int64_t{space.stored[row]}, format.bits, format.overflow);
    space.stored[row] = static_cast<std::int32_t>(fits.stored);
    space.events[row] = fits.overflowed() ? 1 : 0;
  }
}

/// Writes one vector's outputs and counts; true if some register overflowed.
bool fast_mvau::finish(const workspace& space, std::int64_t* output, std::span<channel_counts> counts) const {
  const accumulator_format& format = m_unit.accumulator;
  bool any = false;
  for (std::size_t row = 0; row < m_proven.size(); ++row) {
    ++counts[row].dot_products;
    store_output<std::int64_t>(m_unit, static_cast<std::int64_t>(row), space.stored[row], m_thresholds,
                               output + static_cast<std::int64_t>(row) * m_unit.output_type.words());
    if (space.events[row] == 0) continue;
    any = true;
    const std::int64_t exact = std::int64_t{space.positive[row]} + space.negative[row];
    counts[row].events += static_cast<std::uint64_t>(space.events[row]);
    ++counts[row].overflowing_dot_products;
    counts[row].persistent_dot_products += fit(exact, format.bits, format.overflow).overflowed() ? 1 : 0;
  }
  return any;
}

void fast_mvau::run_narrow(const integer_tensor& inputs, std::int64_t first, std::int64_t last, integer_tensor& outputs,
                           const issue_times& times, std::uint64_t max_events, block_result& result) const {
  const auto rows = static_cast<std::size_t>(m_padded_rows);
  workspace space;
  for (auto* lane : {&space.positive, &space.negative, &space.stored, &space.events}) lane->resize(rows);
  std::optional<detail::vector_replay<std::int64_t>> log;
  if (max_events > 0) log.emplace(m_unit, m_index, m_order);
  for (std::int64_t v = first; v < last; ++v) {
    const std::int64_t* input = inputs.at(v * m_unit.mw());
    gather(input, space);
    detail::sum_by_sign(space.inputs, static_cast<int>(rows), space.positive.data(), space.negative.data());
    fill_registers(needs_replay(space), space);
    const bool overflowed = finish(space, outputs.at(v * m_unit.mh()), result.counts);
    if (overflowed && result.events.size() < max_events)
      log->run(v, input, times, max_events - result.events.size(), result.events, [](auto, const auto&) {});
  }
}

template <class Integer>
void fast_mvau::run_wide(const integer_tensor& inputs, std::int64_t first, std::int64_t last, integer_tensor& outputs,
                         const issue_times& times, std::uint64_t max_events, block_result& result) const {
  const detail::vector_replay<Integer> replay(m_unit, m_index, m_order);
  const std::vector<Integer> thresholds = load_thresholds<Integer>(m_unit);
  const accumulator_format& format = m_unit.accumulator;
  for (std::int64_t v = first; v < last; ++v)
    replay.run(v, inputs.at(v * m_unit.mw()), times, max_events - result.events.size(), result.events,
               [&](std::int64_t row, const dot_result<Integer>& dot) {
                 store_output<Integer>(m_unit, row, dot.stored, thresholds, outputs.at(v * m_unit.mh() + row));
                 channel_counts& counts = result.counts[static_cast<std::size_t>(row)];
                 ++counts.dot_products;
                 if (dot.events == 0) return;
                 counts.events += static_cast<std::uint64_t>(dot.events);
                 ++counts.overflowing_dot_products;
                 counts.persistent_dot_products += dot.persistent(format.bits, format.overflow) ? 1 : 0;
               });
}

fast_mvau::block_result fast_mvau::run(const integer_tensor& inputs, std::int64_t first, std::int64_t last,
                                       integer_tensor& outputs, const issue_times& times,
                                       std::uint64_t max_events) const {
  block_result result{std::vector<channel_counts>(m_proven.size()), {}};
  if (m_exact_bits <= kernel_bits) {
    run_narrow(inputs, first, last, outputs, times, max_events, result);
  } else {
    const int bits = exact_sum_bits(m_unit.weights.type, m_unit.input_type, m_unit.mw(), m_unit.accumulator.bits);
    const int threshold_bits = m_unit.thresholds ? m_unit.thresholds->type.bits + 1 : 0;
    visit_storage(std::max(bits, threshold_bits), [&]<class Integer>(std::type_identity<Integer>) {
      run_wide<Integer>(inputs, first, last, outputs, times, max_events, result);
    });
  }
  return result;
}

}  // namespace spillway
