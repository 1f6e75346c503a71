// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/register_lanes.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "spillway/sim/units/lane_kernels.h"

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
  std::span<const dot_input> inputs;
  const Weight* weights;
  std::int64_t stride, rows;
  Lane* stored;
  Lane* events;
};

// GCC's and clang's vector types, as in sim/units/lane_kernels.cpp: loops over arrays are not made vectors of reliably.
template <class Lane, int Bytes>
struct vector_of {
  typedef Lane type __attribute__((vector_size(Bytes)));
};

template <class Lane>
struct wrap_fit {
  int shift;
  explicit wrap_fit(int bits) : shift(static_cast<int>(sizeof(Lane) * 8) - bits) {}
  template <class Vector>
  [[gnu::always_inline]] void operator()(Vector& value) const {
    value = (value << shift) >> shift;
  }
};

template <class Lane>
struct saturate_fit {
  Lane low, high;
  explicit saturate_fit(int bits) : low(-(Lane{1} << (bits - 1))), high((Lane{1} << (bits - 1)) - 1) {}
  template <class Vector>
  [[gnu::always_inline]] void operator()(Vector& value) const {
    const Vector least = Vector{} + low, most = Vector{} + high;
    value = value < least ? least : value;
    value = value > most ? most : value;
  }
};

/// The products of an input with some rows.
template <class Vector, class Weight, class Lane>
[[gnu::always_inline]] inline void multiply(const Weight* weights, Lane input, Vector& product) {
  constexpr int width = static_cast<int>(sizeof(Vector) / sizeof(Lane));
  if constexpr (std::is_same_v<Weight, Lane>)
    std::memcpy(&product, weights, sizeof product);
  else
    for (int i = 0; i < width; ++i) product[i] = weights[i];  // NOLINT(bugprone-signed-char-misuse): numbers
  product *= input;
}

template <class Vector, class Lane>
[[gnu::always_inline]] inline void store(const Vector& from, Lane* to) {
  std::memcpy(to, &from, sizeof from);
}

/// Calls group(row, number of vectors) for all rows, four vectors at a time and then one.
template <class Vector, class Lane, class Group>
[[gnu::always_inline]] inline void for_each_group(std::int64_t rows, const Group& group) {
  constexpr std::int64_t width = sizeof(Vector) / sizeof(Lane);
  std::int64_t row = 0;
  for (; row + 4 * width <= rows; row += 4 * width) group(row, std::integral_constant<int, 4>{});
  for (; row < rows; row += width) group(row, std::integral_constant<int, 1>{});
}

template <int Bytes, bool BySteps, class Lane, class Fit>
[[gnu::always_inline]] inline void step_rows(const lane_run<Lane, Lane>& of, const Fit& fit) {
  using vector = typename vector_of<Lane, Bytes>::type;
  constexpr std::int64_t width = sizeof(vector) / sizeof(Lane);
  for_each_group<vector, Lane>(
      of.rows, [&](std::int64_t row, auto count) __attribute__((always_inline)) {
        vector stored[count] = {}, events[count] = {}, addend[count] = {};
        for (std::size_t i = 0; i < of.inputs.size(); ++i) {
          const Lane* column = of.weights + of.inputs[i].column * of.stride + row;
          const Lane value = static_cast<Lane>(of.inputs[i].value);
          const bool ends = !BySteps || i + 1 == of.inputs.size() || of.inputs[i + 1].step != of.inputs[i].step;
          for (int v = 0; v < count; ++v) {
            vector exact;
            multiply(column + v * width, value, exact);
            if constexpr (BySteps) exact = addend[v] += exact;
            if (!ends) continue;
            exact += stored[v];
            stored[v] = exact;
            fit(stored[v]);
            events[v] -= stored[v] != exact;
            if constexpr (BySteps) addend[v] = vector{};
          }
        }
        for (int v = 0; v < count; ++v) {
          store(stored[v], of.stored + row + v * width);
          store(events[v], of.events + row + v * width);
        }
      });
}

/// The sums of all products into `stored`; with `BySign`, of the positive ones, and of the negative ones into `events`.
template <int Bytes, bool BySign, class Weight, class Lane>
[[gnu::always_inline]] inline void sum_rows(const lane_run<Weight, Lane>& of) {
  using vector = typename vector_of<Lane, Bytes>::type;
  constexpr std::int64_t width = sizeof(vector) / sizeof(Lane);
  for_each_group<vector, Lane>(
      of.rows, [&](std::int64_t row, auto count) __attribute__((always_inline)) {
        vector plus[count] = {}, minus[count] = {};
        for (const dot_input& input : of.inputs) {
          const Weight* column = of.weights + input.column * of.stride + row;
          for (int v = 0; v < count; ++v) {
            vector product;
            multiply(column + v * width, static_cast<Lane>(input.value), product);
            plus[v] += BySign ? product & (product > 0) : product;
            if constexpr (BySign) minus[v] += product & (product < 0);
          }
        }
        for (int v = 0; v < count; ++v) {
          store(plus[v], of.stored + row + v * width);
          store(minus[v], of.events + row + v * width);
        }
      });
}

