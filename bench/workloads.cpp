// SPDX-License-Identifier: Apache-2.0
#include "spillway/bench/workloads.h"

#include <ctime>
#include <random>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"

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

namespace {

const integer_network& trained_network() {
  static const integer_network network =
      streamline(read_qonnx(SPILLWAY_SOURCE_DIR "/models/zoo/mnist-linear/qat-w8a1.onnx"));
  return network;
}

}  // namespace

dataflow mnist_network(const accumulator_format& accumulator) {
  unit_options options;
  options.pe = 10;
  options.simd = 49;
  options.accumulator = accumulator;
  return lower(trained_network(), {options});
}

integer_tensor mnist_images() {
  return quantize_dataset(trained_network(), load_dataset(SPILLWAY_SOURCE_DIR "/models/data/binary-mnist"));
}

}  // namespace spillway::bench
