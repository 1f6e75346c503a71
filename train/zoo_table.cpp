// SPDX-License-Identifier: Apache-2.0
#include "train/zoo_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "models/atomic_file.h"
#include "models/bounds.h"
#include "models/certificate.h"
#include "models/error.h"
#include "models/qonnx_read.h"
#include "models/score.h"
#include "models/streamline.h"
#include "train/linear_file.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

/// A layer's part in its network's row.
struct zoo_layer {
  std::optional<int> claimed_bits;
  int certified_bits = 0, l1_bits = 0;
  big_int largest_l1 = 0;
  std::int64_t weights = 0, zeros = 0;
};

template <class Layer>
zoo_layer measure(const Layer& layer) {
  zoo_layer result;
  result.claimed_bits = layer.claimed_bits;
  for (const channel_certificate& channel : certify(layer.weights, layer.input_type)) {
    result.certified_bits = std::max(result.certified_bits, channel.minimal_bits());
    result.largest_l1 = std::max(result.largest_l1, channel.l1_norm);
  }
  result.l1_bits = l1_bound(result.largest_l1, layer.input_type);
  result.weights = layer.weights.size();
  result.zeros = std::count(layer.weights.words.begin(), layer.weights.words.end(), 0);
  return result;
}

std::vector<zoo_layer> measure_layers(const integer_network& net) {
  std::vector<zoo_layer> layers;
  for (const integer_node& node : net.nodes) {
    if (const auto* layer = std::get_if<integer_layer>(&node.op)) layers.push_back(measure(*layer));
    if (const auto* layer = std::get_if<depthwise_layer>(&node.op)) layers.push_back(measure(*layer));
  }
  return layers;
}

/// What layers come to together.
void add_layers(const std::vector<zoo_layer>& layers, const std::string& path, zoo_row& row) {
  row.layers = layers.size();
  std::int64_t weights = 0, zeros = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const zoo_layer& layer = layers[i];
    weights += layer.weights;
    zeros += layer.zeros;
    if (layer.claimed_bits) {
      ++row.claims;
      row.claimed_bits = std::max(row.claimed_bits.value_or(0), *layer.claimed_bits);
      if (*layer.claimed_bits < layer.certified_bits)
        throw input_error(fmt::format("{}: claims {} accumulator bits, but needs {}; right: train it again",
                                      shown_path(path), *layer.claimed_bits, layer.certified_bits));
    }
    if (layers.size() > 2 && (i == 0 || i + 1 == layers.size())) continue;
    row.certified_bits = std::max(row.certified_bits, layer.certified_bits);
    row.l1_bits = std::max(row.l1_bits, layer.l1_bits);
    row.largest_l1 = std::max(row.largest_l1, static_cast<std::int64_t>(layer.largest_l1));
  }
  row.sparsity = weights == 0 ? 0 : static_cast<double>(zeros) / static_cast<double>(weights);
}

zoo_row measure(const fs::path& path, const dataset& data) {
  const network file = read_qonnx(path);
  const integer_network net = streamline(file);
  zoo_row row;
  row.file = path.filename().string();
  if (const auto found = file.metadata.find(training_command_key); found != file.metadata.end())
    row.command = found->second;
  if (const auto found = file.metadata.find("spillway.training.test_top1"); found != file.metadata.end())
    row.test_accuracy = std::strtod(found->second.c_str(), nullptr);
  add_layers(measure_layers(net), path.string(), row);
  if (row.layers == 0) throw input_error(fmt::format("{}: no layers with weights", shown_path(path.string())));
  const integer_tensor logits = evaluate(net, quantize_dataset(net, data));
  row.accuracy = score_run(net, logits, logits, data.labels).accuracy;
  return row;
}

std::string claimed(const zoo_row& row) { return row.claimed_bits ? fmt::to_string(*row.claimed_bits) : "-"; }

}  // namespace

std::vector<zoo_row> measure_zoo(const fs::path& folder, const dataset& data) {
  std::error_code failure;
  fs::directory_iterator files(folder, failure);
  if (failure) throw_io_error(folder.string(), "read the folder", failure.value());
  std::vector<zoo_row> rows;
  for (const fs::directory_entry& entry : files)
    if (entry.path().extension() == ".onnx") rows.push_back(measure(entry.path(), data));
  std::sort(rows.begin(), rows.end(), [](const zoo_row& a, const zoo_row& b) {
    return std::tuple(a.claimed_bits.value_or(0), a.file) < std::tuple(b.claimed_bits.value_or(0), b.file);
  });
  return rows;
}

std::string markdown_table(const std::vector<zoo_row>& rows, std::int64_t frames) {
  const bool is_linear = std::all_of(rows.begin(), rows.end(), [](const zoo_row& row) { return row.layers == 1; });
  std::string text = is_linear
                         ? "| file | test top-1 | P | certified bits | l1 bound | largest l1 | zeros | made by "
                           "`spillway-train` |\n|---|---|---|---|---|---|---|---|\n"
                         : fmt::format(
                               "| file | test top-1 | top-1 of the first {} | P | claims proved | certified bits | "
                               "zeros | made by `spillway-train` |\n|---|---|---|---|---|---|---|---|\n",
                               frames);
  for (const zoo_row& row : rows)
    if (is_linear)
      text +=
          fmt::format("| {} | {:.2f}% | {} | {} | {} | {} | {:.1f}% | `{}` |\n", row.file, 100 * row.accuracy,
                      claimed(row), row.certified_bits, row.l1_bits, row.largest_l1, 100 * row.sparsity, row.command);
    else
      text +=
          fmt::format("| {} | {} | {:.1f}% | {} | {} | {} | {:.1f}% | `{}` |\n", row.file,
                      row.test_accuracy ? fmt::format("{:.2f}%", 100 * *row.test_accuracy) : "-", 100 * row.accuracy,
                      claimed(row), row.claims == 0 ? "-" : fmt::format("{0} of {0}", row.claims), row.certified_bits,
                      100 * row.sparsity, row.command);
  return text;
}

std::string replace_table(const std::string& text, const std::string& name, const std::string& table,
                          const std::string& path) {
  const std::string first = fmt::format("<!-- zoo-table {} -->", name),
                    last = fmt::format("<!-- /zoo-table {} -->", name);
  const auto begin = text.find(first + "\n"), end = text.find(last + "\n");
  if (begin == std::string::npos || end == std::string::npos || end < begin ||
      text.find(first, begin + 1) != std::string::npos || text.find(last, end + 1) != std::string::npos)
    throw input_error(fmt::format("{}: no place for the table; right: one line {} and one line {} after it",
                                  shown_path(path), first, last));
  return text.substr(0, begin + first.size() + 1) + table + text.substr(end);
}

}  // namespace spillway
