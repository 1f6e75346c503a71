// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/graph_reader.h"
#include "spillway/models/onnx/names.h"
#include "spillway/models/onnx/operators.h"
#include "spillway/models/onnx/propagate_constants.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

/// Operators whose further outputs are for training, or for others to read: nobody may read them here.
constexpr std::array<std::string_view, 4> with_more_outputs{"BatchNormalization", "Dropout", "MaxPool", "TopK"};

/// What only the input decides keeps its batch: dimension 0 is moved, joined, widened or summed by nobody.
bool moves_batch(const network_op& op) {
  if (const auto* transpose = std::get_if<transpose_op>(&op)) return transpose->permutation.at(0) != 0;
  if (const auto* concat = std::get_if<concat_op>(&op)) return concat->axis == 0;
  if (const auto* softmax = std::get_if<softmax_op>(&op)) return softmax->axis == 0;
  if (const auto* top = std::get_if<top_k_op>(&op)) return top->axis == 0;
  return false;
}

}  // namespace

/// Which of a node's outputs is meant.
int graph_reader::output_of(const onnx::NodeProto& node, const std::string& name) const {
  const bool more =
      std::find(with_more_outputs.begin(), with_more_outputs.end(), node.op_type()) != with_more_outputs.end();
  const int index = node.op_type() == "TopK" ? 1 : 0;
  if (node.output_size() <= index || (node.output_size() > 1 && !more))
    throw input_error(fmt::format("{}: has {} outputs; right: {}", name, node.output_size(), index + 1));
  for (int i = 0; i < node.output_size(); ++i)
    if (i != index && !node.output(i).empty() && m_wanted.contains(node.output(i)))
      throw input_error(fmt::format("{}: its output {}, {}, is read; right: output {} only", name, i,
                                    printable(node.output(i)), index));
  return index;
}

void graph_reader::add_node(int index) {
  const onnx::NodeProto& proto = m_graph.node(index);
  const std::string& name = m_names[static_cast<std::size_t>(index)];
  if (proto.op_type() == "Split") return add_split(proto, name);
  const std::string& output = proto.output(output_of(proto, name));
  check_name(output, name + ": output");
  if (m_shapes.contains(output) || m_aliases.contains(output))
    throw input_error(fmt::format("{}: makes tensor {}, which is there already", name, output));
  const node_kind kind = node_kind_of(proto, name);
  if (kind == node_kind::constant) return add_constant(output, read_constant_node(proto, name));
  m_lookup.shape = [this, &name](const std::string& tensor) -> const tensor_shape& { return shape_of(tensor, name); };
  for (const std::string& input : proto.input())
    if (!input.empty()) shape_of(input, name);
  node_reader reader(proto, name, m_lookup);
  if (add_integers(reader, output)) return;
  if (kind == node_kind::windows) return add_columns(reader, output);
  if (kind == node_kind::agreements) return add_agreements(reader, output);
  if (add_product_of_columns(reader, output)) return;
  if (kind == node_kind::dequantize) return add_dequantize(reader, output);
  if (std::optional<graph_constant> value = propagate(reader, m_budget)) {
    m_propagated.insert(output);
    return add_constant(output, *std::move(value));
  }
  if (kind == node_kind::same) return add_alias(reader, output);
  if (kind == node_kind::propagated)
    throw input_error(fmt::format("{}: {} of what the input decides can't be taken; right: of constants only", name,
                                  proto.op_type()));
  add_operation(reader, read_node(reader), output);
}

