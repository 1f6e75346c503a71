// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/zoo_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <tuple>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/data/score.h"
#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/network/trained_to_wrap.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/train/linear_file.h"

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
    if (!is_limited_layer(i, layers.size())) continue;
    row.certified_bits = std::max(row.certified_bits, layer.certified_bits);
    row.l1_bits = std::max(row.l1_bits, layer.l1_bits);
    row.largest_l1 = std::max(row.largest_l1, static_cast<std::int64_t>(layer.largest_l1));
  }
  row.sparsity = weights == 0 ? 0 : static_cast<double>(zeros) / static_cast<double>(weights);
}

std::optional<std::string> metadata(const network& file, const char* key) {
  const auto found = file.metadata.find(key);
  return found == file.metadata.end() ? std::nullopt : std::optional(found->second);
}

std::optional<double> number(const network& file, const char* key) {
  const auto found = metadata(file, key);
  return found ? std::optional(std::strtod(found->c_str(), nullptr)) : std::nullopt;
}

/// `trained_to_wrap`, and which file has it wrong.
std::optional<int> wrapping_bits(const network& file, const std::string& path) {
  try {
    return trained_to_wrap(file);
  } catch (const input_error& e) {
    throw input_error(fmt::format("{}: {}", shown_path(path), e.what()));
  }
}

/// The outputs, in registers that wrap where the network was trained to.
integer_tensor evaluate_wrapping(const integer_network& net, const integer_tensor& inputs) {
  integer_tensor outputs = evaluate(lower(net), inputs);
  const std::int64_t channels = net.output_info().shape.channels;
  outputs.shape = {outputs.size() / channels, channels};
  return outputs;
}

zoo_row measure(const fs::path& path, const dataset& data) {
  const network file = read_qonnx(path);
  zoo_row row;
  row.wrapping_bits = wrapping_bits(file, path.string());
  const integer_network net = streamline(file);
  row.file = path.filename().string();
  row.command = metadata(file, training_command_key).value_or("");
  row.test_accuracy = number(file, "spillway.training.test_top1");
  row.psnr = number(file, "spillway.training.test_psnr");
  row.bicubic = number(file, "spillway.training.bicubic_psnr");
  add_layers(measure_layers(net), path.string(), row);
  if (row.layers == 0) throw input_error(fmt::format("{}: no layers with weights", shown_path(path.string())));
  if (row.psnr) return row;
  const integer_tensor inputs = quantize_dataset(net, data);
  const integer_tensor logits = row.wrapping_bits ? evaluate_wrapping(net, inputs) : evaluate(net, inputs);
  row.accuracy = score_run(net, logits, logits, data.labels).accuracy;
  return row;
}

std::string width(const zoo_row& row) {
  if (row.wrapping_bits) return fmt::format("{}, wraps", *row.wrapping_bits);
  return row.claimed_bits ? fmt::to_string(*row.claimed_bits) : "-";
}

std::string claims(const zoo_row& row) {
  if (row.wrapping_bits && row.claims == 0) return "none";
  return row.claims == 0 ? "-" : fmt::format("{0} of {0}", row.claims);
}

std::string share(std::optional<double> value, int digits) {
  return value ? fmt::format("{:.{}f}%", 100 * *value, digits) : "-";
}

std::string decibels(std::optional<double> value) { return value ? fmt::format("{:.2f} dB", *value) : "-"; }

std::string line(const std::vector<std::string>& cells) { return fmt::format("| {} |\n", fmt::join(cells, " | ")); }

std::vector<std::string> cells(const zoo_row& row, bool is_linear, bool is_resolution) {
  const std::string certified = fmt::to_string(row.certified_bits), zeros = share(row.sparsity, 1),
                    command = fmt::format("`{}`", row.command);
  if (is_linear)
    return {row.file,
            share(row.accuracy, 2),
            width(row),
            certified,
            fmt::to_string(row.l1_bits),
            fmt::to_string(row.largest_l1),
            zeros,
            command};
  return {row.file,
          is_resolution ? decibels(row.psnr) : share(row.test_accuracy, 2),
          is_resolution ? decibels(row.bicubic) : share(row.accuracy, 1),
          width(row),
          claims(row),
          certified,
          zeros,
          command};
}

/// QAT first, then by P.
bool stands_before(const zoo_row& a, const zoo_row& b) {
  const auto place = [](const zoo_row& row) {
    return std::tuple(row.wrapping_bits.value_or(row.claimed_bits.value_or(0)), std::string_view(row.file));
  };
  return place(a) < place(b);
}

}  // namespace

std::vector<zoo_row> measure_zoo(const fs::path& folder, const dataset& data) {
  std::error_code failure;
  fs::directory_iterator files(folder, failure);
  if (failure) throw_io_error(folder.string(), "read the folder", failure.value());
  std::vector<zoo_row> rows;
  for (const fs::directory_entry& entry : files)
    if (entry.path().extension() == ".onnx") rows.push_back(measure(entry.path(), data));
  std::sort(rows.begin(), rows.end(), stands_before);
  return rows;
}

std::string markdown_table(const std::vector<zoo_row>& rows, std::int64_t frames) {
  const auto all = [&](auto has) { return std::all_of(rows.begin(), rows.end(), has); };
  const bool is_linear = all([](const zoo_row& row) { return row.layers == 1; });
  const bool is_resolution = all([](const zoo_row& row) { return row.psnr.has_value(); });
  const auto head = [&]() -> std::vector<std::string> {
    if (is_linear) return {"file", "test top-1", "P", "certified bits", "l1 bound", "largest l1", "zeros"};
    const std::string second = is_resolution ? "bicubic" : fmt::format("top-1 of the first {}", frames);
    return {"file", is_resolution ? "test PSNR" : "test top-1", second, "P", "claims proved", "certified bits",
            "zeros"};
  };
  std::vector<std::string> names = head();
  names.emplace_back("made by `spillway-train`");
  std::string text = line(names);
  for (std::size_t i = 0; i < names.size(); ++i) text += i == 0 ? "|---|" : "---|";
  text += '\n';
  for (const zoo_row& row : rows) text += line(cells(row, is_linear, is_resolution));
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
