// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/data/dataset.h"
#include "spillway/models/integer_network/integer_network.h"

namespace spillway {

/// Real inputs that lead to every level of a network's input: what its steps and its quantizer take to [low, high].
struct input_range {
  double low = -1, high = 1;
};

/// The range of an input; [-1, 1] where the file does not quantize it (`is_stated` false) or computes layers before.
input_range range_of_input(const input_quantizer& input, bool is_stated = true);

/// Frames of uniform random numbers in that range, from this seed. Where it is that of pixels, 0 to 1 or the integers
/// 0 to 255, they are UINT8, of an input of one bit UINT1; others are multiples of 2^-10 if the range is wide enough,
/// which FIXED<16,6> holds.
dataset random_frames(const integer_network& net, std::int64_t frames, std::uint64_t seed, bool is_stated = true);

}  // namespace spillway
