// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>
#include <variant>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/train/zoo_page.h"

// The zoo's networks of many layers: what the page says of them, measured again from the files.

using namespace spillway;
namespace fs = std::filesystem;

namespace {

const fs::path models_folder = fs::path(SPILLWAY_SOURCE_DIR) / "models";

struct zoo_folder {
  const char* name;
  const char* data;            ///< shipped images; null where there are no classes
  std::size_t limited_layers;  ///< of an A2Q network; two more have 8-bit weights and no target
  std::vector<std::string> files;
};

const std::array<zoo_folder, 4> folders{
    {{"tfc-mnist",
      "mnist-first-500",
      2,
      {"a2q-w4a4-p10", "a2q-w4a4-p12", "a2q-w4a4-p9", "a2q_plus-w4a4-p10", "a2q_plus-w4a4-p12", "a2q_plus-w4a4-p9",
       "qat-w4a4", "wrapnet-w4a4-p8"}},
     {"resnet18-cifar10",
      "cifar10-first-200",
      19,
      {"a2q-w4a4-p12", "a2q-w4a4-p12-6-epochs", "a2q-w4a4-p14", "a2q-w4a4-p16", "a2q-w4a4-p16-6-epochs",
       "a2q_plus-w4a4-p12", "a2q_plus-w4a4-p12-6-epochs", "a2q_plus-w4a4-p14", "a2q_plus-w4a4-p16",
       "a2q_plus-w4a4-p16-6-epochs", "qat-w4a4"}},
     {"mobilenet_v1-cifar10", "cifar10-first-200", 26, {"a2q-w4a4-p12", "a2q_plus-w4a4-p12", "qat-w4a4"}},
     {"espcn-photographs",
      nullptr,
      2,
      {"a2q-w4a4-p10", "a2q-w4a4-p12", "a2q_plus-w4a4-p10", "a2q_plus-w4a4-p12", "a2q_plus-w6a6-p16", "qat-w4a4"}}}};

dataset images_of(const zoo_folder& folder) { return load_dataset((models_folder / "data" / folder.data).string()); }

/// What a network of flat layers makes of a frame, summed with plain loops. All layers but the first and the last sum
/// in registers of `bits` that wrap; `overflowing` counts the sums that these don't hold.
class wrapping_network {
 public:
  wrapping_network(const integer_network& net, int bits) : m_net(net), m_bits(bits), m_values(net.values.size()) {}

  std::int64_t overflowing = 0;

  std::vector<std::int64_t> operator()(std::vector<std::int64_t> frame) {
    m_values.at(static_cast<std::size_t>(m_net.input_value)) = std::move(frame);
    for (const integer_node& node : m_net.nodes) {
      const auto& x = value(node.inputs[0]);
      auto& y = value(node.outputs.at(0));
      if (const auto* layer = std::get_if<integer_layer>(&node.op))
        y = sums(*layer, x);
      else if (const auto* levels = std::get_if<threshold_layer>(&node.op))
        y = counted(levels->thresholds, levels->descending, levels->output_offset, x);
      else if (y = x; std::holds_alternative<add_layer>(node.op))
        for (std::size_t i = 0; i < y.size(); ++i) y[i] += value(node.inputs[1]).at(i);
      else
        throw std::runtime_error("no node of a flat network");
    }
    return value(m_net.output_value);
  }

 private:
  std::vector<std::int64_t>& value(int index) { return m_values.at(static_cast<std::size_t>(index)); }

  std::vector<std::int64_t> sums(const integer_layer& layer, const std::vector<std::int64_t>& x) {
    const auto layers = matrix_layers(m_net);
    std::vector<std::int64_t> y(static_cast<std::size_t>(layer.rows()));
    for (std::int64_t row = 0; row < layer.rows(); ++row) {
      std::int64_t& sum = y[static_cast<std::size_t>(row)];
      for (std::int64_t k = 0; k < layer.columns(); ++k)
        sum += *layer.weights.at(row * layer.columns() + k) * x.at(static_cast<std::size_t>(k));
      if (&layer == layers.front() || &layer == layers.back()) continue;
      const std::int64_t range = std::int64_t{1} << m_bits, wrapped = ((sum + range / 2) % range + range) % range;
      overflowing += wrapped - range / 2 != sum ? 1 : 0;
      sum = wrapped - range / 2;
    }
    return layer.thresholds ? counted(*layer.thresholds, {}, layer.output_offset, y) : y;
  }

