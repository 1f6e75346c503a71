// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/matrix_dots.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/fit.h"
#include "spillway/sim/fast/clones.h"
#include "spillway/sim/fast/nonzero_inputs.h"

namespace spillway::detail {

namespace {

constexpr std::int64_t tile = 48;  // vectors whose sums are made together

SPILLWAY_CLONES void add_bias(const std::int32_t* bias, std::int64_t count, std::int32_t* sums) {
  for (std::int64_t i = 0; i < count; ++i) sums[i] += bias[i];
}

void add_bias(const std::int64_t* bias, std::int64_t count, std::int64_t* sums) {
  for (std::int64_t i = 0; i < count; ++i) sums[i] += bias[i];
}

/// Whether the positive products sum to more than `high`, or the negative ones to less than `low`, of any row; from the
/// sums of the products and of their magnitudes.
SPILLWAY_CLONES bool leaves(const std::int32_t* sums, const std::int32_t* magnitudes, const std::int32_t* low,
                            const std::int32_t* high, std::int64_t rows) {
  int any = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int32_t positive = (magnitudes[row] + sums[row]) >> 1, negative = (sums[row] - magnitudes[row]) >> 1;
    any |= positive > high[row] || negative < low[row] ? 1 : 0;
  }
  return any != 0;
}

template <class Lane>
bool signs_leave(const Lane* positive, const Lane* negative, const Lane* low, const Lane* high, std::int64_t rows) {
  int any = 0;
  for (std::int64_t row = 0; row < rows; ++row) any |= positive[row] > high[row] || negative[row] < low[row] ? 1 : 0;
  return any != 0;
}

/// Sums in registers of `bits` bits, and which of them do not fit; true if some don't.
SPILLWAY_CLONES bool wrap_all(const std::int32_t* sums, std::int64_t count, int bits, std::int32_t* stored,
                              std::int32_t* events) {
  std::int32_t any = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto shifted = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[i]) << (32 - bits));
    stored[i] = shifted >> (32 - bits);
    events[i] = stored[i] != sums[i] ? 1 : 0;
    any |= events[i];
  }
  return any != 0;
}

SPILLWAY_CLONES bool clamp_all(const std::int32_t* sums, std::int64_t count, int bits, std::int32_t* stored,
                               std::int32_t* events) {
  const auto high = static_cast<std::int32_t>((std::uint32_t{1} << (bits - 1)) - 1), low = -high - 1;
  std::int32_t any = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int32_t floored = sums[i] < low ? low : sums[i];
    stored[i] = floored > high ? high : floored;
    events[i] = stored[i] != sums[i] ? 1 : 0;
    any |= events[i];
  }
  return any != 0;
}

bool fit_all(const std::int64_t* sums, std::int64_t count, int bits, overflow_mode overflow, std::int64_t* stored,
             std::int64_t* events) {
  bool any = false;
  for (std::int64_t i = 0; i < count; ++i) {
    const fitted<std::int64_t> fits = fit(sums[i], std::min(bits, 63), overflow);
    stored[i] = fits.stored;
    events[i] = fits.overflowed() ? 1 : 0;
    any |= fits.overflowed();
  }
  return any;
}

bool fit_all(const std::int32_t* sums, std::int64_t count, int bits, overflow_mode overflow, std::int32_t* stored,
             std::int32_t* events) {
  const int kept = std::min(bits, 32);
  return overflow == overflow_mode::wrap ? wrap_all(sums, count, kept, stored, events)
                                         : clamp_all(sums, count, kept, stored, events);
}

bool are_bytes(integer_type type) {
  const element_kind kind = kind_of(type);
  return kind == element_kind::u8 || kind == element_kind::s8;
}

bool are_signed_bytes(integer_type type) { return are_bytes(type) && type.max64() <= 127; }

/// A signed byte plus 128, or its magnitude, as an unsigned one.
SPILLWAY_CLONES void shift_up(const std::byte* from, std::int64_t count, std::uint8_t* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(from[i] ^ std::byte{0x80});
}

