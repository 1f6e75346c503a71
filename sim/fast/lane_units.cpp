// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/lane_units.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "spillway/models/numbers/big_int.h"
#include "spillway/sim/fast/clones.h"

namespace spillway::detail {

namespace {

constexpr std::int64_t chunk = 2048;  // elements that are worked on together

// Target clones can't be templates.
#define SPILLWAY_PAIRS(Lane)                                                                     \
  SPILLWAY_CLONES void add(const Lane* addend, std::int64_t count, Lane* sum) {                  \
    for (std::int64_t i = 0; i < count; ++i) sum[i] = static_cast<Lane>(sum[i] + addend[i]);     \
  }                                                                                              \
  SPILLWAY_CLONES void take_greater(const Lane* other, std::int64_t count, Lane* greatest) {     \
    for (std::int64_t i = 0; i < count; ++i) greatest[i] = std::max(greatest[i], other[i]);      \
  }                                                                                              \
  SPILLWAY_CLONES void scale(Lane factor, std::int64_t count, Lane* value) {                     \
    for (std::int64_t i = 0; i < count; ++i) value[i] = static_cast<Lane>(value[i] * factor);    \
  }                                                                                              \
  SPILLWAY_CLONES void multiply(const Lane* factor, std::int64_t count, Lane* value) {           \
    for (std::int64_t i = 0; i < count; ++i) value[i] = static_cast<Lane>(value[i] * factor[i]); \
  }

SPILLWAY_PAIRS(std::int32_t)
SPILLWAY_PAIRS(std::int64_t)

/// Vectors whose elements are compared together: as many as make 64 elements.
std::int64_t together(std::int64_t channels) { return (63 + channels) / channels * channels; }

/// The unit's thresholds for as many elements, [elements, steps], as `Lane` holds them: negated where they descend, so
/// that each row ascends.
template <class Lane>
std::vector<Lane> thresholds_of(const thresholding& unit, std::int64_t elements) {
  const std::int64_t rows = unit.thresholds.shape[0], steps = unit.thresholds.shape[1];
  const big_int most = std::numeric_limits<Lane>::max();
  std::vector<Lane> table;
  for (std::int64_t row = 0; row < rows; ++row) {
    const bool descends = !unit.descending.empty() && unit.descending[static_cast<std::size_t>(row)];
    for (std::int64_t t = 0; t < steps; ++t) {
      const std::int64_t at = row * steps + (descends ? steps - 1 - t : t);
      const big_int value =
          load({unit.thresholds.at(at), static_cast<std::size_t>(unit.thresholds.type.words())}, unit.thresholds.type);
      table.push_back(static_cast<Lane>(std::clamp<big_int>(descends ? big_int(-value) : value, -most, most)));
    }
  }
  std::vector<Lane> result;
  for (std::int64_t i = 0; i < elements; ++i) {
    const auto from = table.begin() + i % unit.channels % rows * steps;
    result.insert(result.end(), from, from + steps);
  }
  return result;
}

}  // namespace

template <class Lane>
threshold_lanes<Lane>::threshold_lanes(const thresholding& unit)
    : m_elements(together(unit.channels)),
      m_activation(thresholds_of<Lane>(unit, m_elements), m_elements, unit.output_offset) {
  if (std::find(unit.descending.begin(), unit.descending.end(), true) == unit.descending.end()) return;
  for (std::int64_t i = 0; i < m_elements; ++i) {
    const auto row = static_cast<std::size_t>(i % unit.channels % unit.thresholds.shape[0]);
    m_factors.push_back(unit.descending[row] ? Lane{-1} : Lane{1});
  }
}

template <class Lane>
void threshold_lanes<Lane>::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                                std::int64_t) const {
  std::vector<Lane> values(static_cast<std::size_t>(m_activation.padded_rows()));
  for (std::int64_t first = 0; first < outputs[0].elements(); first += m_elements) {
    const std::int64_t count = std::min(m_elements, outputs[0].elements() - first);
    inputs[0]->load(first, count, values.data());
    if (!m_factors.empty()) multiply(m_factors.data(), count, values.data());
    m_activation.write(values.data(), outputs[0], first, count);
  }
}

template <class Lane>
void pool_lanes<Lane>::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                           std::int64_t) const {
  const std::int64_t channels = m_unit.channels;
  std::vector<Lane> window(static_cast<std::size_t>(channels * m_unit.window));
  for (std::int64_t v = 0; v < outputs[0].elements() / channels; ++v) {
    m_reader.read(*inputs[0], v, window.data());
    for (std::int64_t k = 1; k < m_unit.window; ++k)
      if (m_unit.kind == pool_kind::max)
        take_greater(window.data() + k * channels, channels, window.data());
      else
        add(window.data() + k * channels, channels, window.data());
    if (m_unit.kind != pool_kind::max)
      for (std::int64_t c = 0; c < channels; ++c)
        window[static_cast<std::size_t>(c)] >>= std::min(m_unit.shift, std::numeric_limits<Lane>::digits);
    outputs[0].store(v * channels, channels, window.data());
  }
}

template <class Lane>
void accumulate_lanes<Lane>::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                                 std::int64_t frames) const {
  const std::int64_t channels = m_unit.channels;
  std::vector<Lane> sums(static_cast<std::size_t>(channels)), addend(sums);
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    std::fill(sums.begin(), sums.end(), Lane{0});
    for (std::int64_t position = 0; position < m_unit.positions; ++position) {
      inputs[0]->load((frame * m_unit.positions + position) * channels, channels, addend.data());
      add(addend.data(), channels, sums.data());
    }
    outputs[0].store(frame * channels, channels, sums.data());
  }
}

template <class Lane>
void add_lanes<Lane>::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                          std::int64_t) const {
  std::vector<Lane> sums(chunk), addend(chunk);
  for (std::int64_t first = 0; first < outputs[0].elements(); first += chunk) {
    const std::int64_t count = std::min(chunk, outputs[0].elements() - first);
    inputs[0]->load(first, count, sums.data());
    inputs[1]->load(first, count, addend.data());
    if (m_unit.a_factor != 1) scale(static_cast<Lane>(m_unit.a_factor), count, sums.data());
    if (m_unit.b_factor != 1) scale(static_cast<Lane>(m_unit.b_factor), count, addend.data());
    add(addend.data(), count, sums.data());
    outputs[0].store(first, count, sums.data());
  }
}

template <class Lane>
void label_lanes<Lane>::run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
                            std::int64_t frames) const {
  const std::int64_t labels = m_unit.labels, k = m_unit.k;
  std::vector<Lane> values(static_cast<std::size_t>(labels));
  std::vector<std::int64_t> order(values.size());
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    inputs[0]->load(frame * labels, labels, values.data());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](std::int64_t a, std::int64_t b) {
      const Lane x = values[static_cast<std::size_t>(a)], y = values[static_cast<std::size_t>(b)];
      return x != y ? x > y : a < b;
    });
    outputs[0].store(frame * k, k, order.data());
  }
}

template class threshold_lanes<std::int32_t>;
template class threshold_lanes<std::int64_t>;
template class pool_lanes<std::int32_t>;
template class pool_lanes<std::int64_t>;
template class accumulate_lanes<std::int32_t>;
template class accumulate_lanes<std::int64_t>;
template class add_lanes<std::int32_t>;
template class add_lanes<std::int64_t>;
template class label_lanes<std::int32_t>;
template class label_lanes<std::int64_t>;

}  // namespace spillway::detail
