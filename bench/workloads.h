// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway::bench {

/// Uniform random values of `type`, the same on every machine.
integer_tensor random_tensor(integer_type type, std::vector<std::int64_t> shape, std::uint64_t seed);

/// Processor time of this process so far: a machine that is busy elsewhere doesn't change it.
double processor_seconds();

/// A 64 x 256 unit with 4-bit weights and inputs (both signed), PE = SIMD = 16.
mvau mvau_4bit(const accumulator_format& accumulator);

/// The trained 784 x 10 network of the zoo (8-bit weights, 1-bit inputs), PE = 10, SIMD = 49, and the 10,000 binarized
/// MNIST test images.
dataflow mnist_network(const accumulator_format& accumulator);
integer_tensor mnist_images();

}  // namespace spillway::bench