/// Where the five results of `ranges` go.
template <class Lane>
struct range_arrays {
  Lane *sums, *product_low, *product_high, *step_low, *step_high;
};

template <int Bytes, class Weight, class Lane>
[[gnu::always_inline]] inline void range_rows(const lane_run<Weight, Lane>& of, const range_arrays<Lane>& to) {
  using vector = typename vector_of<Lane, Bytes>::type;
  constexpr std::int64_t width = sizeof(vector) / sizeof(Lane);
  for_each_group<vector, Lane>(
      of.rows, [&](std::int64_t row, auto count) __attribute__((always_inline)) {
        vector sum[count] = {}, low[count] = {}, high[count] = {}, step_low[count] = {}, step_high[count] = {};
        for (std::size_t i = 0; i < of.inputs.size(); ++i) {
          const Weight* column = of.weights + of.inputs[i].column * of.stride + row;
          const bool ends = i + 1 == of.inputs.size() || of.inputs[i + 1].step != of.inputs[i].step;
          for (int v = 0; v < count; ++v) {
            vector product;
            multiply(column + v * width, static_cast<Lane>(of.inputs[i].value), product);
            sum[v] += product;
            low[v] = sum[v] < low[v] ? sum[v] : low[v];
            high[v] = sum[v] > high[v] ? sum[v] : high[v];
            if (!ends) continue;
            step_low[v] = sum[v] < step_low[v] ? sum[v] : step_low[v];
            step_high[v] = sum[v] > step_high[v] ? sum[v] : step_high[v];
          }
        }
        for (int v = 0; v < count; ++v) {
          store(sum[v], to.sums + row + v * width);
          store(low[v], to.product_low + row + v * width);
          store(high[v], to.product_high + row + v * width);
          store(step_low[v], to.step_low + row + v * width);
          store(step_high[v], to.step_high + row + v * width);
        }
      });
}

// A target's instructions can't be a template parameter: each target has its own functions.
// NOLINTBEGIN(bugprone-macro-parentheses): attributes are no expressions
#define SPILLWAY_LANES(name, bytes, attributes)                                                  \
  template <class Lane, class Fit>                                                               \
  attributes void step_##name(const lane_run<Lane, Lane>& of, bool by_step, const Fit& fit) {    \
    if (by_step)                                                                                 \
      step_rows<bytes, true>(of, fit);                                                           \
    else                                                                                         \
      step_rows<bytes, false>(of, fit);                                                          \
  }                                                                                              \
  template <class Weight, class Lane>                                                            \
  attributes void sum_##name(const lane_run<Weight, Lane>& of, bool by_sign) {                   \
    if (by_sign)                                                                                 \
      sum_rows<bytes, true>(of);                                                                 \
    else                                                                                         \
      sum_rows<bytes, false>(of);                                                                \
  }                                                                                              \
  template <class Weight, class Lane>                                                            \
  attributes void range_##name(const lane_run<Weight, Lane>& of, const range_arrays<Lane>& to) { \
    range_rows<bytes>(of, to);                                                                   \
  }
// NOLINTEND(bugprone-macro-parentheses)

SPILLWAY_LANES(baseline, 16, )
#ifdef __x86_64__
SPILLWAY_LANES(avx2, 32, __attribute__((target("avx2"))))
SPILLWAY_LANES(avx512, 64, __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))))
#endif

/// What this processor has.
lane_target target() {
  static const lane_target best = lane_targets().back();
  return best;
}

#ifdef __x86_64__
#define SPILLWAY_CALL(function, ...)           \
  switch (target()) {                          \
    case lane_target::avx512:                  \
      return function##_avx512(__VA_ARGS__);   \
    case lane_target::avx2:                    \
      return function##_avx2(__VA_ARGS__);     \
    case lane_target::baseline:                \
      return function##_baseline(__VA_ARGS__); \
  }
#else
#define SPILLWAY_CALL(function, ...) function##_baseline(__VA_ARGS__)
#endif

template <class Lane, class Fit>
void step(const lane_run<Lane, Lane>& of, bool by_step, const Fit& fit) {
  SPILLWAY_CALL(step, of, by_step, fit);
}

template <class Weight, class Lane>
void find_sums(const lane_run<Weight, Lane>& of, bool by_sign) {
  SPILLWAY_CALL(sum, of, by_sign);
}

