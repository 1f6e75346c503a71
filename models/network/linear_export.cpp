// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/network/linear_export.h"

#include <fmt/format.h>

#include <cmath>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

float_tensor scalar(float value) { return {{}, {value}}; }

void check_scale(float scale, const std::string& path) {
  if (!std::isfinite(scale) || scale <= 0)
    throw config_error(fmt::format("{} = {}; right: finite and greater than 0", path, scale));
}

quant_op quant_of(integer_type type, float_tensor scale) {
  quant_op quant;
  quant.scale = std::move(scale);
  quant.zero_point = scalar(0);
  quant.bits = type.bits;
  quant.is_signed = type.is_signed;
  return quant;
}

network_op quantizer(integer_type type, float scale) {
  if (type.is_bipolar) return bipolar_quant_op{scalar(scale)};
  return quant_of(type, scalar(scale));
}

/// Adds one layer after another to a network.
class linear_writer {
 public:
  explicit linear_writer(const linear_export& from) : m_from(from) {}

  network write() {
    if (m_from.layers.empty()) throw config_error("layers: there are none; right: at least 1");
    validate(m_from.input_type, "input_type");
    refuse_signed_bit(m_from.input_type, "input_type");
    check_scale(m_from.input_scale, "input_scale");
    m_net.name = m_from.name;
    m_net.input = "input";
    m_net.output = "output";
    add_node(m_from.input_type.is_bipolar ? "BipolarQuant_input" : "Quant_input",
             quantizer(m_from.input_type, m_from.input_scale), {"input"}, "input_quantized");
    for (std::size_t l = 0; l < m_from.layers.size(); ++l) add_layer(l);
    m_net.input_shape = {1, m_from.layers.front().weights.shape[1]};
    m_net.nodes.back().output = "output";
    return std::move(m_net);
  }

 private:
  void add_node(std::string name, network_op op, std::vector<std::string> inputs, std::string output) {
    for (const network_node& node : m_net.nodes)
      if (node.name == name)
        throw config_error(fmt::format("layers: two nodes would have the name {}; right: one name each", name));
    m_current = output;
    m_net.nodes.push_back({std::move(name), std::move(op), std::move(inputs), std::move(output)});
  }

  static void refuse_signed_bit(integer_type type, const std::string& path) {
    if (type.bits == 1 && type.is_signed && !type.is_bipolar)
      throw config_error(fmt::format("{}: INT1 has no QONNX quantizer; nearest: INT2, BIPOLAR", path));
  }

  void check_layer(const linear_layer& layer, const std::string& path) const {
    validate(layer.weights, path + ".weights");
    refuse_signed_bit(layer.weights.type, path + ".weights");
    if (layer.weights.shape.size() != 2) throw config_error(fmt::format("{}.weights must be [MH, MW]", path));
    if (m_width != 0 && layer.weights.shape[1] != m_width)
      throw config_error(fmt::format("{}.weights have {} columns, but the layer before has {} rows", path,
                                     layer.weights.shape[1], m_width));
    const auto rows = static_cast<std::size_t>(layer.weights.shape[0]);
    if (layer.scale.size() != 1 && layer.scale.size() != rows)
      throw config_error(fmt::format("{}.scale has {} values; right: 1 or {}", path, layer.scale.size(), rows));
    for (std::size_t i = 0; i < layer.scale.size(); ++i)
      check_scale(layer.scale[i], fmt::format("{}.scale[{}]", path, i));
    if (!layer.bias.empty() && layer.bias.size() != rows)
      throw config_error(fmt::format("{}.bias has {} values; right: 0 or {}", path, layer.bias.size(), rows));
    for (std::size_t i = 0; i < layer.bias.size(); ++i)
      if (!std::isfinite(layer.bias[i]))
        throw config_error(fmt::format("{}.bias[{}] = {}; right: finite", path, i, layer.bias[i]));
    if (layer.claimed_bits && (*layer.claimed_bits < 1 || *layer.claimed_bits > integer_type::max_bits))
      throw config_error(
          fmt::format("{}.claimed_bits = {}; right: 1 to {}", path, *layer.claimed_bits, integer_type::max_bits));
  }

