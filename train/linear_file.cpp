// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/linear_file.h"

#include <fmt/format.h>

#include "spillway/models/network/linear_export.h"
#include "spillway/models/quantize/tiled_a2q.h"
#include "spillway/models/streamline/checked_write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

bool says_the_same(const integer_network& read, const quantized_weights& trained, const streamline_report& report) {
  const std::vector<const integer_layer*> layers = matrix_layers(read);
  if (layers.size() != 1 || layers[0]->weights != trained.weights) return false;
  if (report.layers.at(0).clamped != 0) return false;
  for (std::size_t row = 0; row < trained.scale.size(); ++row)
    if (read.output_scale.at(row) != static_cast<double>(trained.scale[row])) return false;
  return true;
}

}  // namespace

std::map<std::string, std::string> training_metadata(const training_options& options, const std::string& command,
                                                     const std::string& data) {
  const std::string prefix = "spillway.training.";
  std::map<std::string, std::string> result{
      {training_command_key, command},
      {training_data_key, data},
      {prefix + "method", std::string(to_string(options.format.method))},
      {prefix + "seed", fmt::to_string(options.seed)},
      {prefix + "epochs", fmt::to_string(options.epochs)},
      {prefix + "batch", fmt::to_string(options.batch)},
      {prefix + "learning_rate", fmt::to_string(options.learning_rate)},
      {prefix + "scale_learning_rate", fmt::to_string(options.scale_learning_rate)},
  };
  if (options.format.method != weight_method::qat) result[prefix + "penalty"] = fmt::to_string(options.penalty);
  if (options.tile > 0) result[prefix + "tile"] = fmt::to_string(options.tile);
  if (options.wrapnet) {
    result[prefix + "method"] = "wrapnet";
    result[prefix + "accumulator_bits"] = fmt::to_string(options.wrapnet->accumulator_bits);
    result[prefix + "slope"] = fmt::to_string(options.wrapnet->slope);
    result[prefix + "overflow_penalty"] = fmt::to_string(options.wrapnet->penalty);
  }
  return result;
}

void save_linear(const quantized_weights& trained, const training_options& options,
                 const std::map<std::string, std::string>& metadata, const std::filesystem::path& path,
                 onnx_dialect dialect) {
  linear_layer layer;
  layer.name = "MatMul_0";
  layer.weights = trained.weights;
  layer.scale = trained.scale;
  std::string tiles;
  if (options.tile > 0) {
    const tiled_format proven =
        require_tiled_certificate(trained.weights, options.format.input, options.tile, options.format.accumulator_bits);
    layer.claimed_bits = proven.outer_bits;
    tiles = to_string(proven);
  } else if (options.format.method != weight_method::qat) {
    require_certificate(trained.weights, options.format.input, options.format.accumulator_bits);
    layer.claimed_bits = options.format.accumulator_bits;
  }
  network net = make_linear_network({path.stem().string(), options.format.input, 1.0F, {layer}});
  if (!tiles.empty()) net.metadata[tiled_accumulator_key(layer.name)] = tiles;
  net.metadata.insert(metadata.begin(), metadata.end());
  streamline_report report;
  if (!says_the_same(streamline(net, &report), trained, report))
    throw error(fmt::format("{}: the file would not say the integers that were trained; nothing was written",
                            shown_path(path.string())));
  write_checked(net, path, dialect);
}

}  // namespace spillway
