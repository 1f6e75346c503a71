// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/byte_product.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "spillway/sim/fast/clones.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace spillway::detail {

namespace {

constexpr std::int64_t vector_channels = 16;  // 32-bit sums side by side
constexpr std::int64_t block_channels = 64;

/// One block of channels: where its weights are, and how the rows are cut.
struct block_shape {
  const std::int8_t* weights;
  std::span<const std::int64_t> offsets;
  std::int64_t quads;
};

/// 16 channels, one row.
SPILLWAY_CLONES void multiply_plain(const block_shape& shape, std::int64_t channels, const std::uint8_t* row,
                                    std::int32_t* sums) {
  for (std::int64_t first = 0; first < channels; first += vector_channels) {
    std::uint32_t sum[vector_channels] = {};
    const std::int8_t* weights = shape.weights + first * 4;
    for (const std::int64_t offset : shape.offsets)
      for (std::int64_t quad = 0; quad < shape.quads; ++quad, weights += channels * 4)
        for (std::int64_t n = 0; n < vector_channels; ++n)
          for (std::int64_t i = 0; i < 4; ++i)
            sum[n] += static_cast<std::uint32_t>(weights[n * 4 + i] * row[offset + quad * 4 + i]);
    for (std::int64_t n = 0; n < vector_channels; ++n) sums[first + n] = static_cast<std::int32_t>(sum[n]);
  }
}

#ifdef __x86_64__
#define SPILLWAY_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

SPILLWAY_VNNI inline __m512i four_bytes(const std::uint8_t* from) {
  std::int32_t quad;
  std::memcpy(&quad, from, sizeof quad);
  return _mm512_set1_epi32(quad);
}

// Sums are named one by one: an array of them would be kept in memory (g++ 12).
#define SPILLWAY_ROWS6(each) each(0) each(1) each(2) each(3) each(4) each(5)
#define SPILLWAY_ROWS12(each) SPILLWAY_ROWS6(each) each(6) each(7) each(8) each(9) each(10) each(11)

/// 6 rows, 64 channels.
SPILLWAY_VNNI void multiply_6x64(const block_shape& shape, const std::uint8_t* const* rows, std::int32_t* const* sums) {
  const std::int8_t* weights = shape.weights;
#define SPILLWAY_BEGIN(r) __m512i a##r = _mm512_setzero_si512(), b##r = a##r, c##r = a##r, d##r = a##r;
  SPILLWAY_ROWS6(SPILLWAY_BEGIN)
#undef SPILLWAY_BEGIN
  for (const std::int64_t offset : shape.offsets) {
#define SPILLWAY_ROW(r) const std::uint8_t* row##r = rows[r] + offset;
    SPILLWAY_ROWS6(SPILLWAY_ROW)
#undef SPILLWAY_ROW
    for (std::int64_t k = 0; k < shape.quads * 4; k += 4, weights += block_channels * 4) {
      const __m512i w0 = _mm512_loadu_si512(weights), w1 = _mm512_loadu_si512(weights + 64);
      const __m512i w2 = _mm512_loadu_si512(weights + 128), w3 = _mm512_loadu_si512(weights + 192);
#define SPILLWAY_STEP(r)                      \
  {                                           \
    const __m512i x = four_bytes(row##r + k); \
    a##r = _mm512_dpbusd_epi32(a##r, x, w0);  \
    b##r = _mm512_dpbusd_epi32(b##r, x, w1);  \
    c##r = _mm512_dpbusd_epi32(c##r, x, w2);  \
    d##r = _mm512_dpbusd_epi32(d##r, x, w3);  \
  }
      SPILLWAY_ROWS6(SPILLWAY_STEP)
#undef SPILLWAY_STEP
    }
  }
#define SPILLWAY_END(r)                    \
  _mm512_storeu_si512(sums[r], a##r);      \
  _mm512_storeu_si512(sums[r] + 16, b##r); \
  _mm512_storeu_si512(sums[r] + 32, c##r); \
  _mm512_storeu_si512(sums[r] + 48, d##r);
  SPILLWAY_ROWS6(SPILLWAY_END)
#undef SPILLWAY_END
}

/// 12 rows, 16 channels.
SPILLWAY_VNNI void multiply_12x16(const block_shape& shape, const std::uint8_t* const* rows,
                                  std::int32_t* const* sums) {
  const std::int8_t* weights = shape.weights;
#define SPILLWAY_BEGIN(r) __m512i a##r = _mm512_setzero_si512();
  SPILLWAY_ROWS12(SPILLWAY_BEGIN)
#undef SPILLWAY_BEGIN
  for (const std::int64_t offset : shape.offsets)
    for (std::int64_t k = offset; k < offset + shape.quads * 4; k += 4, weights += vector_channels * 4) {
      const __m512i w = _mm512_loadu_si512(weights);
#define SPILLWAY_STEP(r) a##r = _mm512_dpbusd_epi32(a##r, four_bytes(rows[r] + k), w);
      SPILLWAY_ROWS12(SPILLWAY_STEP)
#undef SPILLWAY_STEP
    }
#define SPILLWAY_END(r) _mm512_storeu_si512(sums[r], a##r);
  SPILLWAY_ROWS12(SPILLWAY_END)
#undef SPILLWAY_END
}

/// All rows through a kernel that takes `Rows` of them; what is missing of the last group is its last row once more.
template <std::int64_t Rows, class Kernel>
void multiply_groups(const block_shape& shape, std::span<const std::uint8_t* const> rows, std::int32_t* sums,
                     std::int64_t stride, const Kernel& kernel) {
  const std::int64_t count = std::ssize(rows);
  for (std::int64_t first = 0; first < count; first += Rows) {
    std::array<const std::uint8_t*, Rows> in;
    std::array<std::int32_t*, Rows> out;
    for (std::int64_t r = 0; r < Rows; ++r) {
      const std::int64_t row = std::min(first + r, count - 1);
      in[static_cast<std::size_t>(r)] = rows[static_cast<std::size_t>(row)];
      out[static_cast<std::size_t>(r)] = sums + row * stride;
    }
    kernel(shape, in.data(), out.data());
  }
}
#endif

/// Channels of the block that begins with this one.
std::int64_t channels_from(std::int64_t first, std::int64_t channels) {
  return first + block_channels <= channels ? block_channels : vector_channels;
}

}  // namespace

std::vector<product_target> product_targets() {
  std::vector<product_target> targets{product_target::plain};
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni"))
    targets.push_back(product_target::vnni);
#endif
  return targets;
}

byte_matrix::byte_matrix(std::span<const std::int8_t> weights, std::int64_t channels, std::int64_t taps,
                         std::int64_t width, std::int64_t stride, product_target target)
    : m_channels(channels),
      m_taps(taps),
      m_quads((width + 3) / 4),
      m_stride(stride),
      m_target(target),
      m_weights(static_cast<std::size_t>(padded_channels() * taps * m_quads * 4)) {
  std::int8_t* block = m_weights.data();
  for (std::int64_t first = 0; first < padded_channels();) {
    const std::int64_t count = channels_from(first, padded_channels());
    for (std::int64_t n = 0; n < std::min(count, channels - first); ++n)
      for (std::int64_t tap = 0; tap < taps; ++tap)
        for (std::int64_t i = 0; i < width; ++i)
          block[((tap * m_quads + i / 4) * count + n) * 4 + i % 4] =
              weights[static_cast<std::size_t>(((first + n) * taps + tap) * width + i)];
    block += taps * m_quads * count * 4;
    first += count;
  }
}

void byte_matrix::multiply(const byte_rows& rows, std::int32_t* sums) const {
  const std::int8_t* block = m_weights.data();
  for (std::int64_t first = 0; first < padded_channels();) {
    const std::int64_t count = channels_from(first, padded_channels());
    const block_shape shape{block, rows.offsets, m_quads};
    if (m_target == product_target::plain)
      for (std::size_t r = 0; r < rows.rows.size(); ++r)
        multiply_plain(shape, count, rows.rows[r], sums + static_cast<std::int64_t>(r) * m_stride + first);
#ifdef __x86_64__
    else if (count == block_channels)
      multiply_groups<6>(shape, rows.rows, sums + first, m_stride, multiply_6x64);
    else
      multiply_groups<12>(shape, rows.rows, sums + first, m_stride, multiply_12x16);
#endif
    block += m_taps * m_quads * count * 4;
    first += count;
  }
}

}  // namespace spillway::detail