template <class Weight, class Lane>
void find_ranges(const lane_run<Weight, Lane>& of, const range_arrays<Lane>& to) {
  SPILLWAY_CALL(range, of, to);
}

template <class Lane>
void step(const lane_run<Lane, Lane>& of, bool by_step, const accumulator_format& format) {
  if (format.overflow == overflow_mode::wrap)
    step(of, by_step, wrap_fit<Lane>(format.bits));
  else
    step(of, by_step, saturate_fit<Lane>(format.bits));
}

#ifdef __x86_64__
#define SPILLWAY_WORDS __attribute__((target("avx512f,avx512bw,avx512vl")))

/// 32 registers in 16-bit lanes.
struct word_registers {
  __m512i stored, events;
};

/// How 16-bit lanes hold P bits. If every product fits the register, in the upper P: there an addition wraps by itself,
/// and where it does, it differs from the one that saturates. If products may be greater (P at most 15), in the lower
/// P: the exact sum has 17 bits at most, and is another one than what is kept of it whenever their lower 16 differ.
enum class word_place : unsigned char { upper, lower };

/// What additions need: the bits that are kept of a saturated sum in the upper P, the limits of the lower P, the shift
/// that wraps there.
struct word_limits {
  __m512i kept, low, high;
  __m128i shift;
};

template <word_place Place, bool Saturates>
[[gnu::always_inline]] SPILLWAY_WORDS inline void add_product(const std::int8_t* weights, __m512i input,
                                                              const word_limits& limits, word_registers& to) {
  const __m256i bytes = _mm256_load_si256(reinterpret_cast<const __m256i*>(weights));
  const __m512i product = _mm512_mullo_epi16(_mm512_cvtepi8_epi16(bytes), input);
  const __m512i clamped = _mm512_adds_epi16(to.stored, product), exact = _mm512_add_epi16(to.stored, product);
  __mmask32 overflowed;
  if constexpr (Place == word_place::upper) {
    overflowed = _mm512_cmpneq_epi16_mask(exact, clamped);
    to.stored = Saturates ? _mm512_and_si512(clamped, limits.kept) : exact;
  } else if constexpr (Saturates) {
    to.stored = _mm512_min_epi16(_mm512_max_epi16(clamped, limits.low), limits.high);
    overflowed = _mm512_cmpneq_epi16_mask(to.stored, clamped);
  } else {
    to.stored = _mm512_sra_epi16(_mm512_sll_epi16(exact, limits.shift), limits.shift);
    overflowed = _mm512_cmpneq_epi16_mask(to.stored, exact);
  }
  to.events = _mm512_mask_sub_epi16(to.events, overflowed, to.events, _mm512_set1_epi16(-1));
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

/// `Count` times 32 rows from `row` on.
template <word_place Place, bool Saturates, int Count>
[[gnu::always_inline]] SPILLWAY_WORDS inline void step_word_group(const lane_run<std::int8_t, std::int32_t>& of,
                                                                  std::int64_t row, int bits,
                                                                  const word_limits& limits) {
  const int shift = Place == word_place::upper ? 16 - bits : 0;
  word_registers registers[Count];
  for (word_registers& r : registers) r = {_mm512_setzero_si512(), _mm512_setzero_si512()};
  for (const dot_input& input : of.inputs) {
    const std::int8_t* weights = of.weights + input.column * of.stride + row;
    const __m512i value = _mm512_set1_epi16(static_cast<std::int16_t>(input.value << shift));
    for (int i = 0; i < Count; ++i) add_product<Place, Saturates>(weights + i * lane_rows, value, limits, registers[i]);
  }
  for (int i = 0; i < Count; ++i)
    write_words(registers[i], shift, of.stored + row + i * lane_rows, of.events + row + i * lane_rows);
}

/// At most 65,535 inputs.
template <word_place Place, bool Saturates>
SPILLWAY_WORDS void step_words(const lane_run<std::int8_t, std::int32_t>& of, int bits) {
  const auto high = static_cast<std::int16_t>((1 << (bits - 1)) - 1);
  const word_limits limits{_mm512_set1_epi16(static_cast<std::int16_t>(~0u << (16 - bits))),
                           _mm512_set1_epi16(static_cast<std::int16_t>(~high)), _mm512_set1_epi16(high),
                           _mm_cvtsi32_si128(16 - bits)};
  std::int64_t row = 0;
  for (; row + 4 * lane_rows <= of.rows; row += 4 * lane_rows)
    step_word_group<Place, Saturates, 4>(of, row, bits, limits);
  for (; row + 2 * lane_rows <= of.rows; row += 2 * lane_rows)
    step_word_group<Place, Saturates, 2>(of, row, bits, limits);
  for (; row < of.rows; row += lane_rows) step_word_group<Place, Saturates, 1>(of, row, bits, limits);
}

template <word_place Place>
void step_words(const lane_run<std::int8_t, std::int32_t>& of, const accumulator_format& format) {
  if (format.overflow == overflow_mode::wrap)
    step_words<Place, false>(of, format.bits);
  else
    step_words<Place, true>(of, format.bits);
}
#endif

}  // namespace

