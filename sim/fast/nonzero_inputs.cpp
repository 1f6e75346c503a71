// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/nonzero_inputs.h"

#include <bit>
#include <cstddef>
#include <cstring>
#include <type_traits>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace spillway::detail {

namespace {

/// Eight at once: of images and of what a ReLU leaves many are zero.
template <class Byte>
dot_input* list_by_eights(const std::uint8_t* bytes, std::int64_t first, std::int64_t columns, dot_input* to) {
  const auto take = [&](std::int64_t k) {
    const auto value = static_cast<Byte>(bytes[k]);
    *to = {static_cast<std::int32_t>(k), static_cast<std::int32_t>(k), value};
    to += value != 0 ? 1 : 0;  // no branch: inputs are data
  };
  std::int64_t k = first;
  for (; k + 8 <= columns; k += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes + k, sizeof eight);
    if (eight == 0) continue;
    for (std::int64_t i = 0; i < 8; ++i) take(k + i);
  }
  for (; k < columns; ++k) take(k);
  return to;
}

#ifdef __x86_64__
#define SPILLWAY_LIST __attribute__((target("avx512f,avx512bw,avx512vl")))

/// Sixteen entries from columns and values, word 4 i + j of which is that of entry 4 j + i.
SPILLWAY_LIST inline void store_entries(__m512i columns, __m512i values, dot_input* to) {
  static_assert(sizeof(dot_input) == 16 && offsetof(dot_input, step) == 4 && offsetof(dot_input, value) == 8);
  const __m512i signs = _mm512_srai_epi32(values, 31);
  const __m512i low_columns = _mm512_unpacklo_epi32(columns, columns),
                low_values = _mm512_unpacklo_epi32(values, signs);
  const __m512i high_columns = _mm512_unpackhi_epi32(columns, columns),
                high_values = _mm512_unpackhi_epi32(values, signs);
  _mm512_storeu_si512(to, _mm512_unpacklo_epi64(low_columns, low_values));
  _mm512_storeu_si512(to + 4, _mm512_unpackhi_epi64(low_columns, low_values));
  _mm512_storeu_si512(to + 8, _mm512_unpacklo_epi64(high_columns, high_values));
  _mm512_storeu_si512(to + 12, _mm512_unpackhi_epi64(high_columns, high_values));
}

template <bool IsSigned>
SPILLWAY_LIST dot_input* list_by_sixteens(const std::uint8_t* bytes, std::int64_t columns, dot_input* to) {
  const __m512i turned = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i iota = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  std::int64_t k = 0;
  for (; k + 16 <= columns; k += 16) {
    const __m128i sixteen = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + k));
    const __mmask16 nonzero = _mm_test_epi8_mask(sixteen, sixteen);
    if (nonzero == 0) continue;
    const __m512i values = IsSigned ? _mm512_cvtepi8_epi32(sixteen) : _mm512_cvtepu8_epi32(sixteen);
    const __m512i at = _mm512_add_epi32(iota, _mm512_set1_epi32(static_cast<int>(k)));
    store_entries(_mm512_permutexvar_epi32(turned, _mm512_maskz_compress_epi32(nonzero, at)),
                  _mm512_permutexvar_epi32(turned, _mm512_maskz_compress_epi32(nonzero, values)), to);
    to += std::popcount(static_cast<unsigned>(nonzero));
  }
  return list_by_eights<std::conditional_t<IsSigned, std::int8_t, std::uint8_t>>(bytes, k, columns, to);
}
#endif

}  // namespace

dot_input* list_nonzero(const std::uint8_t* bytes, std::int64_t columns, bool is_signed, dot_input* to) {
  static const lane_target best = lane_targets().back();
  return list_nonzero(bytes, columns, is_signed, to, best);
}

dot_input* list_nonzero(const std::uint8_t* bytes, std::int64_t columns, bool is_signed, dot_input* to,
                        [[maybe_unused]] lane_target target) {
#ifdef __x86_64__
  if (target == lane_target::avx512)
    return is_signed ? list_by_sixteens<true>(bytes, columns, to) : list_by_sixteens<false>(bytes, columns, to);
#endif
  return is_signed ? list_by_eights<std::int8_t>(bytes, 0, columns, to)
                   : list_by_eights<std::uint8_t>(bytes, 0, columns, to);
}

}  // namespace spillway::detail
