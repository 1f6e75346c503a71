// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/register_lanes.h"

#include <algorithm>
#include <limits>

#include "spillway/sim/fast/clones.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace spillway::detail {

namespace {

constexpr std::int64_t lane_rows = 32;  // rows of the narrowest lanes side by side

std::int64_t round_up(std::int64_t value, std::int64_t to) { return (value + to - 1) / to * to; }

/// Some rows of all columns, and what becomes of them.
template <class Weight, class Lane>
struct lane_run {
  std::span<const lane_input> inputs;
  const Weight* weights;
  std::int64_t stride, rows;
  Lane* stored;
  Lane* events;
};

template <class Lane>
struct wrap_fit {
  using word = std::make_unsigned_t<Lane>;
  int shift;
  explicit wrap_fit(int bits) : shift(static_cast<int>(sizeof(Lane) * 8) - bits) {}
  Lane operator()(Lane exact) const { return static_cast<Lane>(static_cast<word>(exact) << shift) >> shift; }
};

template <class Lane>
struct saturate_fit {
  Lane low, high;
  explicit saturate_fit(int bits) : low(-(Lane{1} << (bits - 1))), high((Lane{1} << (bits - 1)) - 1) {}
  Lane operator()(Lane exact) const {
    const Lane floored = exact < low ? low : exact;
    return floored > high ? high : floored;
  }
};

template <class Weight, class Lane, class Fit>
[[gnu::always_inline]] inline void step_rows(const lane_run<Weight, Lane>& of, bool by_step, const Fit& fit) {
  constexpr std::int64_t width = 64 / static_cast<std::int64_t>(sizeof(Lane));
  for (std::int64_t row = 0; row < of.rows; row += width) {
    Lane stored[width] = {}, events[width] = {}, addend[width] = {};
    for (std::size_t i = 0; i < of.inputs.size(); ++i) {
      const Weight* column = of.weights + of.inputs[i].column * of.stride + row;
      const Lane value = static_cast<Lane>(of.inputs[i].value);
      for (std::int64_t r = 0; r < width; ++r) addend[r] += static_cast<Lane>(column[r] * value);
      if (by_step && i + 1 < of.inputs.size() && of.inputs[i + 1].step == of.inputs[i].step) continue;
      for (std::int64_t r = 0; r < width; ++r) {
        const Lane exact = static_cast<Lane>(stored[r] + addend[r]);
        const Lane kept = fit(exact);
        events[r] += kept != exact ? 1 : 0;
        stored[r] = kept;
        addend[r] = 0;
      }
    }
    for (std::int64_t r = 0; r < width; ++r) {
      of.stored[row + r] = stored[r];
      of.events[row + r] = events[r];
    }
  }
}

template <class Weight, class Lane>
[[gnu::always_inline]] inline void sum_rows(const lane_run<Weight, Lane>& of, bool by_sign) {
  constexpr std::int64_t width = 64 / static_cast<std::int64_t>(sizeof(Lane));
  for (std::int64_t row = 0; row < of.rows; row += width) {
    Lane plus[width] = {}, minus[width] = {};
    for (const lane_input& input : of.inputs) {
      const Weight* column = of.weights + input.column * of.stride + row;
      const Lane value = static_cast<Lane>(input.value);
      for (std::int64_t r = 0; r < width; ++r) {
        const Lane product = static_cast<Lane>(column[r] * value);
        plus[r] += !by_sign || product > 0 ? product : 0;
        minus[r] += by_sign && product < 0 ? product : 0;
      }
    }
    for (std::int64_t r = 0; r < width; ++r) {
      of.stored[row + r] = plus[r];
      of.events[row + r] = minus[r];
    }
  }
}

/// Where the five results of `ranges` go.
template <class Lane>
struct range_arrays {
  Lane *sums, *product_low, *product_high, *step_low, *step_high;
};

template <class Weight, class Lane>
[[gnu::always_inline]] inline void range_rows(const lane_run<Weight, Lane>& of, const range_arrays<Lane>& to) {
  constexpr std::int64_t width = 64 / static_cast<std::int64_t>(sizeof(Lane));
  for (std::int64_t row = 0; row < of.rows; row += width) {
    Lane sum[width] = {}, low[width] = {}, high[width] = {}, step_low[width] = {}, step_high[width] = {};
    for (std::size_t i = 0; i < of.inputs.size(); ++i) {
      const Weight* column = of.weights + of.inputs[i].column * of.stride + row;
      const Lane value = static_cast<Lane>(of.inputs[i].value);
      for (std::int64_t r = 0; r < width; ++r) {
        sum[r] += static_cast<Lane>(column[r] * value);
        low[r] = sum[r] < low[r] ? sum[r] : low[r];
        high[r] = sum[r] > high[r] ? sum[r] : high[r];
      }
      if (i + 1 < of.inputs.size() && of.inputs[i + 1].step == of.inputs[i].step) continue;
      for (std::int64_t r = 0; r < width; ++r) {
        step_low[r] = sum[r] < step_low[r] ? sum[r] : step_low[r];
        step_high[r] = sum[r] > step_high[r] ? sum[r] : step_high[r];
      }
    }
    for (std::int64_t r = 0; r < width; ++r) {
      to.sums[row + r] = sum[r];
      to.product_low[row + r] = low[r];
      to.product_high[row + r] = high[r];
      to.step_low[row + r] = step_low[r];
      to.step_high[row + r] = step_high[r];
    }
  }
}

// Target clones can't be templates.
#define SPILLWAY_SUMS(Weight, Lane)                                                         \
  SPILLWAY_CLONES void sum_plain(const lane_run<Weight, Lane>& of) { sum_rows(of, false); } \
  SPILLWAY_CLONES void sum_signs(const lane_run<Weight, Lane>& of) { sum_rows(of, true); }
#define SPILLWAY_STEPS(Lane)                                                                   \
  SPILLWAY_CLONES void step_wrap(const lane_run<Lane, Lane>& of, bool by_step, int bits) {     \
    step_rows(of, by_step, wrap_fit<Lane>(bits));                                              \
  }                                                                                            \
  SPILLWAY_CLONES void step_saturate(const lane_run<Lane, Lane>& of, bool by_step, int bits) { \
    step_rows(of, by_step, saturate_fit<Lane>(bits));                                          \
  }

SPILLWAY_SUMS(std::int8_t, std::int32_t)
SPILLWAY_SUMS(std::int32_t, std::int32_t)
SPILLWAY_SUMS(std::int64_t, std::int64_t)
SPILLWAY_STEPS(std::int32_t)
SPILLWAY_STEPS(std::int64_t)

SPILLWAY_CLONES void find_ranges(const lane_run<std::int8_t, std::int32_t>& of, const range_arrays<std::int32_t>& to) {
  range_rows(of, to);
}
SPILLWAY_CLONES void find_ranges(const lane_run<std::int32_t, std::int32_t>& of, const range_arrays<std::int32_t>& to) {
  range_rows(of, to);
}
SPILLWAY_CLONES void find_ranges(const lane_run<std::int64_t, std::int64_t>& of, const range_arrays<std::int64_t>& to) {
  range_rows(of, to);
}

template <class Lane>
void step(const lane_run<Lane, Lane>& of, bool by_step, const accumulator_format& format) {
  if (format.overflow == overflow_mode::wrap)
    step_wrap(of, by_step, format.bits);
  else
    step_saturate(of, by_step, format.bits);
}

bool has_word_lanes() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

#ifdef __x86_64__
#define SPILLWAY_WORDS __attribute__((target("avx512f,avx512bw,avx512vl")))

/// 32 registers in the upper P bits of 16-bit lanes: there an addition wraps by itself, and where it does, it differs
/// from the one that saturates.
struct word_registers {
  __m512i stored, events;
};

template <bool Saturates>
SPILLWAY_WORDS [[gnu::always_inline]] inline void add_product(const std::int8_t* weights, __m512i input, __m512i kept,
                                                              word_registers& to) {
  const __m256i bytes = _mm256_load_si256(reinterpret_cast<const __m256i*>(weights));
  const __m512i product = _mm512_mullo_epi16(_mm512_cvtepi8_epi16(bytes), input);
  const __m512i wrapped = _mm512_add_epi16(to.stored, product), clamped = _mm512_adds_epi16(to.stored, product);
  const __mmask32 overflowed = _mm512_cmpneq_epi16_mask(wrapped, clamped);
  to.events = _mm512_mask_sub_epi16(to.events, overflowed, to.events, _mm512_set1_epi16(-1));
  to.stored = Saturates ? _mm512_and_si512(clamped, kept) : wrapped;
}

SPILLWAY_WORDS inline void write_words(const word_registers& from, int shift, std::int32_t* stored,
                                       std::int32_t* events) {
  const __m128i by = _mm_cvtsi32_si128(shift);
  const __m512i values = _mm512_sra_epi16(from.stored, by);
  _mm512_storeu_si512(stored, _mm512_cvtepi16_epi32(_mm512_castsi512_si256(values)));
  _mm512_storeu_si512(stored + 16, _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(values, 1)));
  _mm512_storeu_si512(events, _mm512_cvtepu16_epi32(_mm512_castsi512_si256(from.events)));
  _mm512_storeu_si512(events + 16, _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(from.events, 1)));
}

