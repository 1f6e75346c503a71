// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/network/file_layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

bool is_product(const network_op& op) {
  return std::holds_alternative<matmul_op>(op) || std::holds_alternative<gemm_op>(op) ||
         std::holds_alternative<conv_op>(op);
}

bool weights_are_columns(const network_op& op) {
  if (const auto* gemm = std::get_if<gemm_op>(&op)) return !gemm->trans_b;
  return std::holds_alternative<matmul_op>(op);
}

/// Takes the products of a network apart.
class layer_reader {
 public:
  explicit layer_reader(const network& net) : m_net(net) {
    for (std::size_t i = 0; i < net.nodes.size(); ++i) {
      m_maker[net.nodes[i].output] = i;
      for (const std::string& name : net.nodes[i].inputs) ++m_readers[name];
    }
  }

  /// The layer of a product; a reason in `refused` where it can't be changed.
  std::optional<file_layer> read(std::size_t index, std::string& refused) const {
    file_layer layer;
    layer.name = m_net.nodes[index].name;
    layer.input = m_net.nodes[index].inputs[0];
    layer.product = index;
    std::vector<std::size_t> transposes;
    const auto quantizer = quantizer_of(m_net.nodes[index].inputs.at(1), transposes);
    refused = "its weights have no Quant of their own";
    if (!quantizer) return std::nullopt;
    layer.quantizer = *quantizer;
    const network_node& node = m_net.nodes[*quantizer];
    const auto constant = m_net.constants.find(node.inputs.at(0));
    if (constant == m_net.constants.end()) return std::nullopt;
    refused = refusal_of(node.op);
    if (!refused.empty()) return std::nullopt;
    set_places(layer, constant->second.shape, transposes);
    refused = "its weights have several scales in a row";
    if (!set_weights(layer, std::get<quant_op>(node.op), constant->second)) return std::nullopt;
    return layer;
  }

 private:
  /// The node before any Transposes that makes this tensor, if it and they make it for one reader alone.
  std::optional<std::size_t> quantizer_of(std::string tensor, std::vector<std::size_t>& transposes) const {
    for (;;) {
      const auto maker = m_maker.find(tensor);
      if (maker == m_maker.end() || m_readers.at(tensor) != 1) return std::nullopt;
      const network_op& op = m_net.nodes[maker->second].op;
      if (std::holds_alternative<quant_op>(op) || std::holds_alternative<bipolar_quant_op>(op)) return maker->second;
      if (!std::holds_alternative<transpose_op>(op)) return std::nullopt;
      transposes.push_back(maker->second);
      tensor = m_net.nodes[maker->second].inputs.at(0);
    }
  }

  static std::string refusal_of(const network_op& op) {
    const auto* quant = std::get_if<quant_op>(&op);
    if (!quant) return "its weights are bipolar, and can't become 0";
    if (!quant->is_signed || std::any_of(quant->zero_point.values.begin(), quant->zero_point.values.end(),
                                         [](float value) { return value != 0; }))
      return "its weights are unsigned or have a zero point";
    if (quant->bits < 2 || quant->bits > 16) return fmt::format("its weights have {} bits, not 2 to 16", quant->bits);
    return {};
  }

  /// The shape that the product sees, and where each weight is in the constant, through the Transposes.
  void set_places(file_layer& layer, const tensor_shape& constant, const std::vector<std::size_t>& transposes) const {
    layer.shape = constant;
    std::vector<std::int64_t> index(static_cast<std::size_t>(elements(constant, layer.name)));
    std::iota(index.begin(), index.end(), 0);
    std::vector<std::size_t> dimension(constant.size());
    std::iota(dimension.begin(), dimension.end(), std::size_t{0});
    for (auto node = transposes.rbegin(); node != transposes.rend(); ++node) {
      const auto& permutation = std::get<transpose_op>(m_net.nodes[*node].op).permutation;
      const auto before = std::pair(index, std::pair(layer.shape, dimension));
      const std::vector<std::int64_t> from = transposed_indices(layer.shape, permutation);
      for (std::size_t i = 0; i < from.size(); ++i) index[i] = before.first[static_cast<std::size_t>(from[i])];
      for (std::size_t d = 0; d < permutation.size(); ++d) {
        layer.shape[d] = before.second.first[static_cast<std::size_t>(permutation[d])];
        dimension[d] = before.second.second[static_cast<std::size_t>(permutation[d])];
      }
    }
    const network_op& op = m_net.nodes[layer.product].op;
    const bool rows_last = weights_are_columns(op);
    layer.row_dimension = rows_last ? dimension.back() : dimension.front();
    layer.rows = rows_last ? layer.shape.back() : layer.shape.front();
    layer.columns = static_cast<std::int64_t>(index.size()) / layer.rows;
    if (const auto* conv = std::get_if<conv_op>(&op)) layer.groups = conv->group;
    const std::int64_t in_group = layer.shape.size() == 4 ? layer.shape[1] : 1, window = layer.columns / in_group;
    for (std::int64_t row = 0; row < layer.rows; ++row)
      for (std::int64_t k = 0; k < layer.columns; ++k) {
        const std::int64_t in_file = k % in_group * window + k / in_group;
        layer.places.push_back(static_cast<std::size_t>(
            index[static_cast<std::size_t>(rows_last ? k * layer.rows + row : row * layer.columns + in_file)]));
      }
  }

