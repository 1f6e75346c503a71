// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "spillway/models/numbers/storage.h"
#include "spillway/models/streamline/streamliner.h"
#include "spillway/models/streamline/threshold_draft.h"
#include "spillway/models/support/error.h"

// MatMul, Gemm and Conv: integers times integer weights; scales and offsets are drawn out of the sums.

namespace spillway {

const quantized_constant& streamliner::weights() {
  const auto found = m_constants.find(m_node->inputs.at(1));
  if (found == m_constants.end()) refuse("its weights are computed from the input; right: constants");
  std::optional<quantized_constant>& quantized = found->second.quantized;
  if (!quantized && (quantized = whole_numbers(found->second.real)))
    assume(m_node->name, "weights", to_string(quantized->integers.type),
           "they have no quantizer, and are whole numbers");
  if (!quantized) refuse("its weights are not quantized; right: a Quant or BipolarQuant between constant and product");
  return *quantized;
}

tensor_flow& streamliner::factors(const char* what) {
  if (constant(0)) refuse(fmt::format("its {} is constant; right: the activations, with weights behind them", what));
  tensor_flow& from = integers(0);
  settle_steps(from);
  if (m_draft.is_sum(from.value)) refuse("its input is another product's sums; right: a Quant between the two");
  return from;
}

namespace {

/// The scale of each weight, in the file's order.
std::vector<std::size_t> scale_indices(const quantized_constant& weights) {
  const auto size = static_cast<std::size_t>(weights.integers.size()), scales = weights.scale.size();
  std::vector<std::size_t> result(size);
  if (scales == 1 || weights.scale_shape[0] == static_cast<std::int64_t>(scales)) {  // all alike, or one an output
    const std::size_t run = size / scales;
    for (std::size_t i = 0; i < scales; ++i) std::fill_n(result.begin() + static_cast<std::ptrdiff_t>(i * run), run, i);
    return result;
  }
  broadcast_index index(weights.scale_shape, weights.shape);
  for (std::size_t& scale : result) scale = index.next();
  return result;
}

}  // namespace

namespace {

rational common_divisor(const rational& a, const rational& b) {
  return rational(gcd(big_int(numerator(a) * denominator(b)), big_int(numerator(b) * denominator(a))),
                  denominator(a) * denominator(b));
}

constexpr std::int64_t most_multiples = std::int64_t{1} << 31;

}  // namespace

streamliner::weight_grid streamliner::grid_of(const quantized_constant& weights, const weight_layout& layout) const {
  const std::vector<std::size_t> scale_of = scale_indices(weights);
  const auto scale_at = [&](std::int64_t source) { return weights.scale[scale_of[static_cast<std::size_t>(source)]]; };
  weight_grid grid;
  for (std::int64_t row = 0; row < layout.rows; ++row) {
    const auto first = layout.source.begin() + row * layout.columns;
    std::optional<rational> step;
    std::set<float> scales;
    float last = 0;  // no scale is
    for (auto source = first; source != first + layout.columns; ++source) {
      if (*source < 0 || scale_at(*source) == last) continue;
      last = scale_at(*source);
      if (scales.insert(last).second) step = step ? common_divisor(*step, exact(last)) : exact(last);
    }
    for (const float scale : scales) {
      const rational multiple = exact(scale) / *step;
      if (multiple > most_multiples)
        refuse(
            fmt::format("the scale of its weights differs within a row (output {}); right: one scale, one for each "
                        "output, or small multiples of one",
                        row));
      if (multiple != 1) grid.multiples[{row, scale}] = static_cast<std::int64_t>(numerator(multiple));
    }
    grid.scale.emplace_back(step.value_or(1));
  }
  return grid;
}

integer_tensor streamliner::weight_tensor(const quantized_constant& weights, const weight_layout& layout,
                                          const weight_grid& grid) const {
  const integer_tensor& from = weights.integers;
  const bool has_zeros = std::find(layout.source.begin(), layout.source.end(), -1) != layout.source.end();
  const integer_type type = has_zeros && from.type.is_bipolar ? signed_type(2) : from.type;
  if (!grid.multiples.empty()) return multiplied(weights, layout, grid);
  integer_tensor rows = integer_tensor::zeros(type, {layout.rows, layout.columns});
  for (std::int64_t i = 0, end = rows.size(); i < end; ++i)
    if (const std::int64_t source = layout.source[static_cast<std::size_t>(i)]; source >= 0)
      std::copy_n(from.at(source), type.words(), rows.at(i));
  return rows;
}

/// Weights of several scales in a row on the grid of their common divisor.
integer_tensor streamliner::multiplied(const quantized_constant& weights, const weight_layout& layout,
                                       const weight_grid& grid) const {
  const std::vector<std::size_t> scale_of = scale_indices(weights);
  std::vector<big_int> values;
  value_range range{0, 0};
  for (std::size_t i = 0; i < layout.source.size(); ++i) {
    const std::int64_t source = layout.source[i], row = static_cast<std::int64_t>(i) / layout.columns;
    big_int value = source < 0 ? big_int(0) : load_as<big_int>(weights.integers.at(source), weights.integers.type);
    if (source >= 0)
      if (const auto found = grid.multiples.find({row, weights.scale[scale_of[static_cast<std::size_t>(source)]]});
          found != grid.multiples.end())
        value *= found->second;
    range = {std::min(range.low, value), std::max(range.high, value)};
    values.push_back(std::move(value));
  }
  integer_tensor rows = integer_tensor::zeros(smallest_type(range), {layout.rows, layout.columns});
  for (std::size_t i = 0; i < values.size(); ++i) store_as(values[i], rows.type, rows.at(static_cast<std::int64_t>(i)));
  assume(m_node->name, "weights", to_string(rows.type),
         fmt::format("they have several scales in a row, and are multiples of their common divisor, instead of {}",
                     to_string(weights.integers.type)));
  return rows;
}

namespace {

/// weights[row] . offset, where column k has the offset of channel k % channels.
bracket offset_sum(const integer_tensor& rows, std::int64_t row, const channel_values& offset, std::int64_t channels) {
  const std::int64_t columns = rows.shape[1];
  const auto weight = [&](std::int64_t k) { return load_as<big_int>(rows.at(row * columns + k), rows.type); };
  if (all_equal(offset)) {
    if (offset[0].is_zero()) return 0;
    big_int sum = 0;
    for (std::int64_t k = 0; k < columns; ++k) sum += weight(k);
    return bracket(rational(sum)) * offset[0];
  }
  bracket sum = 0;
  for (std::int64_t k = 0; k < columns; ++k)
    sum = sum + bracket(rational(weight(k))) * of_channel(offset, k % channels);
  return sum;
}

}  // namespace

/// Scales that differ within a row, of the weights or of the input's channels: each weight is multiplied by how many
/// times its scale is the one that all of the row are multiples of.
void streamliner::take_out_scales(integer_layer& layer, affine_step& sums, const quantized_constant& weights,
                                  const weight_layout& layout, const affine_step& meaning, std::int64_t channels) {
  constexpr int most_bits = 31;
  const std::vector<std::size_t> scale_of = scale_indices(weights);
  const auto exact_of = [&](const bracket& scale) {
    if (!scale.is_exact())
      refuse("the scale of its input differs from channel to channel, and is no fraction; right: one");
    return scale.low();
  };
  std::vector<big_int> multiplied;
  big_int low = 0, high = 0;
  for (std::int64_t row = 0; row < layout.rows; ++row) {
    std::vector<rational> scales;
    rational unit = 0;
    bracket offset = 0;
    for (std::int64_t column = 0; column < layout.columns; ++column) {
      const auto at = static_cast<std::size_t>(row * layout.columns + column);
      const big_int weight = load_as<big_int>(layer.weights.at(static_cast<std::int64_t>(at)), layer.weights.type);
      const std::int64_t channel = column % channels;
      rational scale = 0;
      if (weight != 0) {
        const rational own = exact(weights.scale[scale_of[static_cast<std::size_t>(layout.source[at])]]);
        scale = own * exact_of(of_channel(meaning.scale, channel));
        unit = common_divisor(unit, scale);
        offset = offset + bracket(rational(weight * own)) * of_channel(meaning.offset, channel);
      }
      scales.push_back(scale);
    }
    if (unit == 0) unit = 1;
    for (std::int64_t column = 0; column < layout.columns; ++column) {
      const rational times = scales[static_cast<std::size_t>(column)] / unit;
      if (abs(times) >= (big_int(1) << most_bits))
        refuse(
            fmt::format("the scales of its input's channels, or of its weights within a row (output {}), are no "
                        "multiples of one scale by less than 2^{}; right: one scale, or scales whose ratios are of "
                        "small numbers",
                        row, most_bits));
      multiplied.push_back(numerator(times) *
                           load_as<big_int>(layer.weights.at(row * layout.columns + column), layer.weights.type));
      low = std::min(low, multiplied.back());
      high = std::max(high, multiplied.back());
    }
    sums.scale.emplace_back(unit);
    sums.offset.push_back(offset);
  }
  const int before = layer.weights.type.bits;
  layer.weights = integer_tensor::zeros(signed_type(bits_for(low, high, true)), layer.weights.shape);
  for (std::size_t i = 0; i < multiplied.size(); ++i)
    store_as(multiplied[i], layer.weights.type, layer.weights.at(static_cast<std::int64_t>(i)));
  assume(m_node->name, "weights", to_string(layer.weights.type),
         fmt::format("the scales within a row differ, and they are multiples of one, instead of {} bits", before));
}

void streamliner::emit_matrix(const tensor_flow& from, int input, const quantized_constant& weights,
                              const weight_layout& layout, const affine_step& meaning) {
  integer_layer layer;
  layer.name = m_node->name;
  layer.input_type = m_draft.value(input).type;
  affine_step sums{{}, {}};
  if (all_equal(meaning.scale)) {
    weight_grid grid = grid_of(weights, layout);
    layer.weights = weight_tensor(weights, layout, grid);
    sums.scale = std::move(grid.scale);
    for (std::int64_t row = 0; row < layout.rows; ++row) {
      bracket& scale = sums.scale[static_cast<std::size_t>(row)];
      sums.offset.push_back(offset_sum(layer.weights, row, meaning.offset, channels(from)) * scale);
      scale = scale * meaning.scale[0];
    }
  } else {
    layer.weights = weight_tensor(weights, layout, {});
    take_out_scales(layer, sums, weights, layout, meaning, channels(from));
  }
  if (m_report) m_report->layers.push_back({m_node->name, weights.largest_residual, weights.clamped});
  const frame_shape in = m_draft.value(input).shape;
  tensor_flow made;
  made.value = m_draft.add(std::move(layer), {input}, {in.height, in.width, layout.rows});
  made.chain = value_chain(std::move(sums));
  const bool is_image =
      std::holds_alternative<conv_op>(m_node->op) || std::holds_alternative<conv_transpose_op>(m_node->op);
  made.places = is_image ? places_channels_first({in.height, in.width, layout.rows})
                         : places_in_order(in.positions() * layout.rows);
  put(std::move(made));
}

void streamliner::emit_depthwise(const tensor_flow& from, int input, const quantized_constant& weights,
                                 const weight_layout& layout, const affine_step& meaning) {
  depthwise_layer layer;
  layer.name = m_node->name;
  layer.input_type = m_draft.value(input).type;
  weight_grid grid = grid_of(weights, layout);
  layer.weights = weight_tensor(weights, layout, grid);
  affine_step sums{std::move(grid.scale), {}};
  for (std::int64_t c = 0; c < layout.rows; ++c) {
    bracket& scale = sums.scale[static_cast<std::size_t>(c)];
    sums.offset.push_back(offset_sum(layer.weights, c, {of_channel(meaning.offset, c)}, 1) * scale);
    scale = scale * of_channel(meaning.scale, c);
  }
  if (m_report) m_report->layers.push_back({m_node->name, weights.largest_residual, weights.clamped});
  const frame_shape in = m_draft.value(input).shape;
  const int made = m_draft.add(std::move(layer), {input}, {in.height, in.width, channels(from)});
  put_image(from, made, value_chain(std::move(sums)));
}

int streamliner::flattened(tensor_flow& from) {
  const frame_shape in = frame(from);
  if (in.positions() == 1) return from.value;
  const affine_step meaning = affine(from);
  if (from.value == 0 && !m_draft.is_read(0) && meaning.scale.size() == 1 && meaning.offset.size() == 1) {
    m_draft.flatten_input();
    return from.value;
  }
  window_layer window{m_node->name + "_window", {}};
  window.geometry.kernel_h = in.height;
  window.geometry.kernel_w = in.width;
  return m_draft.add(std::move(window), {from.value}, {1, 1, in.elements()}, m_draft.value(from.value).type);
}

void streamliner::multiply(bool weights_are_rows) {
  tensor_flow& from = factors("left operand");
  const quantized_constant& of = weights();
  if (of.shape.size() != 2) refuse("its weights are no matrix; right: [inputs, outputs]");
  const std::int64_t m = of.shape[weights_are_rows ? 0 : 1], k = of.shape[weights_are_rows ? 1 : 0];
  const auto source = [&](std::int64_t row, std::int64_t column) {
    return weights_are_rows ? row * k + column : column * m + row;
  };
  const bool is_flat = from.size() == k;
  if (is_flat) part_copies(from);
  const affine_step meaning = affine(from);
  if (!is_flat && (channels(from) != k || *from.places != *places_in_order(from.size())))
    refuse("multiplies along a dimension that is not the channels; right: [batch, inputs], channels last");
  const int input = is_flat ? flattened(from) : from.value;
  // Elements of the hardware's frame that are none of the file's have weights of 0.
  const std::int64_t columns = m_draft.value(input).shape.channels;
  weight_layout layout{m, columns, std::vector<std::int64_t>(static_cast<std::size_t>(m * columns), -1)};
  for (std::int64_t row = 0; row < m; ++row)
    for (std::int64_t column = 0; column < k; ++column) {
      // The file's element `column` is element `places` of what the hardware has.
      const std::int64_t at = is_flat ? (*from.places)[static_cast<std::size_t>(column)] : column;
      layout.source[static_cast<std::size_t>(row * columns + at)] = source(row, column);
    }
  emit_matrix(from, input, of, layout, meaning);
}

void streamliner::take(const matmul_op&) { multiply(false); }

void streamliner::take(const gemm_op& op) {
  if (op.alpha == 0) refuse("alpha is 0, so that its input has no effect; right: another factor");
  multiply(op.trans_b);
  tensor_flow& made = m_flows.at(m_node->output);
  made.chain.multiply({bracket(double{op.alpha})});
  if (m_node->inputs.size() < 3 || op.beta == 0) return;
  const constant_value* bias = constant(2);
  if (!bias) refuse("its bias is computed from the input; right: a constant");
  std::vector<bracket> values = reals_of(bias->real);
  for (bracket& value : values) value = value * bracket(double{op.beta});
  made.chain.add(parameter(made, bias->real.shape, values, "bias"));
}

int streamliner::padded(int value, const window_shape& w, std::int64_t with, std::int64_t stride_h,
                        std::int64_t stride_w) {
  if (w.top == 0 && w.left == 0 && w.bottom == 0 && w.right == 0 && stride_h == 1 && stride_w == 1) return value;
  const frame_shape in = m_draft.value(value).shape;
  padding_layer layer{m_node->name + "_pad", w.top, w.left, w.bottom, w.right, with, stride_h, stride_w};
  return m_draft.add(std::move(layer), {value},
                     {(in.height - 1) * stride_h + 1 + w.top + w.bottom,
                      (in.width - 1) * stride_w + 1 + w.left + w.right, in.channels},
                     m_draft.value(value).type);
}

int streamliner::windowed(int value, const window_shape& w) {
  if (w.kernel_h == 1 && w.kernel_w == 1 && w.stride_h == 1 && w.stride_w == 1) return value;
  const frame_shape in = m_draft.value(value).shape;
  window_layer layer{m_node->name + "_window", w};
  layer.geometry.top = layer.geometry.left = layer.geometry.bottom = layer.geometry.right = 0;
  const frame_shape out{(in.height - (w.kernel_h - 1) * w.dilation_h - 1) / w.stride_h + 1,
                        (in.width - (w.kernel_w - 1) * w.dilation_w - 1) / w.stride_w + 1,
                        in.channels * w.kernel_h * w.kernel_w};
  return m_draft.add(std::move(layer), {value}, out, m_draft.value(value).type);
}

/// A convolution of one pixel, whose channels need not be together: a matrix.
bool streamliner::take_pixel(const conv_op& op, tensor_flow& from, const quantized_constant& of) {
  const window_shape& w = op.window;
  const bool is_pixel = of.shape.size() == 4 && from.shape.size() == 4 && from.shape[2] == 1 && from.shape[3] == 1 &&
                        w.kernel_h == 1 && w.kernel_w == 1 && w.top == 0 && w.left == 0 && w.bottom == 0 &&
                        w.right == 0;
  if (!is_pixel || is_channels_first(from, frame(from)) || from.size() != of.shape[1] * op.group) return false;
  const std::int64_t m = of.shape[0], own = of.shape[1];
  part_copies(from);
  const affine_step meaning = affine(from);
  const int input = flattened(from);
  // Elements of the hardware's frame that are none of the file's have weights of 0.
  const std::int64_t columns = m_draft.value(input).shape.channels;
  weight_layout layout{m, columns, std::vector<std::int64_t>(static_cast<std::size_t>(m * columns), -1)};
  for (std::int64_t row = 0; row < m; ++row)
    for (std::int64_t i = 0; i < own; ++i) {
      const std::int64_t place = (*from.places)[static_cast<std::size_t>(row / (m / op.group) * own + i)];
      layout.source[static_cast<std::size_t>(row * columns + place)] = row * own + i;
    }
  emit_matrix(from, input, of, layout, meaning);
  return true;
}

void streamliner::add_bias(std::int64_t channels) {
  if (m_node->inputs.size() < 3) return;
  const constant_value* bias = constant(2);
  if (!bias || bias->real.shape != tensor_shape{channels}) refuse("its bias is no constant of one value an output");
  tensor_flow& made = m_flows.at(m_node->output);
  made.chain.add(parameter(made, {channels, 1, 1}, reals_of(bias->real), "bias"));
}

void streamliner::take(const conv_op& op) {
  tensor_flow& from = factors("input");
  const quantized_constant& of = weights();
  if (take_pixel(op, from, of)) return add_bias(of.shape[0]);
  as_image(from);
  const std::int64_t c = channels(from), group = op.group;
  const window_shape& w = op.window;
  if (of.shape.size() != 4 || group < 1 || c % group != 0 || of.shape[0] % group != 0 || of.shape[1] != c / group ||
      of.shape[2] != w.kernel_h || of.shape[3] != w.kernel_w)
    refuse(fmt::format("its weights [{}] do not fit {} channels in {} groups", fmt::join(of.shape, ", "), c, group));
  affine_step meaning = affine(from);
  const std::int64_t m = of.shape[0], own = c / group, area = w.kernel_h * w.kernel_w;
  const int input = windowed(padded_with(from, meaning, w, 0), w);
  convolve(from, input, of, meaning, {m, c, group, area},
           [&](std::int64_t row, std::int64_t i, std::int64_t k) { return (row * own + i) * area + k; });
}

/// The kernel, turned around, over the input with zeros between its pixels and around them.
void streamliner::take(const conv_transpose_op& op) {
  tensor_flow& from = factors("input");
  const quantized_constant& of = weights();
  as_image(from);
  const std::int64_t c = channels(from), group = op.group;
  const window_shape& w = op.window;
  const std::int64_t own = c / group, per_group = of.shape[1], m = per_group * group, area = w.kernel_h * w.kernel_w;
  window_shape over = w;
  over.stride_h = over.stride_w = 1;
  over.top = (w.kernel_h - 1) * w.dilation_h - w.top;
  over.bottom = (w.kernel_h - 1) * w.dilation_h - w.bottom + op.more_h;
  over.left = (w.kernel_w - 1) * w.dilation_w - w.left;
  over.right = (w.kernel_w - 1) * w.dilation_w - w.right + op.more_w;
  if (std::min({over.top, over.bottom, over.left, over.right}) < 0)
    refuse("it cuts more of its output than its kernel reaches; right: pads below the kernel");
  affine_step meaning = affine(from);
  const int input = windowed(padded_with(from, meaning, over, 0, w.stride_h, w.stride_w), over);
  convolve(from, input, of, meaning, {m, c, group, area}, [&](std::int64_t row, std::int64_t i, std::int64_t k) {
    return ((row / per_group * own + i) * per_group + row % per_group) * area + area - 1 - k;
  });
}

/// A product of windows of `area` pixels: `source(row, i, k)` is the weight of output `row` for element k of the i-th
/// channel of its group.
void streamliner::convolve(const tensor_flow& from, int input, const quantized_constant& of, const affine_step& meaning,
                           const kernel_sizes& sizes, const weight_source& source) {
  const auto [m, c, group, area] = sizes;
  const std::int64_t own = c / group;
  const std::vector<std::int64_t> order = channel_order(from, frame(from));
  if (group == c && m == c) {
    weight_layout layout{c, area, std::vector<std::int64_t>(static_cast<std::size_t>(c * area))};
    for (std::int64_t row = 0; row < c; ++row)
      for (std::int64_t k = 0; k < area; ++k)
        layout.source[static_cast<std::size_t>(order[static_cast<std::size_t>(row)] * area + k)] = source(row, 0, k);
    emit_depthwise(from, input, of, layout, meaning);
  } else {
    // Other groups are blocks along a diagonal: the rest of a row is zeros.
    weight_layout layout{m, area * c, std::vector<std::int64_t>(static_cast<std::size_t>(m * area * c), -1)};
    for (std::int64_t row = 0; row < m; ++row)
      for (std::int64_t i = 0; i < own; ++i)
        for (std::int64_t k = 0; k < area; ++k)
          layout.source[static_cast<std::size_t>(
              (row * area + k) * c + order[static_cast<std::size_t>(row / (m / group) * own + i)])] = source(row, i, k);
    emit_matrix(from, input, of, layout, meaning);
  }
  add_bias(m);
}

}  // namespace spillway
