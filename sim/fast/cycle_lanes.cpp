// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "spillway/sim/fast/register_lanes.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace spillway::detail {

namespace {

constexpr std::int64_t vector_rows = 16;

#ifdef __x86_64__
#define SPILLWAY_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

/// 16 rows: their weights and offsets, and what becomes of them.
struct cycle_rows {
  const std::int8_t* weights;
  const std::int32_t* offsets;  ///< null: none
  std::int32_t* stored;
  std::int32_t* events;
};

struct cycle_shape {
  std::int64_t steps, quads;
  int bits;
};

template <bool Saturates>
SPILLWAY_VNNI void step_cycles(const std::uint8_t* inputs, const cycle_rows& rows, const cycle_shape& shape) {
  const __m512i zero = _mm512_setzero_si512();
  const __m128i shift = _mm_cvtsi32_si128(32 - shape.bits);
  const __m512i high = _mm512_set1_epi32(static_cast<std::int32_t>((std::uint32_t{1} << (shape.bits - 1)) - 1));
  const __m512i low = _mm512_xor_si512(high, _mm512_set1_epi32(-1));
  __m512i stored = zero, events = zero;
  const std::int8_t* weights = rows.weights;
  for (std::int64_t s = 0; s < shape.steps; ++s) {
    __m512i addend = rows.offsets ? _mm512_loadu_si512(rows.offsets + s * vector_rows) : zero;
    for (std::int64_t q = 0; q < shape.quads; ++q, inputs += 4, weights += vector_rows * 4) {
      std::int32_t quad;
      std::memcpy(&quad, inputs, sizeof quad);
      addend = _mm512_dpbusd_epi32(addend, _mm512_set1_epi32(quad), _mm512_load_si512(weights));
    }
    const __m512i exact = _mm512_add_epi32(stored, addend);
    stored = Saturates ? _mm512_min_epi32(_mm512_max_epi32(exact, low), high)
                       : _mm512_sra_epi32(_mm512_sll_epi32(exact, shift), shift);
    const __mmask16 overflowed = _mm512_cmpneq_epi32_mask(stored, exact);
    events = _mm512_mask_sub_epi32(events, overflowed, events, _mm512_set1_epi32(-1));
  }
  _mm512_storeu_si512(rows.stored, stored);
  _mm512_storeu_si512(rows.events, events);
}
#endif

}  // namespace

bool cycle_lanes::supported() { return product_targets().back() == product_target::vnni; }

cycle_lanes::cycle_lanes(std::span<const std::int64_t> weights, std::int64_t rows, const accumulator_format& format,
                         int simd, std::int64_t input_shift, std::span<const std::int64_t> offsets)
    : m_format(format),
      m_simd(simd),
      m_steps(std::ssize(weights) / rows / simd),
      m_quads((simd + 3) / 4),
      m_stride((rows + vector_rows - 1) / vector_rows * vector_rows),
      m_has_offsets(input_shift != 0 || !offsets.empty()),
      m_weights(static_cast<std::size_t>(m_stride * m_steps * m_quads * 4)),
      m_offsets(static_cast<std::size_t>(m_has_offsets ? m_stride * m_steps : 0)) {
  for (std::int64_t column = 0; column < m_steps * simd; ++column)
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t step = row / vector_rows * m_steps + column / simd, lane = column % simd;
      const auto from = static_cast<std::size_t>(column * rows + row);
      const std::int64_t weight = weights[from];
      m_weights[static_cast<std::size_t>(((step * m_quads + lane / 4) * vector_rows + row % vector_rows) * 4 +
                                         lane % 4)] = static_cast<std::int8_t>(weight);
      if (m_has_offsets)
        m_offsets[static_cast<std::size_t>(step * vector_rows + row % vector_rows)] +=
            static_cast<std::int32_t>((offsets.empty() ? 0 : offsets[from]) - input_shift * weight);
    }
}

void cycle_lanes::pad(const std::uint8_t* inputs, std::uint8_t* padded) const {
  for (std::int64_t s = 0; s < m_steps; ++s)
    std::copy_n(inputs + s * m_simd, m_simd, padded + s * m_quads * 4);  // what lies between meets weights of 0
}

void cycle_lanes::run(const std::uint8_t* padded, std::int64_t block, std::int32_t* stored,
                      std::int32_t* events) const {
#ifdef __x86_64__
  const cycle_shape shape{m_steps, m_quads, m_format.bits};
  const std::int64_t end = std::min(m_stride, (block + 1) * register_block);
  for (std::int64_t row = block * register_block; row < end; row += vector_rows) {
    const std::int64_t group = row / vector_rows * m_steps;
    const cycle_rows rows{m_weights.data() + group * m_quads * vector_rows * 4,
                          m_has_offsets ? m_offsets.data() + group * vector_rows : nullptr, stored + row, events + row};
    if (m_format.overflow == overflow_mode::wrap)
      step_cycles<false>(padded, rows, shape);
    else
      step_cycles<true>(padded, rows, shape);
  }
#else
  static_cast<void>(padded), static_cast<void>(block), static_cast<void>(stored), static_cast<void>(events);
#endif
}

}  // namespace spillway::detail
