// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>

#include "models/dataset.h"
#include "models/network_evaluate.h"
#include "models/qonnx_read.h"
#include "models/qonnx_write.h"
#include "tests/models/random_network.h"
#include "tests/traces/temporary_directory.h"

// Networks that others made, where they are at hand.

using namespace spillway;
using namespace spillway::testing;
namespace fs = std::filesystem;

namespace {

std::optional<fs::path> at_hand(const fs::path& path) {
  if (fs::exists(path)) return path;
  MESSAGE("skipped: " << path.string() << " is not there");
  return std::nullopt;
}

std::optional<fs::path> shared(const char* name) {
  return at_hand(fs::path(SPILLWAY_SOURCE_DIR) / "../shared/data" / name);
}

/// MNIST's test images: the folder in SPILLWAY_MNIST, or where tools/test puts them.
std::optional<dataset> mnist() {
  const char* variable = std::getenv("SPILLWAY_MNIST");
  const auto folder = at_hand(variable ? fs::path(variable) : fs::path(SPILLWAY_SOURCE_DIR) / "build" / "mnist");
  if (!folder) return std::nullopt;
  return load_dataset(folder->string() + "/");
}

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
