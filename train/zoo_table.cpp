// SPDX-License-Identifier: Apache-2.0
#include "train/zoo_table.h"

#include <fmt/format.h>

#include <algorithm>

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

constexpr std::string_view table_begin = "<!-- zoo-table -->\n", table_end = "<!-- /zoo-table -->\n";

zoo_row measure(const fs::path& path, const dataset& data) {
  const network file = read_qonnx(path);
  const integer_network net = streamline(file);
  const std::vector<const integer_layer*> layers = matrix_layers(net);
  if (layers.size() != 1)
    throw input_error(fmt::format("{}: {} layers; right: one", shown_path(path.string()), layers.size()));
  const integer_layer& layer = *layers[0];
  zoo_row row;
  row.file = path.filename().string();
  if (const auto found = file.metadata.find(training_command_key); found != file.metadata.end())
    row.command = found->second;
  row.claimed_bits = layer.claimed_bits;
  big_int largest = 0;
  for (const channel_certificate& channel : certify(layer.weights, layer.input_type)) {
    row.certified_bits = std::max(row.certified_bits, channel.minimal_bits());
    largest = std::max(largest, channel.l1_norm);
  }
  row.largest_l1 = static_cast<std::int64_t>(largest);
  row.l1_bits = l1_bound(largest, layer.input_type);
  if (row.claimed_bits && *row.claimed_bits < row.certified_bits)
    throw input_error(fmt::format("{}: claims {} accumulator bits, but needs {}; right: train it again",
                                  shown_path(path.string()), *row.claimed_bits, row.certified_bits));
  const auto zeros = std::count(layer.weights.words.begin(), layer.weights.words.end(), 0);
  row.sparsity = static_cast<double>(zeros) / static_cast<double>(layer.weights.size());
  const integer_tensor logits = evaluate(net, quantize_dataset(net, data));
  row.accuracy = score_run(net, logits, logits, data.labels).accuracy;
  return row;
}

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

std::string markdown_table(const std::vector<zoo_row>& rows) {
  std::string text =
      "| file | test top-1 | P | certified bits | l1 bound | largest l1 | zeros | made by `spillway-train` |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const zoo_row& row : rows)
    text += fmt::format("| {} | {:.2f}% | {} | {} | {} | {} | {:.1f}% | `{}` |\n", row.file, 100 * row.accuracy,
                        row.claimed_bits ? fmt::to_string(*row.claimed_bits) : "-", row.certified_bits, row.l1_bits,
                        row.largest_l1, 100 * row.sparsity, row.command);
  return text;
}

std::string replace_table(const std::string& text, const std::string& table, const std::string& path) {
  const auto begin = text.find(table_begin), end = text.find(table_end);
  if (begin == std::string::npos || end == std::string::npos || end < begin ||
      text.find(table_begin, begin + 1) != std::string::npos || text.find(table_end, end + 1) != std::string::npos)
    throw input_error(fmt::format("{}: no place for the table; right: one line {} and one line {} after it",
                                  shown_path(path), table_begin.substr(0, table_begin.size() - 1),
                                  table_end.substr(0, table_end.size() - 1)));
  return text.substr(0, begin + table_begin.size()) + table + text.substr(end);
}

}  // namespace spillway
