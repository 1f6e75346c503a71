// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// Bits of TDATA for beats of `lanes` integers: padded to whole bytes, as FINN does.
constexpr int tdata_bits(integer_type type, int lanes) { return (lanes * type.bits + 7) / 8 * 8; }

/// A beat (`lanes` times `type.words()` words) as TDATA: element 0 at the least significant bits, two's complement;
/// bipolar -1 is 0 and +1 is 1. `bits` has at least ceil(tdata_bits / 64) words; padding is zero.
void pack_beat(const std::int64_t* beat, integer_type type, int lanes, std::span<std::uint64_t> bits);

/// The reverse; padding is ignored.
void unpack_beat(std::span<const std::uint64_t> bits, integer_type type, int lanes, std::int64_t* beat);

}  // namespace spillway