SPILLWAY_CLONES void take_magnitudes(const std::int8_t* from, std::int64_t count, std::uint8_t* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(from[i] < 0 ? -from[i] : from[i]);
}

}  // namespace

/// What a block of frames needs for itself.
template <class Lane>
class matrix_dots<Lane>::worker {
 public:
  worker(const matrix_dots& of, const value_block& inputs, const run_context& context, value_block& outputs)
      : m_of(of),
        m_inputs(inputs),
        m_outputs(outputs),
        m_replay(of.m_shape, context),
        m_part(m_replay.counted()),
        m_counts(of.m_shape.rows, of.m_stride, of.m_unit.accumulator.bits),
        m_stored(static_cast<std::size_t>(of.m_stride)),
        m_events(m_stored.size()),
        m_operands(static_cast<std::size_t>(of.m_shape.columns)),
        m_list(m_operands.size() + list_padding),
        m_lists_bytes(are_bytes(of.m_unit.input_type) && !of.m_unit.xnor_popcount),
        m_row_bytes(m_lists_bytes ? m_operands.size() : 0),
        m_profile(context.sums.empty() ? nullptr : &context.sums[of.m_shape.unit]),
        m_first_frame(context.first_frame) {
    if (of.m_products) prepare_bytes();
    m_ordered.resize(m_operands.size());
  }

  void run(std::int64_t vectors) {
    m_sums.resize(static_cast<std::size_t>(tile * m_of.m_stride));
    if (m_of.m_checks) m_bounds.resize(m_sums.size());
    for (std::int64_t first = 0; first < vectors; first += tile) run_tile(first, std::min(tile, vectors - first));
    m_replay.hand_on();
  }

  void add_counts_to(std::span<channel_counts> counts) const { m_counts.add_to(counts, m_part); }

 private:
  void prepare_bytes() {
    const std::int64_t elements = m_inputs.elements();
    m_bytes = reinterpret_cast<const std::uint8_t*>(m_inputs.at(0));
    m_magnitude_bytes = m_bytes;
    if (!m_of.m_is_signed) return;
    m_shifted.resize(static_cast<std::size_t>(elements + 64));
    shift_up(m_inputs.at(0), elements, m_shifted.data());
    m_bytes = m_shifted.data();
    if (!m_of.m_magnitudes) return;
    m_magnitudes.resize(m_shifted.size());
    take_magnitudes(reinterpret_cast<const std::int8_t*>(m_inputs.at(0)), elements, m_magnitudes.data());
    m_magnitude_bytes = m_magnitudes.data();
  }

  void multiply(const byte_matrix& matrix, const std::uint8_t* bytes, std::int64_t first, std::int64_t count,
                Lane* sums) {
    if constexpr (std::is_same_v<Lane, std::int32_t>) {
      std::array<const std::uint8_t*, tile> rows;
      for (std::int64_t v = 0; v < count; ++v)
        rows[static_cast<std::size_t>(v)] = bytes + m_of.m_reader.first_element(first + v);
      matrix.multiply({{rows.data(), static_cast<std::size_t>(count)}, m_of.m_reader.offsets()}, sums);
    }
  }

  void run_tile(std::int64_t first, std::int64_t count) {
    const bool screens = m_of.m_checks && is_worth_screening();
    m_screens_magnitudes = screens && m_of.m_magnitudes;
    if (m_of.m_products) {
      multiply(*m_of.m_products, m_bytes, first, count, m_sums.data());
      if (m_screens_magnitudes) multiply(*m_of.m_magnitudes, m_magnitude_bytes, first, count, m_bounds.data());
    }
    for (std::int64_t v = 0; v < count; ++v)
      run_vector(first + v, m_sums.data() + v * m_of.m_stride, m_bounds.data() + v * m_of.m_stride, screens);
  }