  static bool set_weights(file_layer& layer, const quant_op& quant, const float_tensor& constant) {
    std::vector<float> scales;
    broadcast_index index(quant.scale.shape, constant.shape);
    for (std::size_t i = 0; i < constant.values.size(); ++i) scales.push_back(quant.scale.values[index.next()]);
    for (std::size_t i = 0; i < layer.places.size(); ++i) {
      const std::size_t at = layer.places[i];
      if (i % static_cast<std::size_t>(layer.columns) == 0) layer.scale.push_back(scales[at]);
      if (scales[at] != layer.scale.back()) return false;
      layer.weights.push_back(static_cast<std::int64_t>(level_of(constant.values[at], scales[at], 0, quant)));
    }
    return true;
  }

  const network& m_net;
  std::map<std::string, std::size_t> m_maker;
  std::map<std::string, int> m_readers;
};

/// The input channels and the window of one position of a convolution.
std::vector<float> convolution_inputs(const conv_op& conv, const file_layer& layer, const float_tensor& input,
                                      std::int64_t group, std::int64_t positions) {
  const window_shape& w = conv.window;
  const tensor_shape& kernel = layer.shape;
  const std::int64_t frames = input.shape.at(0), channels = input.shape.at(1), height = input.shape.at(2),
                     width = input.shape.at(3), in_group = channels / layer.groups;
  const auto steps = [](std::int64_t size, std::int64_t window, std::int64_t dilation, std::int64_t stride) {
    return (size - dilation * (window - 1) - 1) / stride + 1;
  };
  const std::int64_t rows = steps(height + w.top + w.bottom, kernel[2], w.dilation_h, w.stride_h);
  const std::int64_t columns = steps(width + w.left + w.right, kernel[3], w.dilation_w, w.stride_w);
  const std::int64_t stride = std::max<std::int64_t>(1, rows * columns / positions);
  std::vector<float> result;
  for (std::int64_t frame = 0; frame < frames; ++frame)
    // Frames start at different places, so that together they see all of them.
    for (std::int64_t at = frame % stride; at < rows * columns; at += stride)
      for (std::int64_t kh = 0; kh < kernel[2]; ++kh)
        for (std::int64_t kw = 0; kw < kernel[3]; ++kw)
          for (std::int64_t c = group * in_group; c < (group + 1) * in_group; ++c) {
            const std::int64_t y = at / columns * w.stride_h + kh * w.dilation_h - w.top;
            const std::int64_t x = at % columns * w.stride_w + kw * w.dilation_w - w.left;
            const bool inside = y >= 0 && y < height && x >= 0 && x < width;
            result.push_back(
                inside ? input.values[static_cast<std::size_t>(((frame * channels + c) * height + y) * width + x)] : 0);
          }
  return result;
}

}  // namespace

std::vector<file_layer> file_layers(const network& net, std::vector<skipped_layer>& skipped) {
  infer_shapes(net);  // what does not fit is refused here
  const layer_reader reader(net);
  std::vector<file_layer> layers;
  for (std::size_t i = 0; i < net.nodes.size(); ++i) {
    if (!is_product(net.nodes[i].op)) continue;
    std::string refused;
    if (auto layer = reader.read(i, refused))
      layers.push_back(std::move(*layer));
    else
      skipped.push_back({net.nodes[i].name, refused});
  }
  return layers;
}

void write_layer(network& net, const file_layer& layer) {
  network_node& quantizer = net.nodes.at(layer.quantizer);
  float_tensor values = net.constants.at(quantizer.inputs[0]);
  for (std::size_t i = 0; i < layer.places.size(); ++i) {
    const float scale = layer.scale[i / static_cast<std::size_t>(layer.columns)];
    values.values[layer.places[i]] =
        static_cast<float>(static_cast<double>(layer.weights[i]) * static_cast<double>(scale));
  }
  auto& quant = std::get<quant_op>(quantizer.op);
  quant.narrow = true;
  quant.rounding = rounding_mode::round;
  quant.zero_point = {{}, {0}};
  quant.scale = {tensor_shape(values.shape.size(), 1), layer.scale};
  quant.scale.shape[layer.row_dimension] = layer.rows;
  // A constant of its own: another node may read the old one.
  const std::string name = layer.name + "_fitted_weights";
  net.constants[name] = std::move(values);
  quantizer.inputs[0] = name;
}

std::vector<float> layer_inputs(const network& net, const file_layer& layer, const float_tensor& input,
                                std::int64_t group, std::int64_t positions) {
  const auto* conv = std::get_if<conv_op>(&net.nodes.at(layer.product).op);
  return conv ? convolution_inputs(*conv, layer, input, group, positions) : input.values;
}

}  // namespace spillway