/// At most 65,535 inputs.
template <bool Saturates>
SPILLWAY_WORDS void step_words(const lane_run<std::int8_t, std::int32_t>& of, int bits) {
  const int shift = 16 - bits;
  const __m512i zero = _mm512_setzero_si512(), kept = _mm512_set1_epi16(static_cast<std::int16_t>(~0u << shift));
  std::int64_t row = 0;
  for (; row + 128 <= of.rows; row += 128) {
    word_registers a{zero, zero}, b = a, c = a, d = a;
    for (const lane_input& input : of.inputs) {
      const std::int8_t* weights = of.weights + input.column * of.stride + row;
      const __m512i value = _mm512_set1_epi16(static_cast<std::int16_t>(input.value << shift));
      add_product<Saturates>(weights, value, kept, a);
      add_product<Saturates>(weights + 32, value, kept, b);
      add_product<Saturates>(weights + 64, value, kept, c);
      add_product<Saturates>(weights + 96, value, kept, d);
    }
    write_words(a, shift, of.stored + row, of.events + row);
    write_words(b, shift, of.stored + row + 32, of.events + row + 32);
    write_words(c, shift, of.stored + row + 64, of.events + row + 64);
    write_words(d, shift, of.stored + row + 96, of.events + row + 96);
  }
  for (; row + 64 <= of.rows; row += 64) {
    word_registers a{zero, zero}, b = a;
    for (const lane_input& input : of.inputs) {
      const std::int8_t* weights = of.weights + input.column * of.stride + row;
      const __m512i value = _mm512_set1_epi16(static_cast<std::int16_t>(input.value << shift));
      add_product<Saturates>(weights, value, kept, a);
      add_product<Saturates>(weights + 32, value, kept, b);
    }
    write_words(a, shift, of.stored + row, of.events + row);
    write_words(b, shift, of.stored + row + 32, of.events + row + 32);
  }
  for (; row < of.rows; row += 32) {
    word_registers a{zero, zero};
    for (const lane_input& input : of.inputs) {
      const std::int8_t* weights = of.weights + input.column * of.stride + row;
      add_product<Saturates>(weights, _mm512_set1_epi16(static_cast<std::int16_t>(input.value << shift)), kept, a);
    }
    write_words(a, shift, of.stored + row, of.events + row);
  }
}
#endif

}  // namespace