/// One operator for each output that somebody reads, named after the node.
void graph_reader::add_split(const onnx::NodeProto& proto, const std::string& name) {
  m_lookup.shape = [this, &name](const std::string& tensor) -> const tensor_shape& { return shape_of(tensor, name); };
  node_reader reader(proto, name, m_lookup);
  const std::vector<select_op> parts = read_split(reader);
  const std::string input = resolve(proto.input(0));
  const auto constant = m_constants.find(input);
  for (int i = 0; i < proto.output_size(); ++i) {
    const std::string& output = proto.output(i);
    if (output.empty() || !m_wanted.contains(output)) continue;
    check_name(output, name + ": output");
    if (m_shapes.contains(output) || m_aliases.contains(output))
      throw input_error(fmt::format("{}: makes tensor {}, which is there already", name, output));
    const select_op& part = parts[static_cast<std::size_t>(i)];
    if (constant == m_constants.end()) {
      const std::string part_name = i == 0 ? name : unused_name(fmt::format("{}_{}", name, i), m_node_names);
      add_network_node({part_name, part, {input}, output});
      continue;
    }
    const tensor_shape shapes[] = {constant->second.shape};
    const graph_constant from = constant->second;  // adding one moves the others
    m_parameters.insert(input);
    m_propagated.insert(output);
    add_constant(output, gathered(from, output_shape({name, part, {input}, output}, shapes),
                                  selected_indices(from.shape, part.indices)));
  }
}

/// QuantizeLinear, and Clip behind it or of an integer constant. False for any other node.
bool graph_reader::add_integers(node_reader& reader, const std::string& output) {
  const std::string& type = reader.node.op_type();
  const std::string input = reader.node.input_size() > 0 ? resolve(reader.node.input(0)) : "";
  const auto levels = m_levels.find(input);
  const auto constant = m_constants.find(input);
  if (type == "QuantizeLinear" && !m_levels.contains(input)) {
    m_levels[output] = read_quantize_linear(reader);
  } else if (type == "Clip" && levels != m_levels.end()) {
    linear_levels clipped = levels->second;
    clip_range(reader, clipped.least, clipped.greatest);
    m_levels[output] = std::move(clipped);
  } else if (type == "Clip" && constant != m_constants.end() && constant->second.is_integer) {
    graph_constant clipped = constant->second;
    clip_range(reader, clipped.least, clipped.greatest);
    for (std::int64_t& value : clipped.integers) value = std::clamp(value, clipped.least, clipped.greatest);
    m_parameters.insert(input);
    m_propagated.insert(output);
    add_constant(output, std::move(clipped));
    return true;
  } else {
    const auto& names = reader.node.input();
    for (const std::string& name : names)
      if (m_levels.contains(resolve(name)) && (type != "DequantizeLinear" || name != names[0]))
        reader.refuse("reads {}, the integers of a QuantizeLinear; right: a DequantizeLinear between", printable(name));
    return false;
  }
  m_shapes[output] = m_shapes.at(input);
  return true;
}

/// Identity; Dropout, which does nothing at inference; a Cast of reals to reals.
void graph_reader::add_alias(node_reader& reader, const std::string& output) {
  const std::string& type = reader.node.op_type();
  const auto in = reader.inputs(1, type == "Dropout" ? 3 : 1);
  if (type == "Dropout") {
    reader.attributes.real("ratio", 0.5F);
    reader.attributes.integer("seed", 0);
    if (reader.has_input(2) && reader.single(in[2], "training mode") != 0)
      reader.refuse("it drops in training mode; right: inference");
  }
  if (type == "DebugMarker") reader.attributes.string("export_debug_name", "");
  if (type == "Cast") {
    reader.attributes.boolean("saturate", true);
    if (reader.attributes.integer("to", 0) != onnx::TensorProto::FLOAT)
      reader.refuse("it casts what the input decides to another type; right: FLOAT");
  }
  reader.attributes.finish();
  m_aliases[output] = resolve(in[0]);
}

/// A DequantizeLinear of the graph's input, which is integers: (x - zero point) * scale.
void graph_reader::add_affine(node_reader& reader, const std::string& input, const std::string& output) {
  const linear_levels levels = read_linear_parameters(reader);
  const bool shifts = std::any_of(levels.zero_point.values.begin(), levels.zero_point.values.end(),
                                  [](float zero) { return zero != 0; });
  read_operation read{shifts ? network_op(sub_op{}) : network_op(mul_op{}), {input}};
  read.operand = shifts ? levels.zero_point : levels.scale;
  if (shifts) read.after.push_back({mul_op{}, levels.scale});
  add_operation(reader, std::move(read), output);
}

