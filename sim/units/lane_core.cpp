// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/lane_core.h"

#include <algorithm>

#include "spillway/models/numbers/accumulator.h"
#include "spillway/models/numbers/fit.h"

namespace spillway {

lane_core::lane_core(const mvau& unit, int bits, recorder& events, std::uint32_t index, detail::lane_target target)
    : m_pe(unit.pe),
      m_simd(unit.simd),
      m_is_xnor(unit.xnor_popcount),
      m_lanes(std::int64_t{unit.simd} * (unit.xnor_popcount ? 2 : 1)),
      m_sf(unit.sf()),
      m_format{bits, unit.accumulator.overflow, unit.accumulator.scope},
      m_int8_weights(unit.weights.type.min64() >= -128 && unit.weights.type.max64() <= 127),
      m_activation(unit),
      m_pending(events, index),
      m_output_words(unit.output_type.words()) {
  const int width = detail::lane_width(m_pe);
  m_stride = (m_pe + width - 1) / width * width;
  m_kernel = detail::find_lane_kernel(target, m_int8_weights, width, m_format);
  if (m_int8_weights)
    lay_out(unit, m_weights8);
  else
    lay_out(unit, m_weights32);
  m_inputs.resize(static_cast<std::size_t>(unit.mw()));
  m_input_counts.resize(static_cast<std::size_t>(m_sf));
  for (auto* lanes : {&m_zeros, &m_registers, &m_before, &m_exact, &m_events, &m_now})
    lanes->assign(static_cast<std::size_t>(m_stride), 0);
  m_persistent.resize(static_cast<std::size_t>(m_pe));
}

template <class Weight>
void lane_core::lay_out(const mvau& unit, aligned<Weight>& weights) {
  weights.assign(static_cast<std::size_t>(unit.nf() * m_sf * m_lanes * m_stride), 0);
  for (std::int64_t row = 0; row < unit.mh(); ++row)
    for (std::int64_t column = 0; column < unit.mw(); ++column) {
      const std::int64_t value = *unit.weights.at(row * unit.mw() + column);
      const std::int64_t lane = column % m_simd + (m_is_xnor && value < 0 ? m_simd : 0);
      const std::int64_t fold = row / m_pe * m_sf + column / m_simd;
      weights[static_cast<std::size_t>((fold * m_lanes + lane) * m_stride + row % m_pe)] =
          static_cast<Weight>(m_is_xnor ? 1 : value);
    }
}

std::int64_t lane_core::weight(std::int64_t fold, std::int64_t lane, int pe) const {
  const auto at = static_cast<std::size_t>((fold * m_lanes + lane) * m_stride + pe);
  return m_int8_weights ? m_weights8[at] : m_weights32[at];
}

void lane_core::keep(std::int64_t sf, const std::int64_t* beat) {
  detail::lane_input* inputs = m_inputs.data() + sf * m_simd;
  if (m_is_xnor) {
    for (std::int32_t lane = 0; lane < m_simd; ++lane) inputs[lane] = {beat[lane] == 0 ? lane + m_simd : lane, 1};
    m_input_counts[static_cast<std::size_t>(sf)] = m_simd;
    return;
  }
  std::int64_t count = 0;
  for (std::int32_t lane = 0; lane < m_simd; ++lane) {
    const auto value = static_cast<std::int32_t>(beat[lane]);
    inputs[count] = {lane, value};
    count += value != 0 ? 1 : 0;  // no branch: inputs are data
  }
  m_input_counts[static_cast<std::size_t>(sf)] = count;
}

void lane_core::iterate(std::int64_t nf, std::int64_t sf, std::uint64_t cycle) {
  if (sf == 0) {
    std::fill(m_exact.begin(), m_exact.end(), 0);
    std::fill(m_events.begin(), m_events.end(), 0);
    std::fill(m_now.begin(), m_now.end(), 0);
    m_registers = m_zeros;
  }
  m_before.swap(m_registers);
  const std::int64_t fold = nf * m_sf + sf;
  const std::int64_t first_weight = fold * m_lanes * m_stride;
  const detail::lane_iteration iteration{m_int8_weights ? static_cast<const void*>(m_weights8.data() + first_weight)
                                                        : static_cast<const void*>(m_weights32.data() + first_weight),
                                         m_stride,
                                         m_inputs.data() + sf * m_simd,
                                         m_input_counts[static_cast<std::size_t>(sf)],
                                         m_before.data(),
                                         m_registers.data(),
                                         m_exact.data(),
                                         m_events.data(),
                                         m_now.data()};
  const bool overflowed = m_kernel(iteration, m_format.bits);
  if (overflowed && m_pending.wanted()) [[unlikely]]
    log_iteration(fold, sf, cycle);
}

/// Repeats an iteration in the registers that overflowed, one addition after the other.
void lane_core::log_iteration(std::int64_t fold, std::int64_t sf, std::uint64_t cycle) {
  const detail::lane_input* inputs = m_inputs.data() + sf * m_simd;
  const std::int64_t count = m_input_counts[static_cast<std::size_t>(sf)];
  for (int pe = 0; pe < m_pe; ++pe) {
    if (m_now[static_cast<std::size_t>(pe)] == 0) continue;
    std::int64_t stored = m_before[static_cast<std::size_t>(pe)], cycle_sum = 0;
    const auto add = [&](std::int64_t step, std::int64_t addend) {
      add_to_register(stored, addend, m_format, step,
                      [&](const dot_event<std::int64_t>& event) { m_pending.add(pe, cycle, event); });
    };
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t product = weight(fold, inputs[i].lane, pe) * inputs[i].value;
      if (m_format.scope == limit_scope::per_product)
        add(sf * m_simd + inputs[i].lane % m_simd, product);
      else
        cycle_sum += product;
    }
    if (m_format.scope == limit_scope::per_cycle) add(sf, cycle_sum);
  }
}

void lane_core::fit_final_sums(std::uint64_t cycle) {
  for (int pe = 0; pe < m_pe; ++pe) {
    const auto at = static_cast<std::size_t>(pe);
    std::int64_t stored = 0;
    const bool overflowed =
        add_to_register(stored, std::int64_t{m_exact[at]}, m_format, 0, [&](const dot_event<std::int64_t>& event) {
          if (m_pending.wanted()) m_pending.add(pe, cycle, event);
        });
    m_registers[at] = static_cast<std::int32_t>(stored);
    m_events[at] = m_now[at] = overflowed ? 1 : 0;
  }
}

void lane_core::finish(std::int64_t nf, const dot_address& where, std::uint64_t cycle, std::int64_t* beat) {
  if (m_format.scope == limit_scope::final) fit_final_sums(cycle);
  for (int pe = 0; pe < m_pe; ++pe) {
    const auto at = static_cast<std::size_t>(pe);
    m_persistent[at] =
        m_events[at] != 0 && fit(std::int64_t{m_exact[at]}, m_format.bits, m_format.overflow).overflowed();
    m_pending.count(where, pe, m_events[at], m_persistent[at] != 0);
    m_activation.store(nf * m_pe + pe, m_registers[at], beat + pe * m_output_words);
  }
  m_pending.log(where, m_persistent);
}

void lane_core::read_accumulator(int pe, std::span<std::int64_t> words) const {
  words[0] = m_registers[static_cast<std::size_t>(pe)];
  std::fill(words.begin() + 1, words.end(), words[0] < 0 ? -1 : 0);
}

}  // namespace spillway
