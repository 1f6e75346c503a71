// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/qcdq.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/tensor.h"

namespace spillway {

namespace {

/// One value for the whole tensor, or one for each index of `axis`, as a tensor that broadcasts.
float_tensor along_axis(const node_reader& reader, float_tensor parameter, const tensor_shape& x, std::int64_t axis,
                        const char* what) {
  if (parameter.values.size() == 1) return {{}, parameter.values};
  const auto at = static_cast<std::size_t>(reader.axis_of(axis, x));
  if (parameter.shape != tensor_shape{x[at]})
    reader.refuse("its {} is {}; right: one value, or [{}]", what, text(parameter.shape), x[at]);
  parameter.shape.insert(parameter.shape.end(), x.size() - at - 1, 1);
  return parameter;
}

/// One value for each block of `size` along `axis`, as one an element.
float_tensor spelled_out(const node_reader& reader, const float_tensor& blocks, const tensor_shape& x,
                         std::int64_t axis, std::int64_t size, const char* what) {
  const auto at = static_cast<std::size_t>(reader.axis_of(axis, x));
  tensor_shape expected = x;
  if (size > 0) expected[at] = (x[at] - 1) / size + 1;
  if (size < 1 || blocks.shape != expected)
    reader.refuse("its {} is {} in blocks of {} along dimension {} of {}; right: {}", what, text(blocks.shape), size,
                  at, text(x), text(expected));
  float_tensor result{x, {}};
  std::int64_t inner = 1;
  for (std::size_t d = at + 1; d < x.size(); ++d) inner *= x[d];
  for (std::int64_t i = 0, end = elements(x, reader.name); i < end; ++i) {
    const std::int64_t outer = i / inner / x[at], along = i / inner % x[at] / size;
    result.values.push_back(
        blocks.values[static_cast<std::size_t>((outer * expected[at] + along) * inner + i % inner)]);
  }
  return result;
}

/// Scale and zero point, which both nodes state alike; `x` is the tensor's shape.
void read_parameters(node_reader& reader, const tensor_shape& x, linear_levels& levels, bool may_have_blocks = false) {
  const auto in = reader.inputs(2, 3);
  const std::int64_t axis = reader.attributes.integer("axis", 1), block = reader.attributes.integer("block_size", 0);
  if (block != 0 && !may_have_blocks) reader.refuse("it has a block_size; right: one scale a channel");
  const auto read = [&](const std::string& tensor, const char* what) {
    float_tensor parameter = reader.parameter(tensor, what);
    return block != 0 ? spelled_out(reader, parameter, x, axis, block, what)
                      : along_axis(reader, std::move(parameter), x, axis, what);
  };
  levels.scale = read(in[1], "scale");
  levels.zero_point = {{}, {0}};
  if (in.size() == 3) levels.zero_point = read(in[2], "zero point");
}

/// The quantizer of these levels. Throws `input_error` if there is none.
quant_op quantizer_of(const node_reader& reader, const linear_levels& levels) {
  quant_op op;
  op.scale = levels.scale;
  op.zero_point = levels.zero_point;
  op.is_signed = levels.least < 0;
  // Bits b have 2^b levels; one less in narrow range.
  const auto range = static_cast<std::uint64_t>(levels.greatest) - static_cast<std::uint64_t>(levels.least);
  op.bits = static_cast<int>(std::bit_width(range));
  op.narrow = std::has_single_bit(range + 2) && range > 0;
  const bool is_quantizer = levels.least <= 0 && levels.greatest > 0 && op.bits <= 32 &&
                            least_level(op) == levels.least && greatest_level(op) == levels.greatest;
  if (!is_quantizer)
    reader.refuse("its levels are {} to {}; right: 0 to 2^b - 1, or -2^(b-1) to 2^(b-1) - 1, or one less (narrow)",
                  levels.least, levels.greatest);
  validate(op, reader.name);
  return op;
}

/// The quantizer whose integers are those of the levels less their zero points, which differ.
quant_op quantizer_without_zero_points(const linear_levels& levels) {
  const auto [least, greatest] = std::minmax_element(levels.zero_point.values.begin(), levels.zero_point.values.end());
  const auto low = levels.least - static_cast<std::int64_t>(*greatest);
  const auto high = levels.greatest - static_cast<std::int64_t>(*least);
  quant_op op{levels.scale, {{}, {0}}, 1, low < 0};
  while (least_level(op) > low || greatest_level(op) < high) ++op.bits;
  return op;
}

bool is_odd(float zero_point) { return std::fmod(zero_point, 2.0F) != 0; }

}  // namespace

linear_levels read_quantize_linear(node_reader& reader) {
  const auto in = reader.inputs(2, 3);
  linear_levels levels{in[0], {}, {}};
  read_parameters(reader, reader.lookup.shape(in[0]), levels);
  reader.attributes.boolean("saturate", true);  // of float8
  reader.attributes.integer("precision", 0);    // of the division, which is exact here
  graph_constant range;
  set_integer_range(onnx::TensorProto::UINT8, reader.name, range);
  if (const std::int64_t type = reader.attributes.integer("output_dtype", 0); type != 0)
    set_integer_range(static_cast<int>(std::clamp<std::int64_t>(type, -1, 1000)), reader.name, range);
  if (in.size() == 3) {
    range = reader.constant(in[2], "zero point");
    if (!range.is_integer) reader.refuse("its zero point is real; right: an integer of the type that it makes");
  }
  levels.least = range.least;
  levels.greatest = range.greatest;
  reader.attributes.finish();
  return levels;
}

linear_levels read_linear_parameters(node_reader& reader) {
  linear_levels levels;
  read_parameters(reader, reader.lookup.shape(reader.node.input(0)), levels);
  reader.attributes.integer("output_dtype", 0);
  reader.attributes.finish();
  return levels;
}

void clip_range(node_reader& reader, std::int64_t& least, std::int64_t& greatest) {
  reader.inputs(1, 3);
  const auto end = [&](int input, const char* what, std::int64_t otherwise) {
    if (!reader.has_input(input)) return otherwise;
    const auto values = as_integers(reader.constant(reader.node.input(input), what), reader.name);
    if (values.size() != 1) reader.refuse("its {} has {} values; right: 1", what, values.size());
    return values[0];
  };
  least = std::max(least, end(1, "minimum", least));
  greatest = std::min(greatest, end(2, "maximum", greatest));
  if (least > greatest) reader.refuse("it leaves the integers {} to {}; right: the lower end first", least, greatest);
  reader.attributes.finish();
}

quant_op read_dequantize_linear(node_reader& reader, const linear_levels& levels) {
  const linear_levels own = read_linear_parameters(reader);
  if (own.scale != levels.scale) reader.refuse("its scale is not that of the QuantizeLinear before; right: the same");
  if (own.zero_point != levels.zero_point)
    reader.refuse("its zero point is not that of the QuantizeLinear before; right: the same");
  quant_op op = quantizer_of(reader, levels);
  // It rounds half to even before it adds the zero point, a Quant after.
  const auto odd = std::count_if(op.zero_point.values.begin(), op.zero_point.values.end(), is_odd);
  if (odd != 0 && odd != std::ssize(op.zero_point.values))
    reader.refuse("some of its zero points are odd, some even, so that ties round differently; right: all the same");
  op.rounding = odd != 0 ? rounding_mode::half_odd : rounding_mode::round;
  op.rounds_first = true;
  return op;
}

dequantized_constant read_dequantized_constant(node_reader& reader, const graph_constant& constant) {
  if (!constant.is_integer) reader.refuse("its input is real; right: integers");
  linear_levels levels;
  read_parameters(reader, constant.shape, levels, true);
  reader.attributes.integer("output_dtype", 0);
  reader.attributes.finish();
  dequantized_constant result{{constant.shape, {}}, {}};
  // The range of 64-bit integers does not fit in one of their own.
  if (static_cast<std::uint64_t>(constant.greatest) - static_cast<std::uint64_t>(constant.least) < 1U << 16) {
    levels.least = constant.least;
    levels.greatest = constant.greatest;
    const std::vector<float>& zeros = levels.zero_point.values;
    const bool alike = std::adjacent_find(zeros.begin(), zeros.end(), std::not_equal_to<>()) == zeros.end();
    if (alike) levels.zero_point = {{}, {zeros.at(0)}};
    result.quantizer = alike ? quantizer_of(reader, levels) : quantizer_without_zero_points(levels);
  }
  broadcast(constant.shape, levels.scale.shape, reader.name);
  broadcast_index scales(levels.scale.shape, constant.shape), zeros(levels.zero_point.shape, constant.shape);
  for (const std::int64_t q : constant.integers) {
    const double level = static_cast<double>(q) - double{levels.zero_point.values[zeros.next()]};
    result.values.values.push_back(static_cast<float>(level) * levels.scale.values[scales.next()]);
    if (!std::isfinite(result.values.values.back())) reader.refuse("{} times its scale is beyond float32", level);
  }
  return result;
}

}  // namespace spillway