  /// Not where more than a third of the blocks were looked at anyway, or nothing bounds the products.
  bool is_worth_screening() const {
    if (m_of.m_products && !m_of.m_magnitudes && !m_of.m_unit.xnor_popcount) return false;
    const std::int64_t screened = m_of.m_screened.load(std::memory_order_relaxed);
    return screened < 1024 || m_of.m_failed.load(std::memory_order_relaxed) * 3 < screened;
  }

  void run_vector(std::int64_t vector, Lane* sums, const Lane* bounds, bool screens) {
    m_has_operands = false;
    if (m_of.m_products) {
      if (!m_of.m_bias.empty()) add_bias(m_of.m_bias.data(), m_of.m_stride, sums);
    } else {
      list_inputs(vector);
      m_of.m_lanes->sum(m_listed, sums);
    }
    if (m_profile) profile(vector, sums);
    if (m_of.m_checks && look(vector, sums, bounds, screens)) return finish(vector, sums);
    if (m_of.m_fits_sums && fit_sums(sums)) return finish(vector, sums);
    m_of.m_activation.write(sums, m_outputs, vector * m_of.m_shape.rows);
  }

  void profile(std::int64_t vector, Lane* sums) {
    row_sums<Lane> of{.finished = sums};
    if (m_profile->partial_sums()) {
      if (m_of.m_products) list_inputs(vector);
      for (auto& range : m_ranges) range.resize(m_stored.size());
      m_of.m_lanes->ranges(m_listed, sums, m_ranges[0].data(), m_ranges[1].data(), m_ranges[2].data(),
                           m_ranges[3].data());
      of = {sums, m_ranges[0].data(), m_ranges[1].data(), m_ranges[2].data(), m_ranges[3].data()};
    }
    m_profile->add(m_first_frame + vector / m_of.m_shape.vectors_per_frame, of);
  }

  /// Counts and events of a vector in which registers overflowed, and its outputs.
  void finish(std::int64_t vector, const Lane* sums) {
    const std::int64_t counted = m_part.rows_of(vector, m_of.m_shape.rows);
    if (counted < m_of.m_shape.rows) std::fill(m_events.begin() + counted, m_events.end(), Lane{0});
    m_counts.add(sums, m_events.data());
    m_logs = m_logs && m_replay.is_wanted(vector, 0);  // those after one that comes too late do as well
    if (m_logs) log(vector);
    m_of.m_activation.write(m_stored.data(), m_outputs, vector * m_of.m_shape.rows);
  }

  void log(std::int64_t vector) {
    read_operands(vector);
    for (std::int64_t row = 0; row < m_of.m_shape.rows; ++row)
      if (m_events[static_cast<std::size_t>(row)] != 0)
        m_replay.run(vector, row,
                     [&](std::int64_t k) { return product(row, m_of.m_order[static_cast<std::size_t>(k)]); });
  }

  std::int64_t product(std::int64_t row, std::int64_t column) const {
    const std::int64_t weight = *m_of.m_unit.weights.at(row * m_of.m_shape.columns + column);
    const std::int64_t input = m_operands[static_cast<std::size_t>(column)];
    if (m_of.m_unit.xnor_popcount) return (weight == 1) == (input == 1) ? 1 : 0;
    return weight * input;
  }

  void read_operands(std::int64_t vector) {
    if (!m_has_operands) m_of.m_reader.read(m_inputs, vector, m_operands.data());
    m_has_operands = true;
  }

  /// The inputs in the order of addition, those left out that add nothing.
  void list_inputs(std::int64_t vector) {
    m_listed = m_lists_bytes ? list_bytes(vector) : list_operands(vector);
    const std::int64_t simd = m_of.m_shape.simd;
    if ((m_profile || m_of.m_unit.accumulator.scope == limit_scope::per_cycle) && simd > 1)
      for (dot_input& input : m_listed) input.step = static_cast<std::int32_t>(input.step / simd);
  }

