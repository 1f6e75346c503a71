// SPDX-License-Identifier: Apache-2.0
#include "models/streamline.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <optional>

#include "models/error.h"
#include "models/exact_quant.h"
#include "models/qonnx_names.h"
#include "models/streamline_checks.h"
#include "models/streamline_constants.h"
#include "models/streamline_layers.h"

namespace spillway {

namespace {

/// What flows through the graph at one point.
enum class stage : unsigned char {
  real,         ///< the network's input, before its quantizer
  levels,       ///< integers: the quantized input, or a layer's thresholded output
  accumulators  ///< the sums of the product under way
};

/// Walks the one path from input to output, carrying what its integers stand for.
class streamliner {
 public:
  streamliner(const network& net, streamline_report* report) : m_net(net), m_report(report) {}

  integer_network run() {
    if (m_report) *m_report = {};
    m_shapes = infer_shapes(m_net);
    require_one_path(m_net);
    for (const auto& [name, tensor] : m_net.constants) m_constants.emplace(name, tensor);
    m_result.name = m_net.name;
    m_current = m_net.input;
    for (const network_node& node : m_net.nodes) {
      m_node = &node;
      std::visit([this](const auto& op) { take(op); }, node.op);
    }
    finish();
    apply_claims(m_net, m_result);
    validate(m_result);
    return std::move(m_result);
  }

 private:
  [[noreturn]] void refuse(std::string_view reason) const {
    throw input_error(fmt::format("{}: {}", m_node->name, reason));
  }

  const constant_value* constant(const std::string& tensor) const {
    const auto found = m_constants.find(tensor);
    return found == m_constants.end() ? nullptr : &found->second;
  }

  const tensor_shape& current_shape() const { return m_shapes.at(m_current); }

  /// Parameters and operands may differ between channels (the last dimension of two), and nowhere else.
  void require_channelwise(const tensor_shape& shape, const char* what) const {
    const std::int64_t last = shape.empty() ? 1 : shape.back();
    if (elements(shape, m_node->name) != last || (last > 1 && current_shape().size() != 2))
      refuse(
          fmt::format("its {} [{}] differs in other dimensions than the channels of [batch, channels]; right: one "
                      "value, or one a channel",
                      what, fmt::join(shape, ", ")));
  }

  void move_on() { m_current = m_node->output; }

  template <class Op>
  bool folded(const Op& op) {
    const constant_value* input = constant(m_node->inputs[0]);
    if (!input) return false;
    if constexpr (std::is_same_v<Op, transpose_op>)
      m_constants.insert_or_assign(m_node->output, apply(op, *input));
    else
      m_constants.insert_or_assign(m_node->output, apply(op, *input, m_node->name));
    return true;
  }

  template <class Op>
  void take(const Op&) {
    refuse("this operator can't be taken yet");
  }

  void take(const transpose_op& op) {
    if (!folded(op)) refuse("it transposes what the input decides; right: of constants only");
  }

  void take(const flatten_op&) {
    if (constant(m_node->inputs[0])) refuse("it flattens a constant; right: a constant of the shape that is used");
    move_on();  // the values' order stays; scales that differ between channels are of flat tensors
  }

  void take(const quant_op& op) {
    if (folded(op)) return;
    if (m_stage == stage::real) return take_input(op);
    require_accumulators();
    require_channelwise(op.scale.shape, "scale");
    require_channelwise(op.zero_point.shape, "zero point");
    make_scales_positive(*m_product);
    m_affine = add_thresholds(*m_product, op, m_node->name);
    emit_layer();
  }

  void take(const bipolar_quant_op& op) {
    if (folded(op)) return;
    if (m_stage == stage::real) {
      m_affine = {{exact(single(op.scale, "scale"))}, {0}};
      m_result.input = {bipolar_type(), op.scale.values[0], 0, -1, 1};
      return start();
    }
    require_accumulators();
    require_channelwise(op.scale.shape, "scale");
    make_scales_positive(*m_product);
    m_affine = add_thresholds(*m_product, op, m_node->name);
    emit_layer();
  }

  void require_accumulators() const {
    if (m_stage != stage::accumulators)
      refuse("it quantizes values that are quantized already; right: one quantizer after each MatMul or Gemm");
  }

  float single(const float_tensor& parameter, const char* what) const {
    for (const float value : parameter.values)
      if (value != parameter.values[0])
        refuse(fmt::format("the input's {} differs from value to value; right: one", what));
    return parameter.values[0];
  }

  /// The quantizer of the network's input, whose form is fixed: round half to even, a whole zero point.
  void take_input(const quant_op& op) {
    validate(op, m_node->name);
    const float scale = single(op.scale, "scale"), zero = single(op.zero_point, "zero point");
    if (op.rounding != rounding_mode::round)
      refuse(fmt::format("the input is rounded by {}; right: ROUND (half to even)", to_string(op.rounding)));
    if (zero != std::floor(zero) || std::abs(zero) > 0x1p62F)
      refuse(fmt::format("the input's zero point is {}; right: a whole number within 2^62", zero));
    if (op.bits > 63) refuse(fmt::format("the input has {} bits; right: 63 at most", op.bits));
    input_quantizer& input = m_result.input;
    input.type = level_type(op);
    input.scale = scale;
    input.zero_point = static_cast<std::int64_t>(zero);
    input.low = static_cast<std::int64_t>(least_level(op));
    input.high = static_cast<std::int64_t>(greatest_level(op));
    m_affine = {{exact(scale)}, {-exact(scale) * exact(zero)}};
    start();
  }

  void start() {
    m_stage = stage::levels;
    m_type = m_result.input.type;
    move_on();
  }

