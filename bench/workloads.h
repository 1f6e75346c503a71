// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/dataflow.h"
#include "models/integer_tensor.h"

namespace spillway::bench {

/// Uniform random values of `type`, the same on every machine.
integer_tensor random_tensor(integer_type type, std::vector<std::int64_t> shape, std::uint64_t seed);

/// Processor time of this process so far: a machine that is busy elsewhere doesn't change it.
double processor_seconds();

/// Ones with the probability `density`: a binarized image has 13% (MNIST, threshold 128).
integer_tensor random_image_bits(std::vector<std::int64_t> shape, double density, std::uint64_t seed);

/// A 64 x 256 unit with 4-bit weights and inputs (both signed), PE = SIMD = 16.
mvau mvau_4bit(const accumulator_format& accumulator);

/// The 784 x 10 network: 8-bit weights, 1-bit inputs, PE = 10, SIMD = 49. Its weights are random, as small as a
/// trained network's (-20 to 20), so that overflows are about as many.
mvau mvau_mnist(const accumulator_format& accumulator);

}  // namespace spillway::bench