  std::span<dot_input> list_bytes(std::int64_t vector) {
    const std::int64_t columns = m_of.m_shape.columns, width = m_of.m_reader.width();
    const auto* first = reinterpret_cast<const std::uint8_t*>(m_inputs.at(0)) + m_of.m_reader.first_element(vector);
    std::uint8_t* to = m_row_bytes.data();
    for (const std::int64_t offset : m_of.m_reader.offsets()) to = std::copy_n(first + offset, width, to);
    const std::uint8_t* bytes = m_row_bytes.data();
    if (!m_of.m_is_in_order) {
      for (std::int64_t k = 0; k < columns; ++k)
        m_ordered[static_cast<std::size_t>(k)] = bytes[m_of.m_order[static_cast<std::size_t>(k)]];
      bytes = m_ordered.data();
    }
    const dot_input* end = list_nonzero(bytes, columns, m_of.m_is_signed, m_list.data());
    return {m_list.data(), static_cast<std::size_t>(end - m_list.data())};
  }

  std::span<dot_input> list_operands(std::int64_t vector) {
    read_operands(vector);
    const std::int64_t columns = m_of.m_shape.columns;
    dot_input* next = m_list.data();
    for (std::int64_t k = 0; k < columns; ++k) {
      const std::int64_t value = m_operands[static_cast<std::size_t>(m_of.m_order[static_cast<std::size_t>(k)])];
      if (m_of.m_unit.xnor_popcount) {
        *next++ = {static_cast<std::int32_t>(value == 1 ? k : k + columns), static_cast<std::int32_t>(k), 1};
      } else {
        *next = {static_cast<std::int32_t>(k), static_cast<std::int32_t>(k), value};
        next += value != 0 ? 1 : 0;  // no branch: inputs are data
      }
    }
    return {m_list.data(), static_cast<std::size_t>(next - m_list.data())};
  }

  /// True if some register overflowed: then m_stored and m_events hold what came of the vector.
  bool look(std::int64_t vector, const Lane* sums, const Lane* bounds, bool screens) {
    if (screens && !m_of.m_products) {
      m_positive.resize(m_stored.size());
      m_negative.resize(m_stored.size());
      m_of.m_lanes->sum_by_sign(m_listed, m_positive.data(), m_negative.data());
    }
    bool prepared = false;
    std::int64_t failed = 0;
    const std::int64_t blocks = (m_of.m_stride + register_block - 1) / register_block;
    for (std::int64_t block = 0; block < blocks; ++block) {
      const std::int64_t from = block * register_block, rows = std::min(register_block, m_of.m_stride - from);
      if (m_of.m_is_proven[static_cast<std::size_t>(block)] || (screens && !needs_look(sums, bounds, from, rows)))
        continue;
      if (!prepared) {
        prepare_look(vector, sums);
        prepared = true;
      }
      ++failed;
      if (m_of.m_cycles)
        run_cycles(block);
      else
        m_of.m_lanes->run(m_listed, block, m_stored.data(), m_events.data());
    }
    if (screens) {
      m_of.m_screened.fetch_add(blocks, std::memory_order_relaxed);
      m_of.m_failed.fetch_add(failed, std::memory_order_relaxed);
    }
    return prepared;
  }

  bool needs_look(const Lane* sums, const Lane* bounds, std::int64_t from, std::int64_t rows) const {
    const Lane *low = m_of.m_low.data() + from, *high = m_of.m_high.data() + from;
    if constexpr (std::is_same_v<Lane, std::int32_t>)
      if (m_screens_magnitudes) return leaves(sums + from, bounds + from, low, high, rows);
    if (m_of.m_products) return signs_leave(sums + from, sums + from, low, high, rows);  // agreements are not negative
    return signs_leave(m_positive.data() + from, m_negative.data() + from, low, high, rows);
  }

  void prepare_look(std::int64_t vector, const Lane* sums) {
    std::copy_n(sums, m_of.m_stride, m_stored.data());
    std::fill(m_events.begin(), m_events.end(), Lane{0});
    if (!m_of.m_cycles) {
      if (m_of.m_products) list_inputs(vector);
      return;
    }
    read_operands(vector);
    const std::int64_t shift = m_of.m_is_signed ? 128 : 0;
    for (std::size_t k = 0; k < m_ordered.size(); ++k)
      m_ordered[k] = static_cast<std::uint8_t>(m_operands[static_cast<std::size_t>(m_of.m_order[k])] + shift);
    m_padded.resize(static_cast<std::size_t>(m_of.m_cycles->padded_columns()));
    m_of.m_cycles->pad(m_ordered.data(), m_padded.data());
  }