template <class Lane>
register_lanes<Lane>::register_lanes(std::span<const std::int64_t> weights, std::int64_t rows,
                                     const accumulator_format& format, int simd, input_range inputs)
    : m_format(format),
      m_by_step(format.scope == limit_scope::per_cycle && simd > 1),
      m_stride(round_up(rows, lane_rows)) {
  const std::int64_t columns = std::ssize(weights) / rows;
  const auto [least, greatest] = std::minmax_element(weights.begin(), weights.end());
  const bool are_bytes = *least >= -128 && *greatest <= 127;
  const auto products_fit = [&, least = *least, greatest = *greatest](std::int64_t low, std::int64_t high) {
    for (const std::int64_t weight : {least, greatest})
      for (const std::int64_t input : {inputs.low, inputs.high})
        if (std::int64_t product; __builtin_mul_overflow(weight, input, &product) || product < low || product > high)
          return false;
    return true;
  };
  const std::int64_t high = (std::int64_t{1} << (std::min(format.bits, 63) - 1)) - 1;
  m_fits = products_fit(-high - 1, high);
  m_narrow = std::is_same_v<Lane, std::int32_t> && target() == lane_target::avx512 && are_bytes && !m_by_step &&
             columns <= std::numeric_limits<std::uint16_t>::max() && format.bits >= 2 &&
             (m_fits ? format.bits <= 16 : products_fit(-32767, 32767) && format.bits <= 15);
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
void register_lanes<Lane>::run(std::span<const dot_input> inputs, std::int64_t block, Lane* stored,
                               Lane* events) const {
  const std::int64_t first = block * register_block, rows = std::min(register_block, m_stride - first);
#ifdef __x86_64__
  if constexpr (std::is_same_v<Lane, std::int32_t>)
    if (m_narrow) {
      const lane_run<std::int8_t, Lane> of{inputs,        m_weights8.data() + first, m_stride, rows, stored + first,
                                           events + first};
      return m_fits ? step_words<word_place::upper>(of, m_format) : step_words<word_place::lower>(of, m_format);
    }
#endif
  step(lane_run<Lane, Lane>{inputs, m_weights.data() + first, m_stride, rows, stored + first, events + first},
       m_by_step, m_format);
}

template <class Lane>
void register_lanes<Lane>::sum(std::span<const dot_input> inputs, Lane* sums) const {
  aligned_vector<Lane> rest(static_cast<std::size_t>(m_stride));
  if constexpr (std::is_same_v<Lane, std::int32_t>)
    if (m_narrow)
      return find_sums(lane_run<std::int8_t, Lane>{inputs, m_weights8.data(), m_stride, m_stride, sums, rest.data()},
                       false);
  find_sums(lane_run<Lane, Lane>{inputs, m_weights.data(), m_stride, m_stride, sums, rest.data()}, false);
}

template <class Lane>
void register_lanes<Lane>::ranges(std::span<const dot_input> inputs, Lane* sums, Lane* product_low, Lane* product_high,
                                  Lane* step_low, Lane* step_high) const {
  const range_arrays<Lane> to{sums, product_low, product_high, step_low, step_high};
  if constexpr (std::is_same_v<Lane, std::int32_t>)
    if (m_narrow)
      return find_ranges(lane_run<std::int8_t, Lane>{inputs, m_weights8.data(), m_stride, m_stride, nullptr, nullptr},
                         to);
  find_ranges(lane_run<Lane, Lane>{inputs, m_weights.data(), m_stride, m_stride, nullptr, nullptr}, to);
}

template <class Lane>
void register_lanes<Lane>::sum_by_sign(std::span<const dot_input> inputs, Lane* positive, Lane* negative) const {
  if constexpr (std::is_same_v<Lane, std::int32_t>)
    if (m_narrow)
      return find_sums(lane_run<std::int8_t, Lane>{inputs, m_weights8.data(), m_stride, m_stride, positive, negative},
                       true);
  find_sums(lane_run<Lane, Lane>{inputs, m_weights.data(), m_stride, m_stride, positive, negative}, true);
}

template class register_lanes<std::int32_t>;
template class register_lanes<std::int64_t>;

}  // namespace spillway::detail
