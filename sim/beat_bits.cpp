// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/beat_bits.h"

#include <algorithm>

namespace spillway {

namespace {

/// `count` (1 to 64) bits from bit `first` on.
std::uint64_t get(std::span<const std::uint64_t> bits, std::size_t first, int count) {
  const std::size_t word = first / 64, shift = first % 64;
  std::uint64_t value = bits[word] >> shift;
  if (shift != 0 && word + 1 < bits.size()) value |= bits[word + 1] << (64 - shift);
  return count == 64 ? value : value & ((std::uint64_t{1} << count) - 1);
}

/// Sets them; they are zero before.
void set(std::span<std::uint64_t> bits, std::size_t first, int count, std::uint64_t value) {
  if (count < 64) value &= (std::uint64_t{1} << count) - 1;
  const std::size_t word = first / 64, shift = first % 64;
  bits[word] |= value << shift;
  if (shift != 0 && word + 1 < bits.size()) bits[word + 1] |= value >> (64 - shift);
}

std::int64_t extended(std::uint64_t value, int count, bool is_signed) {
  const int shift = 64 - count;
  if (is_signed) return static_cast<std::int64_t>(value << shift) >> shift;
  return static_cast<std::int64_t>(value);
}

}  // namespace

void pack_beat(const std::int64_t* beat, integer_type type, int lanes, std::span<std::uint64_t> bits) {
  std::fill(bits.begin(), bits.end(), 0);
  for (std::size_t lane = 0, at = 0; lane < static_cast<std::size_t>(lanes); ++lane) {
    for (int left = type.bits; left > 0; left -= 64) {
      const std::int64_t word = type.is_bipolar ? (*beat > 0 ? 1 : 0) : *beat;
      const int count = std::min(left, 64);
      set(bits, at, count, static_cast<std::uint64_t>(word));
      at += static_cast<std::size_t>(count);
      ++beat;
    }
  }
}

void unpack_beat(std::span<const std::uint64_t> bits, integer_type type, int lanes, std::int64_t* beat) {
  for (std::size_t lane = 0, at = 0; lane < static_cast<std::size_t>(lanes); ++lane) {
    for (int left = type.bits; left > 0; left -= 64) {
      const int count = std::min(left, 64);
      const std::uint64_t raw = get(bits, at, count);
      *beat++ = type.is_bipolar ? (raw ? 1 : -1) : extended(raw, count, type.is_signed && left <= 64);
      at += static_cast<std::size_t>(count);
    }
  }
}

}  // namespace spillway
