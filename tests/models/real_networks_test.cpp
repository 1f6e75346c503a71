// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "spillway/models/data/load_dataset.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/models/random_network.h"
#include "spillway/tests/models/real_data.h"
#include "spillway/tests/traces/temporary_directory.h"

// Networks that others made, where they are at hand.

using namespace spillway;
using namespace spillway::testing;

namespace {

float_tensor pixels(const dataset& data) {
  float_tensor result{data.inputs.shape, {}};
  for (const std::int64_t pixel : data.inputs.words) result.values.push_back(static_cast<float>(pixel) / 255);
  return result;
}

/// How many rows have their greatest element, the first of them, where the label says.
template <class Tensor>
int correct(const Tensor& logits, const std::vector<int>& labels) {
  const auto classes = static_cast<std::ptrdiff_t>(logits.shape.at(1));
  int result = 0;
  auto row = logits.values.begin();
  for (const int label : labels) {
    result += std::max_element(row, row + classes) - row == label ? 1 : 0;
    row += classes;
  }
  return result;
}

}  // namespace

TEST_CASE("the fully connected networks of the QONNX zoo are as accurate as measured elsewhere") {
  const auto data = mnist();
  for (const auto& [name, expected] : {std::pair{"TFC_1W1A.onnx", 9296}, {"TFC_2W2A.onnx", 9660}}) {
    const auto path = shared(name);
    if (!path || !data) continue;
    const network net = read_qonnx(*path);
    CHECK(net.input_shape == std::vector<std::int64_t>{1, 1, 28, 28});
    const float_tensor images = pixels(*data);
    CHECK(correct(evaluate(net, images), data->labels) == expected);
    CHECK(correct(evaluate_double(net, images), data->labels) == expected);
  }
}

TEST_CASE("real networks survive writing and reading, byte for byte and value for value") {
  const temporary_directory folder;
  for (const char* name : {"TFC_1W1A.onnx", "TFC_2W2A.onnx", "espcn_nn_resize_quant.onnx", "qkeras_jettagging.onnx"}) {
    const auto path = shared(name);
    if (!path) continue;
    const network net = read_qonnx(*path);
    write_qonnx(net, folder.file("a.onnx"));
    const network again = read_qonnx(folder.file("a.onnx"));
    write_qonnx(again, folder.file("b.onnx"));
    CHECK(read_file(folder.file("a.onnx"), 1 << 24) == read_file(folder.file("b.onnx"), 1 << 24));
    CHECK(again.nodes.size() == net.nodes.size());
    CHECK(again.constants == net.constants);
  }
}

TEST_CASE("the jet tagger is the same in float32 as in double, but for what quantizers decide on their boundaries") {
  const auto path = shared("qkeras_jettagging.onnx");
  if (!path) return;
  const network net = read_qonnx(*path);
  float_tensor x{{1000, 16}, {}};
  std::mt19937 random(1);
  std::normal_distribution<float> any(0, 1);
  for (int i = 0; i < 16000; ++i) x.values.push_back(any(random));
  const float_tensor y = evaluate(net, x);
  const double_tensor z = evaluate_double(net, x);
  REQUIRE(y.shape == std::vector<std::int64_t>{1000, 5});
  int apart = 0;
  for (std::size_t frame = 0; frame < 1000; ++frame) {
    double sum = 0, difference = 0;
    for (std::size_t i = frame * 5; i < frame * 5 + 5; ++i) {
      sum += y.values[i];
      difference = std::max(difference, std::abs(y.values[i] - z.values[i]));
    }
    CHECK(sum == doctest::Approx(1).epsilon(1e-5));
    apart += difference > 1e-5 ? 1 : 0;
  }
  CHECK(apart <= 2);
}

TEST_CASE("the super-resolution network makes an image twice as large of the image that came with it") {
  const auto path = shared("espcn_nn_resize_quant.onnx"), image = shared("espcn_input_0.pb");
  if (!path || !image) return;
  const network net = read_qonnx(*path);
  const dataset data = load_dataset(image->string());
  REQUIRE(data.reals);
  CHECK(data.reals->shape == std::vector<std::int64_t>{1, 3, 128, 128});
  const float_tensor y = evaluate(net, *data.reals);
  REQUIRE(y.shape == std::vector<std::int64_t>{1, 3, 256, 256});
  // It looks like its input: each pixel is near the mean of the four that it became, or the network does nothing.
  double error = 0, variance = 0, mean = 0;
  const auto& x = data.reals->values;
  for (const float value : x) mean += value / static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t plane = i / 16384, h = i / 128 % 128, w = i % 128, first = (plane * 256 + 2 * h) * 256 + 2 * w;
    const double four = double{y.values[first]} + y.values[first + 1] + y.values[first + 256] + y.values[first + 257];
    error += std::pow(four / 4 - x[i], 2);
    variance += std::pow(x[i] - mean, 2);
  }
  MESSAGE("error / variance: " << error / variance);
  CHECK(error < 0.05 * variance);
}