  static std::vector<std::int64_t> counted(const integer_tensor& thresholds, const std::vector<bool>& descending,
                                           std::int64_t offset, const std::vector<std::int64_t>& x) {
    const std::int64_t rows = thresholds.shape[0], steps = thresholds.shape[1];
    std::vector<std::int64_t> y(x.size(), offset);
    for (std::size_t c = 0; c < x.size(); ++c) {
      const std::int64_t row = rows == 1 ? 0 : static_cast<std::int64_t>(c);
      const bool falls = !descending.empty() && descending.at(static_cast<std::size_t>(row));
      for (std::int64_t i = 0; i < steps; ++i) {
        const std::int64_t t = *thresholds.at(row * steps + i);
        y[c] += (falls ? t >= x[c] : t <= x[c]) ? 1 : 0;
      }
    }
    return y;
  }

  const integer_network& m_net;
  int m_bits;
  std::vector<std::vector<std::int64_t>> m_values;
};

/// All outputs of a network that wraps, which must overflow on the way, and be another one in wider registers.
integer_tensor wrapped_outputs(const integer_network& net, const dataset& data, int bits) {
  const integer_tensor inputs = quantize_dataset(net, data), exact = evaluate(net, inputs);
  integer_tensor outputs = exact;
  wrapping_network wrapping(net, bits);
  const std::int64_t features = data.features(), classes = exact.shape.at(1);
  for (std::int64_t frame = 0; frame < data.frames(); ++frame) {
    const auto first = inputs.words.begin() + frame * features;
    const auto found = wrapping({first, first + features});
    std::copy(found.begin(), found.end(), outputs.words.begin() + frame * classes);
  }
  CHECK(wrapping.overflowing > 0);
  CHECK(outputs.words != exact.words);
  return outputs;
}

/// The share of frames whose first greatest output is the label's.
double top1(const integer_network& net, const dataset& data, const integer_tensor& outputs) {
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
int least_bits(const integer_tensor& weights, const integer_type& input) {
  const std::int64_t high =
      input.is_signed ? (std::int64_t{1} << (input.bits - 1)) - 1 : (std::int64_t{1} << input.bits) - 1;
  const std::int64_t low = input.is_signed ? -high - 1 : 0, columns = weights.shape.at(1);
  int bits = 1;
  for (std::int64_t row = 0; row < weights.shape.at(0); ++row) {
    std::int64_t greatest = 0, least = 0;
    for (std::int64_t k = 0; k < columns; ++k) {
      const std::int64_t w = *weights.at(row * columns + k);
      greatest += std::max(w * high, w * low);
      least += std::min(w * high, w * low);
    }
    while (greatest > (std::int64_t{1} << (bits - 1)) - 1 || least < -(std::int64_t{1} << (bits - 1))) ++bits;
  }
  return bits;
}

/// A layer with weights, dense or depthwise.
struct weight_layer {
  const integer_tensor* weights;
  integer_type input;
  std::optional<int> claimed_bits;
};

std::vector<weight_layer> weight_layers(const integer_network& net) {
  std::vector<weight_layer> layers;
  for (const integer_node& node : net.nodes) {
    if (const auto* dense = std::get_if<integer_layer>(&node.op))
      layers.push_back({&dense->weights, dense->input_type, dense->claimed_bits});
    if (const auto* depthwise = std::get_if<depthwise_layer>(&node.op))
      layers.push_back({&depthwise->weights, depthwise->input_type, depthwise->claimed_bits});
  }
  return layers;
}

layer_sums sums_of(const integer_network& net) {
  layer_sums sums;
  const auto layers = weight_layers(net);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& [weights, input, claimed_bits] = layers[i];
    const int bits = least_bits(*weights, input);
    if (i > 0 && i + 1 < layers.size()) sums.certified_bits = std::max(sums.certified_bits, bits);
    if (claimed_bits) {
      ++sums.claimed;
      sums.claims.insert(*claimed_bits);
      sums.proved += bits <= *claimed_bits ? 1 : 0;
    }
    sums.weights += weights->size();
    sums.zeros += std::count(weights->words.begin(), weights->words.end(), 0);
  }
  sums.layers = layers.size();
  return sums;
}

/// The cells of what is proved, of a network that is limited, one that wraps, or neither.
std::vector<std::string> proved_cells(const layer_sums& sums, std::optional<int> wraps) {
  std::string width = "-", claims = "-";
  if (wraps) {
    width = fmt::format("{}, wraps", *wraps);
    claims = "none";
  } else if (!sums.claims.empty()) {
    width = fmt::to_string(*sums.claims.begin());
    claims = fmt::format("{0} of {0}", sums.proved);
  }
  return {width, claims, fmt::to_string(sums.certified_bits),
          fmt::format("{:.1f}%", 100 * static_cast<double>(sums.zeros) / static_cast<double>(sums.weights))};
}

/// What the file says of its training, for the page.
std::string said(const network& graph, const char* key) {
  return graph.metadata.at(fmt::format("spillway.training.{}", key));
}

/// The two cells of a classifier's score: of all test images, as said, and of those that are shipped, measured.
std::vector<std::string> score_cells(const network& graph, const integer_network& net, const dataset& data,
                                     std::optional<int> wraps) {
  const integer_tensor outputs =
      wraps ? wrapped_outputs(net, data, *wraps) : evaluate(net, quantize_dataset(net, data));
  return {fmt::format("{:.2f}%", 100 * std::stod(said(graph, "test_top1"))),
          fmt::format("{:.1f}%", 100 * top1(net, data, outputs))};
}

/// Those of super-resolution, whose photographs are not shipped.
std::vector<std::string> psnr_cells(const network& graph) {
  return {fmt::format("{:.2f} dB", std::stod(said(graph, "test_psnr"))),
          fmt::format("{:.2f} dB", std::stod(said(graph, "bicubic_psnr")))};
}

/// What is not in the table: what a file claims, which its name promises, and how large it is.
void check_claims(const zoo_folder& folder, const fs::path& path, const layer_sums& sums, std::optional<int> wraps) {
  const std::string name = path.stem().string();
  const bool limited = name.starts_with("a2q");
  CHECK(sums.layers == folder.limited_layers + 2);
  CHECK(sums.claimed == (limited ? folder.limited_layers : 0));
  CHECK(sums.proved == sums.claimed);
  CHECK(sums.claims.size() == (limited ? 1 : 0));
  CHECK(wraps.has_value() == name.starts_with("wrapnet"));
  if (wraps) CHECK(*wraps < sums.certified_bits);
  if (limited || wraps)
    CHECK(name.find(fmt::format("-p{}", wraps ? *wraps : *sums.claims.begin())) != std::string::npos);
  // A byte a weight; QONNX, which alone has a form for the thresholds of reductions, takes four, and they as much
  // again.
  const auto bytes = static_cast<std::uintmax_t>(sums.weights) * (wraps ? 8 : 1);
  CHECK(fs::file_size(path) < bytes * 5 / 4 + 10'000);
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
    const dataset data = folder.data ? images_of(folder) : dataset();
    for (const auto& row : table) {
      const auto& file = row.first;
      const auto& cells = row.second;
      CAPTURE(file);
      const fs::path path = models_folder / "zoo" / folder.name / file;
      const network graph = read_qonnx(path);
      const integer_network net = streamline(graph);
      const layer_sums sums = sums_of(net);
      std::optional<int> wraps;
      if (said(graph, "method") == "wrapnet") wraps = std::stoi(said(graph, "accumulator_bits"));
      check_claims(folder, path, sums, wraps);
      auto expected = folder.data ? score_cells(graph, net, data, wraps) : psnr_cells(graph);
      const auto proved = proved_cells(sums, wraps);
      expected.insert(expected.end(), proved.begin(), proved.end());
      expected.push_back("`" + said(graph, "command") + "`");
      CHECK(cells == expected);
    }
  }
}

TEST_CASE("the zoo has less than 40 MB") {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(models_folder / "zoo"))
    if (entry.is_regular_file()) bytes += entry.file_size();
  CHECK(bytes < 40'000'000);
}
