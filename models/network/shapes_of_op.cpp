// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/network/shapes.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Sizes and positions of a window; with these, int64 holds every sum and product of two.
/// Computes one node's shape; one overload an operator, and none that takes all: a new operator must say its own.
struct shape_of {
  const std::string& node;
  std::span<const tensor_shape> in;

  template <class... Parts>
  [[noreturn]] void refuse(fmt::format_string<Parts...> format, Parts&&... parts) const {
    throw input_error(fmt::format("{}: {}", node, fmt::format(format, std::forward<Parts>(parts)...)));
  }

  /// A parameter that broadcasts against x must not widen it.
  tensor_shape same_as_input(const float_tensor& parameter, const char* what) const {
    if (broadcast(in[0], parameter.shape, node) != in[0])
      refuse("its {} {} does not broadcast to its input {}", what, text(parameter.shape), text(in[0]));
    return in[0];
  }

  tensor_shape operator()(const quant_op& op) const {
    same_as_input(op.zero_point, "zero point");
    return same_as_input(op.scale, "scale");
  }
  tensor_shape operator()(const bipolar_quant_op& op) const { return same_as_input(op.scale, "scale"); }
  tensor_shape operator()(const trunc_op& op) const {
    same_as_input(op.zero_point, "zero point");
    same_as_input(op.out_scale, "output scale");
    return same_as_input(op.scale, "scale");
  }

  tensor_shape operator()(const multi_threshold_op& op) const {
    const tensor_shape& t = op.thresholds.shape;
    if (in[0].size() < 2) refuse("its input {} has no channels; right: [n, channels, ...]", text(in[0]));
    const std::int64_t channels = op.channels_last ? in[0].back() : in[0][1];
    if (t.size() != 2 || (t[0] != 1 && t[0] != channels))
      refuse("its thresholds {} do not fit {} channels; right: [{}, steps] or [1, steps]", text(t), channels, channels);
    elements(t, node);
    return in[0];
  }

  /// [n, ..., k] by [k, m].
  tensor_shape operator()(const matmul_op&) const {
    if (in[0].size() < 3 || in[1].size() != 2) return product(false);
    if (in[0].back() != in[1][0])
      refuse("its input {} has {} columns, but its weights {} take {}", text(in[0]), in[0].back(), text(in[1]),
             in[1][0]);
    tensor_shape result = in[0];
    result.back() = in[1][1];
    return checked(result);
  }

  tensor_shape operator()(const gemm_op& op) const {
    tensor_shape result = product(op.trans_b);
    if (in.size() == 3 && broadcast(result, in[2], node) != result)
      refuse("its bias {} does not broadcast to {}", text(in[2]), text(result));
    return result;
  }

  tensor_shape operator()(const conv_op& op) const {
    const tensor_shape &x = image(), &w = in[1];
    if (w.size() != 4) refuse("its weights {} have {} dimensions; right: [m, c, kh, kw]", text(w), w.size());
    if (op.group < 1 || x[1] % op.group != 0 || w[0] % op.group != 0)
      refuse("{} groups do not divide {} input and {} output channels", op.group, x[1], w[0]);
    if (w[1] != x[1] / op.group || w[2] != op.window.kernel_h || w[3] != op.window.kernel_w)
      refuse("its weights are {}; right for {} channels in {} groups: [{}, {}, {}, {}]", text(w), x[1], op.group, w[0],
             x[1] / op.group, op.window.kernel_h, op.window.kernel_w);
    if (in.size() == 3 && in[2] != tensor_shape{w[0]})
      refuse("its bias is {}; right: [{}], one an output channel", text(in[2]), w[0]);
    return windowed(op.window, w[0]);
  }