template <class Lane>
register_lanes<Lane>::register_lanes(std::span<const std::int64_t> weights, std::int64_t rows,
                                     const accumulator_format& format, int simd, std::int64_t greatest_product)
    : m_format(format),
      m_by_step(format.scope == limit_scope::per_cycle && simd > 1),
      m_stride(round_up(rows, lane_rows)) {
  const std::int64_t columns = std::ssize(weights) / rows;
  const auto [least, greatest] = std::minmax_element(weights.begin(), weights.end());
  const bool are_bytes = *least >= -128 && *greatest <= 127;
  m_narrow = std::is_same_v<Lane, std::int32_t> && has_word_lanes() && are_bytes && !m_by_step && format.bits <= 16 &&
             columns <= std::numeric_limits<std::uint16_t>::max() &&
             greatest_product < (std::int64_t{1} << (format.bits - 1));
  const auto lay_out = [&](auto& to) {
    to.assign(static_cast<std::size_t>(columns * m_stride), 0);
    for (std::int64_t column = 0; column < columns; ++column)
      for (std::int64_t row = 0; row < rows; ++row)
        to[static_cast<std::size_t>(column * m_stride + row)] =
            static_cast<typename std::remove_reference_t<decltype(to)>::value_type>(
                weights[static_cast<std::size_t>(column * rows + row)]);
  };
  if (m_narrow)
    lay_out(m_weights8);
  else
    lay_out(m_weights);
}

