// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "models/dataset.h"
#include "models/qonnx_read.h"
#include "models/streamline.h"
#include "tests/train/zoo_page.h"

// The zoo's networks of many layers: what the page says of them, measured again from the files.

using namespace spillway;
namespace fs = std::filesystem;

namespace {

const fs::path models_folder = fs::path(SPILLWAY_SOURCE_DIR) / "models";

struct zoo_folder {
  const char* name;
  const char* data;
  std::size_t limited_layers;  ///< of an A2Q network; two more have 8-bit weights and no target
  std::vector<std::string> files;
};

const std::array<zoo_folder, 2> folders{
    {{"tfc-mnist",
      "mnist-first-500",
      2,
      {"a2q-w4a4-p10", "a2q-w4a4-p12", "a2q-w4a4-p9", "a2q_plus-w4a4-p10", "a2q_plus-w4a4-p12", "a2q_plus-w4a4-p9",
       "qat-w4a4"}},
     {"resnet18-cifar10",
      "cifar10-first-200",
      19,
      {"a2q-w4a4-p12", "a2q-w4a4-p12-6-epochs", "a2q-w4a4-p14", "a2q-w4a4-p16", "a2q-w4a4-p16-6-epochs",
       "a2q_plus-w4a4-p12", "a2q_plus-w4a4-p12-6-epochs", "a2q_plus-w4a4-p14", "a2q_plus-w4a4-p16",
       "a2q_plus-w4a4-p16-6-epochs", "qat-w4a4"}}}};

dataset images_of(const zoo_folder& folder) { return load_dataset((models_folder / "data" / folder.data).string()); }

/// The share of frames whose first greatest output is the label's.
double top1(const integer_network& net, const dataset& data) {
  const integer_tensor outputs = evaluate(net, quantize_dataset(net, data));
  const std::int64_t classes = outputs.shape.at(1);
  std::int64_t correct = 0;
  for (std::int64_t frame = 0; frame < data.frames(); ++frame) {
    const auto logit = [&](std::int64_t c) {
      const auto channel = static_cast<std::size_t>(c);
      return static_cast<double>(*outputs.at(frame * classes + c)) * net.output_scale.at(channel) +
             net.output_bias.at(channel);
    };
    std::int64_t best = 0;
    for (std::int64_t c = 1; c < classes; ++c)
      if (logit(c) > logit(best)) best = c;
    correct += best == data.labels.at(static_cast<std::size_t>(frame)) ? 1 : 0;
  }
  return static_cast<double>(correct) / static_cast<double>(data.frames());
}

/// What the layers of a network are, summed with plain loops.
struct layer_sums {
  std::set<int> claims;  ///< widths
  std::size_t layers = 0, claimed = 0, proved = 0;
  int certified_bits = 0;  ///< of all but the first and the last layer
  std::int64_t weights = 0, zeros = 0;
};

/// The least width of a layer's sums: of each row, all positive weights at the greatest input, and all negative ones.
int least_bits(const integer_layer& layer) {
  const std::int64_t high = layer.input_type.is_signed ? (std::int64_t{1} << (layer.input_type.bits - 1)) - 1
                                                       : (std::int64_t{1} << layer.input_type.bits) - 1;
  const std::int64_t low = layer.input_type.is_signed ? -high - 1 : 0;
  int bits = 1;
  for (std::int64_t row = 0; row < layer.rows(); ++row) {
    std::int64_t greatest = 0, least = 0;
    for (std::int64_t k = 0; k < layer.columns(); ++k) {
      const std::int64_t w = *layer.weights.at(row * layer.columns() + k);
      greatest += std::max(w * high, w * low);
      least += std::min(w * high, w * low);
    }
    while (greatest > (std::int64_t{1} << (bits - 1)) - 1 || least < -(std::int64_t{1} << (bits - 1))) ++bits;
  }
  return bits;
}

layer_sums sums_of(const integer_network& net) {
  layer_sums sums;
  const auto layers = matrix_layers(net);
  for (const integer_layer* layer : layers) {
    const int bits = least_bits(*layer);
    if (layer != layers.front() && layer != layers.back()) sums.certified_bits = std::max(sums.certified_bits, bits);
    if (layer->claimed_bits) {
      ++sums.claimed;
      sums.claims.insert(*layer->claimed_bits);
      sums.proved += bits <= *layer->claimed_bits ? 1 : 0;
    }
    sums.weights += layer->weights.size();
    sums.zeros += std::count(layer->weights.words.begin(), layer->weights.words.end(), 0);
  }
  sums.layers = layers.size();
  return sums;
}

}  // namespace