  /// The weights as the file has them, [MW, MH], behind a Quant of their own.
  void add_weights(const linear_layer& layer, const std::string& path, const std::string& name) {
    const integer_tensor& q = layer.weights;
    const std::int64_t rows = q.shape[0], columns = q.shape[1];
    float_tensor scale = layer.scale.size() == 1 ? scalar(layer.scale[0]) : float_tensor{{1, rows}, layer.scale};
    quant_op quant = quant_of(q.type, scale);
    quant.narrow = q.type.is_signed && q.type.bits > 1;
    const quant_op full_range = quant_of(q.type, {});
    float_tensor weights{{columns, rows}, std::vector<float>(static_cast<std::size_t>(q.size()))};
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t k = 0; k < columns; ++k) {
        const std::size_t words = static_cast<std::size_t>(q.type.words());
        const big_int integer = load({q.at(row * columns + k), words}, q.type);
        const float s = layer.scale[layer.scale.size() == 1 ? 0 : static_cast<std::size_t>(row)];
        // A product of 24 bits each is exact in double, and rounded once.
        const auto real = static_cast<float>(static_cast<double>(integer) * static_cast<double>(s));
        weights.values[static_cast<std::size_t>(k * rows + row)] = real;
        if (q.type.is_bipolar) continue;
        if (quant.narrow && integer == min_value(q.type)) quant.narrow = false;
        if (!std::isfinite(real) || level_of(real, s, 0, full_range) != integer)
          throw config_error(
              fmt::format("{}.weights[{}, {}] = {} would not survive as the float32 {} with scale {}; "
                          "right: less than 2^22, and a product within float32's range",
                          path, row, k, integer.str(), double{real}, s));
      }
    const std::string real_name = name + "_weights", quantized = name + "_weights_quantized";
    m_net.constants[real_name] = std::move(weights);
    if (q.type.is_bipolar)
      add_node(fmt::format("BipolarQuant_{}_weights", name), bipolar_quant_op{std::move(scale)}, {real_name},
               quantized);
    else
      add_node(fmt::format("Quant_{}_weights", name), std::move(quant), {real_name}, quantized);
  }

  void add_layer(std::size_t index) {
    const linear_layer& layer = m_from.layers[index];
    const std::string path = fmt::format("layers[{}]", index), input = m_current;
    const std::string name = layer.name.empty() ? fmt::format("MatMul_{}", index) : layer.name;
    check_layer(layer, path);
    add_weights(layer, path, name);
    add_node(name, matmul_op{}, {input, name + "_weights_quantized"}, name + "_output");
    if (layer.claimed_bits) m_net.metadata[accumulator_key(name)] = fmt::to_string(*layer.claimed_bits);
    m_width = layer.weights.shape[0];
    if (!layer.bias.empty()) {
      m_net.constants[name + "_bias"] = {{m_width}, layer.bias};
      add_node("Add_" + name, add_op{}, {m_current, name + "_bias"}, name + "_biased");
    }
    if (layer.activation) {
      const integer_type type = layer.activation->type;
      validate(type, path + ".activation.type");
      refuse_signed_bit(type, path + ".activation.type");
      check_scale(layer.activation->scale, path + ".activation.scale");
      add_node((type.is_bipolar ? "BipolarQuant_" : "Quant_") + name, quantizer(type, layer.activation->scale),
               {m_current}, name + "_activation");
    } else if (index + 1 < m_from.layers.size()) {
      throw config_error(fmt::format("{} has no activation: only the last layer may be without one", path));
    }
  }

  const linear_export& m_from;
  network m_net;
  std::string m_current;
  std::int64_t m_width = 0;
};

}  // namespace

network make_linear_network(const linear_export& from) { return linear_writer(from).write(); }

std::string accumulator_key(const std::string& node) { return "spillway.accumulator." + node; }

}  // namespace spillway