  void emit_layer() {
    m_type = m_product->layer.output_type;
    m_layers.push_back(std::move(m_product->layer));
    m_product.reset();
    m_stage = stage::levels;
    move_on();
  }

  void take(const matmul_op&) { take_product(false); }

  void take(const gemm_op& op) {
    take_product(op.trans_b);
    if (op.alpha == 0) refuse("alpha is 0, so that its input has no effect; right: another factor");
    scale_by({exact(op.alpha)});
    if (m_node->inputs.size() < 3 || op.beta == 0) return;
    const constant_value* bias = constant(m_node->inputs[2]);
    if (!bias) refuse("its bias is computed from the input; right: a constant");
    require_channelwise(shape_of(*bias), "bias");
    std::vector<rational> values = reals_of(*bias);
    for (rational& value : values) value *= exact(op.beta);
    shift_by(values);
  }

  void take_product(bool weights_are_rows) {
    if (constant(m_node->inputs[0]))
      refuse("its left operand is constant; right: the activations, with weights behind them");
    const constant_value* weights = constant(m_node->inputs[1]);
    if (!weights) refuse("its weights are computed from the input; right: constants");
    const auto* quantized = std::get_if<quantized_constant>(weights);
    if (!quantized)
      refuse("its weights are not quantized; right: a Quant or BipolarQuant between constant and product");
    if (m_stage == stage::real)
      refuse("its input is not quantized; right: a Quant or BipolarQuant on the network's input");
    if (m_stage == stage::accumulators) refuse("its input is another product's sums; right: a Quant between the two");
    m_product = multiply(*quantized, weights_are_rows, m_type, m_affine, m_node->name);
    m_affine = {};
    if (m_report) m_report->layers.push_back({m_node->name, quantized->largest_residual, quantized->clamped});
    m_stage = stage::accumulators;
    move_on();
  }

  /// The constant operand of an Add or Mul of activations; neither may come from a branch.
  const constant_value& operand() {
    const constant_value *a = constant(m_node->inputs[0]), *b = constant(m_node->inputs[1]);
    if (a && b) refuse("both operands are constant; right: their result, as one constant");
    if (!a && !b) refuse("both operands come from the input; right: one constant (branches can't be taken)");
    const constant_value& result = a ? *a : *b;
    if (m_stage == stage::real) refuse("it computes before the input's quantizer; right: the quantizer first");
    if (m_shapes.at(m_node->output) != current_shape())
      refuse(fmt::format("it widens [{}] to [{}]; right: a constant that broadcasts to its input",
                         fmt::join(current_shape(), ", "), fmt::join(m_shapes.at(m_node->output), ", ")));
    require_channelwise(shape_of(result), "constant");
    return result;
  }

  void take(const add_op&) {
    shift_by(reals_of(operand()));
    move_on();
  }

  void take(const mul_op&) {
    const std::vector<rational> factors = reals_of(operand());
    for (const rational& factor : factors)
      if (factor == 0) refuse("it multiplies by 0; right: another factor");
    scale_by(factors);
    move_on();
  }

  affine& values() { return m_product ? m_product->accumulator : m_affine; }

  static void widen(std::vector<rational>& values, std::size_t channels) {
    if (values.size() < channels) values.assign(channels, rational(values[0]));
  }

  void shift_by(const std::vector<rational>& by) {
    std::vector<rational>& offset = values().offset;
    widen(offset, by.size());
    for (std::size_t c = 0; c < offset.size(); ++c) offset[c] += by[by.size() == 1 ? 0 : c];
  }

  void scale_by(const std::vector<rational>& by) {
    for (std::vector<rational>* part : {&values().scale, &values().offset}) {
      widen(*part, by.size());
      for (std::size_t c = 0; c < part->size(); ++c) (*part)[c] *= by[by.size() == 1 ? 0 : c];
    }
  }

  /// The last layer's scales and offsets bring its integers back to the file's outputs.
  void finish() {
    if (m_current != m_net.output)
      throw input_error(fmt::format("output {}: the input does not reach it", m_net.output));
    if (!m_product && m_layers.empty()) throw input_error("the network has no MatMul or Gemm; right: at least one");
    if (m_product) {
      make_scales_positive(*m_product);
      m_affine = m_product->accumulator;
      m_layers.push_back(std::move(m_product->layer));
    }
    const std::int64_t rows = m_layers.back().rows();
    m_result = make_chain(m_result.name, m_result.input, std::move(m_layers));
    m_result.output_scale.clear();
    m_result.output_bias.clear();
    for (std::int64_t row = 0; row < rows; ++row) {
      const double scale = nearest_double(m_affine.scale_of(row)), bias = nearest_double(m_affine.offset_of(row));
      if (!std::isfinite(scale) || scale <= 0 || !std::isfinite(bias))
        throw input_error(
            fmt::format("output {}: output {} has scale {} and offset {}; right: a scale greater than 0, both "
                        "within double's range",
                        m_net.output, row, scale, bias));
      m_result.output_scale.push_back(scale);
      m_result.output_bias.push_back(bias);
    }
  }

  const network& m_net;
  streamline_report* m_report;
  integer_network m_result;
  std::vector<integer_layer> m_layers;
  std::map<std::string, tensor_shape> m_shapes;
  std::map<std::string, constant_value> m_constants;
  const network_node* m_node = nullptr;
  stage m_stage = stage::real;
  std::string m_current;                    ///< the tensor where the walk is
  integer_type m_type;                      ///< of the integers there
  affine m_affine;                          ///< what those stand for, unless a product is under way
  std::optional<linear_product> m_product;  ///< at stage `accumulators`
};

}  // namespace

integer_network streamline(const network& net, streamline_report* report) { return streamliner(net, report).run(); }

}  // namespace spillway