  tensor_shape operator()(const conv_transpose_op& op) const {
    const tensor_shape &x = image(), &w = in[1];
    const window_shape& window = op.window;
    if (w.size() != 4) refuse("its weights {} have {} dimensions; right: [c, m, kh, kw]", text(w), w.size());
    if (op.group < 1 || x[1] % op.group != 0 || w[0] != x[1] || w[2] != window.kernel_h || w[3] != window.kernel_w)
      refuse("its weights {} do not fit {} channels in {} groups", text(w), x[1], op.group);
    if (in.size() == 3 && in[2] != tensor_shape{w[1] * op.group})
      refuse("its bias is {}; right: [{}], one an output channel", text(in[2]), w[1] * op.group);
    const auto size = [this](std::int64_t n, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                             std::int64_t pads, std::int64_t more) {
      for (const std::int64_t one : {kernel, stride, dilation})
        if (one < 1 || one > most_window)
          refuse("its window has a kernel, stride or dilation of {}; right: 1 to 2^30", one);
      if (pads < 0 || pads > 2 * most_window || more < 0 || more > most_window)
        refuse("its window is padded by {} and {}; right: 0 to 2^30", pads, more);
      return (n - 1) * stride + (kernel - 1) * dilation + 1 - pads + more;
    };
    return checked(
        {x[0], w[1] * op.group,
         size(x[2], window.kernel_h, window.stride_h, window.dilation_h, window.top + window.bottom, op.more_h),
         size(x[3], window.kernel_w, window.stride_w, window.dilation_w, window.left + window.right, op.more_w)});
  }

  tensor_shape operator()(const add_op&) const { return broadcast(in[0], in[1], node); }
  tensor_shape operator()(const sub_op&) const { return broadcast(in[0], in[1], node); }
  tensor_shape operator()(const mul_op&) const { return broadcast(in[0], in[1], node); }
  tensor_shape operator()(const div_op&) const { return broadcast(in[0], in[1], node); }
  tensor_shape operator()(const pow_op&) const { return broadcast(in[0], in[1], node); }
  tensor_shape operator()(const relu_op&) const { return in[0]; }
  tensor_shape operator()(const clip_op&) const { return in[0]; }

  tensor_shape operator()(const function_op&) const { return in[0]; }
  tensor_shape operator()(const prelu_op&) const {
    if (broadcast(in[0], in[1], node) != in[0])
      refuse("its slope {} does not broadcast to {}", text(in[1]), text(in[0]));
    return in[0];
  }
  tensor_shape operator()(const max_op&) const { return all_broadcast(); }
  tensor_shape operator()(const min_op&) const { return all_broadcast(); }
  tensor_shape operator()(const sum_op&) const { return all_broadcast(); }
  tensor_shape all_broadcast() const {
    tensor_shape result = in[0];
    for (const tensor_shape& shape : in.subspan(1)) result = broadcast(result, shape, node);
    return result;
  }

  tensor_shape operator()(const select_op& op) const {
    tensor_shape result = in[0];
    if (op.indices.size() != result.size())
      refuse("it selects in {} dimensions of {}; right: {}", op.indices.size(), text(result), result.size());
    for (std::size_t d = 0; d < result.size(); ++d) {
      for (const std::int64_t index : op.indices[d])
        if (index < 0 || index >= result[d]) refuse("its index {} is not in dimension {} of {}", index, d, text(in[0]));
      if (!op.indices[d].empty()) result[d] = static_cast<std::int64_t>(op.indices[d].size());
    }
    return checked(result);
  }

  tensor_shape operator()(const batch_norm_op& op) const {
    if (in[0].size() < 2) refuse("its input {} has no channels; right: [n, channels, ...]", text(in[0]));
    for (const float_tensor* parameter : {&op.scale, &op.bias, &op.mean, &op.variance})
      if (parameter->shape != tensor_shape{in[0][1]})
        refuse("one of its parameters is {}; right: [{}], one a channel", text(parameter->shape), in[0][1]);
    return in[0];
  }

  tensor_shape operator()(const max_pool_op& op) const { return pooled(op.window); }
  tensor_shape operator()(const average_pool_op& op) const {
    const window_shape& w = op.window;
    if ((w.dilation_h > 1 && w.top + w.bottom > 0) || (w.dilation_w > 1 && w.left + w.right > 0))
      refuse("its mean has dilation and padding; right: one of the two");
    return pooled(w);
  }
  tensor_shape operator()(const global_average_pool_op&) const { return {image()[0], image()[1], 1, 1}; }