TEST_CASE("the shipped images are the first of the test sets") {
  const dataset digits = images_of(folders[0]), objects = images_of(folders[1]);
  CHECK(digits.frames() == 500);
  CHECK(objects.frames() == 200);
  // The 10,000 labels are shipped with the binary images, and so are the pixels from 128 on.
  const dataset binary = load_dataset((models_folder / "data" / "binary-mnist").string());
  CHECK(std::equal(digits.labels.begin(), digits.labels.end(), binary.labels.begin()));
  std::int64_t differing = 0;
  for (std::int64_t i = 0; i < digits.inputs.size(); ++i)
    differing += (*digits.inputs.at(i) >= 128) != (*binary.inputs.at(i) != 0) ? 1 : 0;
  CHECK(differing == 0);
  // Cat, ship, ship, aeroplane, frog.
  CHECK(std::vector<int>(objects.labels.begin(), objects.labels.begin() + 5) == std::vector<int>{3, 8, 8, 0, 6});
}

TEST_CASE("the page has each network, and says what its file says") {
  for (const zoo_folder& folder : folders) {
    CAPTURE(folder.name);
    const auto table = page_table(folder.name);
    std::vector<std::string> found, listed;
    for (const auto& entry : fs::directory_iterator(models_folder / "zoo" / folder.name))
      found.push_back(entry.path().stem().string());
    std::sort(found.begin(), found.end());
    CHECK(found == folder.files);
    for (const auto& [file, cells] : table) listed.push_back(fs::path(file).stem().string());
    std::sort(listed.begin(), listed.end());
    CHECK(listed == folder.files);
    const dataset data = images_of(folder);
    for (const auto& [file, cells] : table) {
      CAPTURE(file);
      const fs::path path = models_folder / "zoo" / folder.name / file;
      const network graph = read_qonnx(path);
      const integer_network net = streamline(graph);
      const layer_sums sums = sums_of(net);
      const bool limited = !file.starts_with("qat");
      CHECK(sums.layers == folder.limited_layers + 2);
      CHECK(sums.claimed == (limited ? folder.limited_layers : 0));
      CHECK(sums.proved == sums.claimed);
      CHECK(sums.claims.size() == (limited ? 1 : 0));
      CHECK(fs::file_size(path) < static_cast<std::uintmax_t>(sums.weights) * 5 / 4 + 10'000);  // a byte each
      const double test = std::stod(graph.metadata.at("spillway.training.test_top1"));
      CHECK(cells ==
            std::vector<std::string>{
                fmt::format("{:.2f}%", 100 * test), fmt::format("{:.1f}%", 100 * top1(net, data)),
                limited ? fmt::to_string(*sums.claims.begin()) : "-",
                limited ? fmt::format("{0} of {0}", sums.proved) : "-", fmt::to_string(sums.certified_bits),
                fmt::format("{:.1f}%", 100 * static_cast<double>(sums.zeros) / static_cast<double>(sums.weights)),
                "`" + graph.metadata.at("spillway.training.command") + "`"});
      if (limited) CHECK(file.find(fmt::format("-p{}", *sums.claims.begin())) != std::string::npos);
    }
  }
}

TEST_CASE("the files together are a fifth of what they may be") {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(models_folder / "zoo"))
    if (entry.is_regular_file()) bytes += entry.file_size();
  CHECK(bytes < 5'000'000);
}