  void run_cycles(std::int64_t block) {
    if constexpr (std::is_same_v<Lane, std::int32_t>)
      m_of.m_cycles->run(m_padded.data(), block, m_stored.data(), m_events.data());
  }

  /// Fits finished sums; true if some overflowed.
  bool fit_sums(const Lane* sums) {
    const accumulator_format& format = m_of.m_unit.accumulator;
    const std::int64_t rows = m_of.m_shape.rows;
    std::fill(m_events.begin() + rows, m_events.end(), Lane{0});
    return fit_all(sums, rows, format.bits, format.overflow, m_stored.data(), m_events.data());
  }

  const matrix_dots& m_of;
  const value_block& m_inputs;
  value_block& m_outputs;
  event_replay<std::int64_t> m_replay;
  counted_part m_part;
  register_counts<Lane> m_counts;
  aligned_vector<Lane> m_sums, m_bounds;  ///< [tile, stride]: of the products, and of their magnitudes
  aligned_vector<Lane> m_stored, m_events, m_positive, m_negative;  ///< [stride], of one vector
  std::vector<std::int64_t> m_operands;                             ///< a vector's inputs
  bool m_has_operands = false, m_screens_magnitudes = false, m_logs = true;
  std::vector<dot_input> m_list;  ///< [columns], and padding
  bool m_lists_bytes;
  std::vector<std::uint8_t> m_row_bytes;  ///< [columns]: of one vector
  std::span<dot_input> m_listed;          ///< those of them that add something
  sum_counter* m_profile;                 ///< null: nobody asks
  std::int64_t m_first_frame;
  std::array<aligned_vector<Lane>, 4> m_ranges;  ///< [stride], of one vector
  std::vector<std::uint8_t> m_ordered, m_padded;
  aligned_vector<std::uint8_t> m_shifted, m_magnitudes;
  const std::uint8_t *m_bytes = nullptr, *m_magnitude_bytes = nullptr;
};

template <class Lane>
matrix_dots<Lane>::matrix_dots(const mvau& unit, std::uint32_t index, const window_reader& reader,
                               std::span<const std::int64_t> order, bool profiles)
    : m_unit(unit),
      m_shape(dot_shape::of(unit, index)),
      m_reader(reader),
      m_order(order.begin(), order.end()),
      m_is_signed(kind_of(unit.input_type) == element_kind::s8),
      m_stride((unit.mh() + 31) / 32 * 32),
      m_activation(unit.thresholds, unit.mh(), unit.output_offset) {
  if (m_order.empty()) {
    m_order.resize(static_cast<std::size_t>(unit.mw()));
    std::iota(m_order.begin(), m_order.end(), 0);
  }
  m_is_in_order = std::is_sorted(m_order.begin(), m_order.end());
  const std::vector<channel_certificate> certificates = certify(*dot_products_of(unit));
  const bool proven = std::all_of(certificates.begin(), certificates.end(),
                                  [&](const channel_certificate& c) { return c.holds(unit.accumulator.bits); });
  m_fits_sums = !proven && unit.accumulator.scope == limit_scope::final;
  m_checks = !proven && !m_fits_sums;
  if (m_checks) {
    m_low.assign(static_cast<std::size_t>(m_stride), std::numeric_limits<Lane>::min());
    m_high.assign(static_cast<std::size_t>(m_stride), std::numeric_limits<Lane>::max());
    m_is_proven.assign(static_cast<std::size_t>((m_stride + register_block - 1) / register_block), true);
    for (std::size_t row = 0; row < certificates.size(); ++row) {
      if (certificates[row].holds(unit.accumulator.bits)) continue;
      m_is_proven[row / register_block] = false;
      m_high[row] = static_cast<Lane>(signed_type(unit.accumulator.bits).max64());
      m_low[row] = -m_high[row] - 1;
    }
  }
  if (std::is_same_v<Lane, std::int32_t> && are_signed_bytes(unit.weights.type) && are_bytes(unit.input_type))
    lay_out_products();
  if (m_checks || profiles || !m_products) lay_out_registers(!profiles);
}