void graph_reader::add_dequantize(node_reader& reader, const std::string& output) {
  const std::string input = resolve(reader.inputs(2, 3)[0]);
  if (const auto levels = m_levels.find(input); levels != m_levels.end())
    return add_operation(reader, {read_dequantize_linear(reader, levels->second), {levels->second.input}}, output);
  const auto constant = m_constants.find(input);
  if (constant == m_constants.end()) {
    if (input == resolve(m_net.input) && input != m_net.input) return add_affine(reader, input, output);
    reader.refuse("reads {}, which is no integers; right: a QuantizeLinear before it, or an integer constant",
                  printable(input));
  }
  m_parameters.insert(input);
  dequantized_constant real = read_dequantized_constant(reader, constant->second);
  m_propagated.insert(output);
  if (!real.quantizer) return add_constant(output, real_constant(std::move(real.values)));
  const std::string name = unused_name(output + "_values", m_tensor_names);
  m_propagated.insert(name);
  add_constant(name, real_constant(std::move(real.values)));
  add_operation(reader, {*std::move(real.quantizer), {name}}, output);
}

/// The tensor behind `steps`, which become nodes.
std::string graph_reader::laid_out(const node_reader& reader, std::string tensor, const layout_steps& steps) {
  for (const network_op& step : steps) {
    const std::string made = unused_name(tensor + "_laid_out", m_tensor_names);
    add_network_node({unused_name(reader.name + "_layout", m_node_names), step, {std::move(tensor)}, made});
    tensor = made;
  }
  return tensor;
}

/// A constant of our own making.
std::string graph_reader::operand_of(const std::string& output, float_tensor values) {
  std::string name = unused_name(output + "_operand", m_tensor_names);
  m_propagated.insert(name);
  add_constant(name, real_constant(std::move(values)));
  return name;
}

/// The tensor times -1.
std::string graph_reader::negative_of(const node_reader& reader, const std::string& tensor) {
  std::string made = unused_name(tensor + "_negative", m_tensor_names);
  following_operation minus = negation();
  add_network_node({unused_name(reader.name + "_negative", m_node_names),
                    std::move(minus.op),
                    {tensor, operand_of(made, *std::move(minus.operand))},
                    made});
  return made;
}

void graph_reader::add_operation(const node_reader& reader, read_operation read, const std::string& output) {
  quantize_weights(reader, read);
  if (read.then_flatten) read.after.push_back({flatten_op{}});
  network_node node{reader.name, std::move(read.op), {}, output};
  for (std::size_t i = 0; i < read.inputs.size(); ++i)
    node.inputs.push_back(
        laid_out(reader, resolve(read.inputs[i]), i < read.before.size() ? read.before[i] : layout_steps{}));
  if (read.of_negatives) node.inputs[0] = negative_of(reader, node.inputs[0]);
  if (read.operand) node.inputs.push_back(operand_of(output, *std::move(read.operand)));
  for (following_operation& step : read.after) {
    node.output = unused_name(output + "_before", m_tensor_names);
    const char* suffix = std::holds_alternative<flatten_op>(step.op) ? "_flatten" : "_after";
    network_node next{unused_name(reader.name + suffix, m_node_names), std::move(step.op), {node.output}, output};
    if (step.operand) next.inputs.push_back(operand_of(output, *std::move(step.operand)));
    add_network_node(std::move(node));
    node = std::move(next);
  }
  add_network_node(std::move(node));
}

void graph_reader::add_network_node(network_node node) {
  std::vector<tensor_shape> shapes;
  bool fixed = true;
  for (const std::string& input : node.inputs) {
    shapes.push_back(shape_of(input, node.name));
    m_read.insert(input);
    fixed = fixed && m_fixed.contains(input);
  }
  m_shapes[node.output] = output_shape(node, shapes);
  if (fixed)
    m_fixed.insert(node.output);
  else
    check_batch(node);
  m_net.nodes.push_back(std::move(node));
}

void graph_reader::check_batch(const network_node& node) const {
  const tensor_shape& shape = m_shapes.at(node.output);
  const std::int64_t batch = m_net.input_shape[0];
  if (shape.empty() || shape[0] != batch || moves_batch(node.op))
    throw input_error(fmt::format("{}: it makes {} of what the input decides; right: dimension 0 stays the batch, {}",
                                  node.name, text(shape), batch));
}

}  // namespace spillway
