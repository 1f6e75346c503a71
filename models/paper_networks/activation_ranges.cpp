// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/activation_ranges.h"

#include <algorithm>
#include <map>
#include <string>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/support/seeded_random.h"

namespace spillway {

namespace {

constexpr std::int64_t square = 8;

/// Mean and variance of each channel, over frames and positions.
void measure(const float_tensor& x, batch_norm_op& norm) {
  const std::int64_t frames = x.shape[0], channels = x.shape[1];
  const std::int64_t positions = static_cast<std::int64_t>(x.values.size()) / (frames * channels);
  const double n = static_cast<double>(frames * positions);
  std::vector<double> variances;
  double total = 0;
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto for_each = [&](auto&& visit) {
      for (std::int64_t f = 0; f < frames; ++f)
        for (std::int64_t p = 0; p < positions; ++p)
          visit(double{x.values[static_cast<std::size_t>((f * channels + c) * positions + p)]});
    };
    double sum = 0, squares = 0;
    for_each([&](double v) { sum += v; });
    const double mean = sum / n;
    for_each([&](double v) { squares += (v - mean) * (v - mean); });
    norm.mean.values[static_cast<std::size_t>(c)] = static_cast<float>(mean);
    variances.push_back(squares / n);
    total += squares / n;
  }
  const double least = std::max(total / static_cast<double>(channels) / 100, 1e-6);
  for (std::size_t c = 0; c < variances.size(); ++c)
    norm.variance.values[c] = static_cast<float>(std::max(variances[c], least));
}

}  // namespace

float_tensor generated_images(const std::vector<std::int64_t>& shape, std::int64_t count, std::uint64_t seed) {
  float_tensor images{shape, {}};
  images.shape.at(0) = count;
  const std::int64_t channels = shape.at(1), height = shape.at(2), width = shape.at(3);
  const std::int64_t rows = (height + square - 1) / square, columns = (width + square - 1) / square;
  seeded_random random(seed);
  for (std::int64_t plane = 0; plane < count * channels; ++plane) {
    std::vector<double> colours(static_cast<std::size_t>(rows * columns));
    for (double& colour : colours) colour = random.uniform(0, 0.75);
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x) {
        const auto at = static_cast<std::size_t>(y / square * columns + x / square);
        images.values.push_back(static_cast<float>(colours[at] + random.uniform(0, 0.25)));
      }
  }
  return images;
}

void calibrate_batch_norms(network& net, const float_tensor& images) {
  std::map<std::string, float_tensor> values = net.constants;
  values[net.input] = images;
  std::map<std::string, std::size_t> last_reader;
  for (std::size_t i = 0; i < net.nodes.size(); ++i)
    for (const std::string& name : net.nodes[i].inputs) last_reader[name] = i;
  for (std::size_t i = 0; i < net.nodes.size(); ++i) {
    network_node& node = net.nodes[i];
    if (auto* norm = std::get_if<batch_norm_op>(&node.op)) measure(values.at(node.inputs[0]), *norm);
    std::vector<const float_tensor*> inputs;
    for (const std::string& name : node.inputs) inputs.push_back(&values.at(name));
    values[node.output] = evaluate(node, inputs);
    for (const std::string& name : node.inputs)
      if (last_reader.at(name) == i) values.erase(name);  // large networks would keep gigabytes
  }
}

}  // namespace spillway
