// SPDX-License-Identifier: Apache-2.0
#include "bench/workloads.h"

#include <ctime>
#include <random>

namespace spillway::bench {

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

integer_tensor random_tensor(integer_type type, std::vector<std::int64_t> shape, std::uint64_t seed) {
  integer_tensor values = integer_tensor::zeros(type, std::move(shape));
  std::mt19937_64 random(seed);
  const auto range = static_cast<std::uint64_t>(type.max64() - type.min64()) + 1;
  for (std::int64_t& word : values.words) word = type.min64() + static_cast<std::int64_t>(random() % range);
  return values;
}

integer_tensor random_image_bits(std::vector<std::int64_t> shape, double density, std::uint64_t seed) {
  integer_tensor values = integer_tensor::zeros(unsigned_type(1), std::move(shape));
  std::mt19937_64 random(seed);
  const auto ones = static_cast<std::uint64_t>(density * 65536);
  for (std::int64_t& word : values.words) word = random() % 65536 < ones ? 1 : 0;
  return values;
}

mvau mvau_4bit(const accumulator_format& accumulator) {
  mvau unit;
  unit.name = "MVAU_0";
  unit.input_type = signed_type(4);
  unit.weights = random_tensor(signed_type(4), {64, 256}, 1);
  unit.output_type = signed_type(accumulator.bits);
  unit.accumulator = accumulator;
  unit.pe = unit.simd = 16;
  return unit;
}

mvau mvau_mnist(const accumulator_format& accumulator) {
  mvau unit;
  unit.name = "MVAU_0";
  unit.input_type = unsigned_type(1);
  unit.weights = random_tensor(signed_type(8), {10, 784}, 2);
  for (std::int64_t& word : unit.weights.words) word = word * 20 / 128;
  unit.output_type = signed_type(accumulator.bits);
  unit.accumulator = accumulator;
  unit.pe = 10;
  unit.simd = 49;
  return unit;
}

}  // namespace spillway::bench