template <class Lane>
void register_lanes<Lane>::run(std::span<const lane_input> inputs, std::int64_t block, Lane* stored,
                               Lane* events) const {
  const std::int64_t first = block * register_block, rows = std::min(register_block, m_stride - first);
#ifdef __x86_64__
  if constexpr (std::is_same_v<Lane, std::int32_t>)
    if (m_narrow) {
      const lane_run<std::int8_t, Lane> of{inputs,        m_weights8.data() + first, m_stride, rows, stored + first,
                                           events + first};
      return m_format.overflow == overflow_mode::wrap ? step_words<false>(of, m_format.bits)
                                                      : step_words<true>(of, m_format.bits);
    }
#endif
  step(lane_run<Lane, Lane>{inputs, m_weights.data() + first, m_stride, rows, stored + first, events + first},
       m_by_step, m_format);
}

template <class Lane>
void register_lanes<Lane>::sum(std::span<const lane_input> inputs, Lane* sums) const {
  aligned_vector<Lane> rest(static_cast<std::size_t>(m_stride));
  if constexpr (std::is_same_v<Lane, std::int32_t>)
    if (m_narrow)
      return sum_plain(lane_run<std::int8_t, Lane>{inputs, m_weights8.data(), m_stride, m_stride, sums, rest.data()});
  sum_plain(lane_run<Lane, Lane>{inputs, m_weights.data(), m_stride, m_stride, sums, rest.data()});
}

template <class Lane>
void register_lanes<Lane>::ranges(std::span<const lane_input> inputs, Lane* sums, Lane* product_low, Lane* product_high,
                                  Lane* step_low, Lane* step_high) const {
  const range_arrays<Lane> to{sums, product_low, product_high, step_low, step_high};
  if constexpr (std::is_same_v<Lane, std::int32_t>)
    if (m_narrow)
      return find_ranges(lane_run<std::int8_t, Lane>{inputs, m_weights8.data(), m_stride, m_stride, nullptr, nullptr},
                         to);
  find_ranges(lane_run<Lane, Lane>{inputs, m_weights.data(), m_stride, m_stride, nullptr, nullptr}, to);
}

template <class Lane>
void register_lanes<Lane>::sum_by_sign(std::span<const lane_input> inputs, Lane* positive, Lane* negative) const {
  if constexpr (std::is_same_v<Lane, std::int32_t>)
    if (m_narrow)
      return sum_signs(lane_run<std::int8_t, Lane>{inputs, m_weights8.data(), m_stride, m_stride, positive, negative});
  sum_signs(lane_run<Lane, Lane>{inputs, m_weights.data(), m_stride, m_stride, positive, negative});
}

template class register_lanes<std::int32_t>;
template class register_lanes<std::int64_t>;

}  // namespace spillway::detail