  tensor_shape operator()(const upsample_op& op) const {
    tensor_shape result = image();
    for (const std::int64_t factor : {op.factor_h, op.factor_w})
      if (factor < 1 || factor > most_window) refuse("it repeats pixels {} times; right: 1 or more", factor);
    if (__builtin_mul_overflow(result[2], op.factor_h, &result[2]) ||
        __builtin_mul_overflow(result[3], op.factor_w, &result[3]))
      refuse("its output is beyond 2^31 elements");
    return checked(result);
  }

  tensor_shape operator()(const concat_op& op) const {
    check_axis(op.axis);
    tensor_shape result = in[0];
    for (std::size_t i = 1; i < in.size(); ++i) {
      tensor_shape expected = in[0];
      if (in[i].size() == expected.size())
        expected[static_cast<std::size_t>(op.axis)] = in[i][static_cast<std::size_t>(op.axis)];
      if (in[i] != expected) refuse("can't join {} and {} along dimension {}", text(in[0]), text(in[i]), op.axis);
      result[static_cast<std::size_t>(op.axis)] += expected[static_cast<std::size_t>(op.axis)];
    }
    return checked(result);
  }

  tensor_shape operator()(const pad_op& op) const {
    tensor_shape result = in[0];
    if (op.before.size() != result.size() || op.after.size() != result.size())
      refuse("it pads {} and {} dimensions of {}; right: {}", op.before.size(), op.after.size(), text(result),
             result.size());
    for (std::size_t d = 0; d < result.size(); ++d) {
      for (const std::int64_t pad : {op.before[d], op.after[d]})
        if (pad < 0 || pad > most_window) refuse("it pads by {}; right: 0 to 2^30", pad);
      result[d] += op.before[d] + op.after[d];
    }
    return checked(result);
  }

  tensor_shape operator()(const flatten_op&) const {
    if (in[0].empty()) refuse("a scalar can't be flattened");
    return {in[0][0], elements(in[0], node) / in[0][0]};
  }

  tensor_shape operator()(const reshape_op& op) const {
    if (in[0].empty()) refuse("a scalar can't be reshaped: it has no batch");
    tensor_shape result = {in[0][0]};
    result.insert(result.end(), op.shape.begin(), op.shape.end());
    if (elements(result, node) != elements(in[0], node))
      refuse("{} does not have the elements of {}", text(in[0]), text(result));
    return result;
  }

  tensor_shape operator()(const transpose_op& op) const {
    tensor_shape sorted = op.permutation;
    std::sort(sorted.begin(), sorted.end());
    tensor_shape result;
    bool is_permutation = sorted.size() == in[0].size();
    for (std::size_t d = 0; d < sorted.size(); ++d)
      is_permutation = is_permutation && sorted[d] == static_cast<std::int64_t>(d);
    if (!is_permutation) refuse("{} is no permutation of the dimensions of {}", text(op.permutation), text(in[0]));
    for (const std::int64_t d : op.permutation) result.push_back(in[0][static_cast<std::size_t>(d)]);
    return result;
  }

  tensor_shape operator()(const softmax_op& op) const {
    check_axis(op.axis);
    return in[0];
  }

  tensor_shape operator()(const top_k_op& op) const {
    check_axis(op.axis);
    tensor_shape result = in[0];
    const auto axis = static_cast<std::size_t>(op.axis);
    if (op.k < 1 || op.k > result[axis]) refuse("it asks for the greatest {} of {}", op.k, result[axis]);
    result[axis] = op.k;
    if (op.keep_dimension) return result;
    if (op.k != 1) refuse("the dimension of its {} results can't go; right: 1 result", op.k);
    result.erase(result.begin() + op.axis);
    return result;
  }

  tensor_shape product(bool trans_b) const {
    const tensor_shape &x = in[0], &w = in[1];
    if (x.size() != 2 || w.size() != 2)
      refuse("can multiply {} by a matrix only, not by {}; right: constant weights [inputs, outputs]", text(x),
             text(w));
    const std::int64_t inner = trans_b ? w[1] : w[0], outer = trans_b ? w[0] : w[1];
    if (x[1] != inner) refuse("its input {} has {} columns, but its weights {} take {}", text(x), x[1], text(w), inner);
    return checked({x[0], outer});
  }