template <class Lane>
void matrix_dots<Lane>::lay_out_products() {
  const std::int64_t rows = m_shape.rows, columns = m_shape.columns;
  std::vector<std::int8_t> weights, magnitudes;
  std::vector<std::int64_t> row_bias(static_cast<std::size_t>(rows));
  bool has_least = false, has_bias = false;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column) {
      const std::int64_t weight = *m_unit.weights.at(row * columns + column);
      weights.push_back(static_cast<std::int8_t>(weight));
      magnitudes.push_back(static_cast<std::int8_t>(weight < 0 ? -weight : weight));
      has_least |= weight == -128;
      auto& bias = row_bias[static_cast<std::size_t>(row)];
      if (m_unit.xnor_popcount && weight < 0) ++bias;
      if (m_is_signed) bias -= 128 * weight;
      has_bias |= bias != 0;
    }
  const std::int64_t taps = std::ssize(m_reader.offsets()), width = m_reader.width();
  m_products.emplace(weights, rows, taps, width, m_stride);
  if (m_checks && !m_unit.xnor_popcount && !has_least) m_magnitudes.emplace(magnitudes, rows, taps, width, m_stride);
  if (!has_bias) return;
  m_bias.assign(static_cast<std::size_t>(m_stride), Lane{0});
  std::transform(row_bias.begin(), row_bias.end(), m_bias.begin(), [](std::int64_t b) { return static_cast<Lane>(b); });
}

template <class Lane>
void matrix_dots<Lane>::lay_out_registers(bool may_take_cycles) {
  const std::int64_t rows = m_shape.rows, columns = m_shape.columns;
  const bool is_xnor = m_unit.xnor_popcount;
  std::vector<std::int64_t> weights(static_cast<std::size_t>(columns * rows)), agreeing_with_0;
  if (is_xnor) agreeing_with_0.resize(weights.size());
  for (std::int64_t k = 0; k < columns; ++k)
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t weight = *m_unit.weights.at(row * columns + m_order[static_cast<std::size_t>(k)]);
      const auto at = static_cast<std::size_t>(k * rows + row);
      weights[at] = is_xnor && weight < 0 ? 0 : weight;
      if (is_xnor) agreeing_with_0[at] = weight < 0 ? 1 : 0;
    }
  const bool by_cycle = m_unit.accumulator.scope == limit_scope::per_cycle && m_unit.simd > 1;
  if (may_take_cycles && m_products && by_cycle && cycle_lanes::supported()) {
    if (is_xnor)  // an agreement is [w = -1] + w * x
      std::transform(weights.begin(), weights.end(), agreeing_with_0.begin(), weights.begin(), std::minus<>{});
    m_cycles.emplace(weights, rows, m_unit.accumulator, m_unit.simd, m_is_signed ? 128 : 0, agreeing_with_0);
    return;
  }
  weights.insert(weights.end(), agreeing_with_0.begin(), agreeing_with_0.end());
  m_lanes.emplace(weights, rows, m_unit.accumulator, m_unit.simd,
                  is_xnor ? input_range{0, 1} : input_range{m_unit.input_type.min64(), m_unit.input_type.max64()});
}

template <class Lane>
void matrix_dots<Lane>::run(const value_block& inputs, const run_context& context, value_block& outputs,
                            std::span<channel_counts> counts) const {
  const std::int64_t vectors = outputs.elements() / m_shape.rows;
  worker of(*this, inputs, context, outputs);
  of.run(vectors);
  of.add_counts_to(counts);
}

template class matrix_dots<std::int32_t>;
template class matrix_dots<std::int64_t>;

}  // namespace spillway::detail