  tensor_shape checked(tensor_shape result) const {
    elements(result, node);
    return result;
  }

  const tensor_shape& image() const {
    if (in[0].size() != 4)
      refuse("its input {} has {} dimensions; right: 4, [n, channels, height, width]", text(in[0]), in[0].size());
    return in[0];
  }

  void check_axis(std::int64_t axis) const {
    if (axis < 0 || axis >= static_cast<std::int64_t>(in[0].size()))
      refuse("its axis is {}, which {} does not have", axis, text(in[0]));
  }

  std::int64_t positions(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                         std::int64_t before, std::int64_t after) const {
    for (const std::int64_t n : {kernel, stride, dilation})
      if (n < 1 || n > most_window) refuse("its window has a kernel, stride or dilation of {}; right: 1 to 2^30", n);
    for (const std::int64_t n : {before, after})
      if (n < 0 || n > most_window) refuse("its window is padded by {}; right: 0 to 2^30", n);
    const std::int64_t extent = (kernel - 1) * dilation + 1, padded = size + before + after;
    if (extent > padded) refuse("its window spans {}, but its padded input {}", extent, padded);
    return (padded - extent) / stride + 1;
  }

  tensor_shape windowed(const window_shape& w, std::int64_t channels) const {
    const tensor_shape& x = image();
    return checked({x[0], channels, positions(x[2], w.kernel_h, w.stride_h, w.dilation_h, w.top, w.bottom),
                    positions(x[3], w.kernel_w, w.stride_w, w.dilation_w, w.left, w.right)});
  }

  /// A window that lies in the padding altogether has no greatest element and no mean.
  void require_inside(std::int64_t size, std::int64_t positions, std::int64_t kernel, std::int64_t stride,
                      std::int64_t dilation, std::int64_t before) const {
    for (std::int64_t position = 0; position < positions; ++position) {
      const std::int64_t start = position * stride - before,
                         skipped = start < 0 ? (-start + dilation - 1) / dilation : 0;
      if (skipped >= kernel || start + skipped * dilation >= size)
        refuse("a window of {} elements lies in the padding altogether; right: less padding", kernel);
    }
  }

  tensor_shape pooled(const window_shape& w) const {
    if (w.dilation_h == 1 && w.dilation_w == 1 &&
        (std::max(w.top, w.bottom) >= w.kernel_h || std::max(w.left, w.right) >= w.kernel_w))
      refuse("its padding is as large as its kernel, {} x {}; right: smaller", w.kernel_h, w.kernel_w);
    tensor_shape made = windowed(w, image()[1]);
    if (w.dilation_h > 1) require_inside(image()[2], made[2], w.kernel_h, w.stride_h, w.dilation_h, w.top);
    if (w.dilation_w > 1) require_inside(image()[3], made[3], w.kernel_w, w.stride_w, w.dilation_w, w.left);
    return made;
  }
};

/// How many inputs a node takes: least and most.
struct arity {
  std::size_t least = 1, most = 1;
};

template <class... Ops>
bool is_one_of(const network_op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

arity arity_of(const network_op& op) {
  if (is_one_of<matmul_op, add_op, sub_op, mul_op, div_op, pow_op, prelu_op>(op)) return {2, 2};
  if (is_one_of<gemm_op, conv_op, conv_transpose_op>(op)) return {2, 3};
  if (is_one_of<concat_op, max_op, min_op, sum_op>(op)) return {1, 1 << 20};
  return {1, 1};
}

}  // namespace

tensor_shape output_shape(const network_node& node, std::span<const tensor_shape> inputs) {
  const auto [least, most] = arity_of(node.op);
  if (inputs.size() < least || inputs.size() > most)
    throw input_error(fmt::format("{}: has {} inputs; right: {}", node.name, inputs.size(),
                                  least == most ? fmt::to_string(least) : fmt::format("{} to {}", least, most)));
  return std::visit(shape_of{node.name, inputs}, node.op);
}

}  // namespace spillway
