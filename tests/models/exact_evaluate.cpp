// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/models/exact_evaluate.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "spillway/models/data/dataset.h"

namespace spillway::testing {

namespace {

using shape_list = std::vector<std::int64_t>;

std::int64_t count_of(const shape_list& shape) {
  std::int64_t count = 1;
  for (const std::int64_t n : shape) count *= n;
  return count;
}

/// The value of a tensor that broadcasts, at an index of a larger one.
const rational& at(const exact_tensor& tensor, const shape_list& index) {
  std::int64_t element = 0;
  const std::size_t skip = index.size() - tensor.shape.size();
  for (std::size_t d = 0; d < tensor.shape.size(); ++d)
    element = element * tensor.shape[d] + (tensor.shape[d] == 1 ? 0 : index[d + skip]);
  return tensor.values[static_cast<std::size_t>(element)];
}

/// Makes a tensor from a function of the index.
template <class Function>
exact_tensor made(const shape_list& shape, Function&& value) {
  exact_tensor result{shape, {}};
  shape_list index(shape.size(), 0);
  for (std::int64_t i = 0; i < count_of(shape); ++i) {
    result.values.push_back(value(index));
    for (std::size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
  return result;
}

exact_tensor from(const float_tensor& tensor) {
  exact_tensor result{tensor.shape, {}};
  for (const float value : tensor.values) result.values.push_back(exact(value));
  return result;
}

rational power_of_two(int exponent) { return rational(big_int(1) << exponent); }

rational clamped(const rational& x, const rational& low, const rational& high) {
  return x < low ? low : x > high ? high : x;
}

rational root_of(const rational& value) {
  const big_int n = sqrt(numerator(value)), d = sqrt(denominator(value));
  if (rational(n, d) * rational(n, d) != value) throw std::logic_error("a root that is no fraction");
  return rational(n, d);
}

rational in_float32(const rational& value) { return exact(static_cast<float>(nearest_double(value))); }

struct evaluator {
  std::vector<exact_tensor> in;
  bool is_constant = false;  ///< all of `in` is
  const exact_tensor& x() const { return in[0]; }

  template <class Function>
  exact_tensor elementwise(Function&& function) const {
    shape_list shape = in[0].shape.size() >= in[1].shape.size() ? in[0].shape : in[1].shape;
    for (const exact_tensor& operand : in)
      for (std::size_t d = 0; d < operand.shape.size(); ++d) {
        std::int64_t& n = shape[d + shape.size() - operand.shape.size()];
        n = std::max(n, operand.shape[d]);
      }
    return made(shape, [&](const shape_list& i) { return function(at(in[0], i), at(in[1], i)); });
  }

  exact_tensor operator()(const quant_op& op) const {
    const exact_tensor scale = from(op.scale), zero = from(op.zero_point);
    rational low = op.is_signed ? rational(-power_of_two(op.bits - 1)) : rational(0);
    rational high = op.is_signed ? power_of_two(op.bits - 1) - 1 : power_of_two(op.bits) - 1;
    if (op.narrow) (op.is_signed ? low : high) += op.is_signed ? 1 : -1;
    return made(x().shape, [&](const shape_list& i) {
      rational position = at(x(), i) / at(scale, i) + at(zero, i);
      if (is_constant) position = in_float32(in_float32(at(x(), i) / at(scale, i)) + at(zero, i));
      const rational level = clamped(position, low, high);
      return rational((rational(rounded_exactly(level, op.rounding)) - at(zero, i)) * at(scale, i));
    });
  }
  exact_tensor operator()(const bipolar_quant_op& op) const {
    const exact_tensor scale = from(op.scale);
    return made(x().shape,
                [&](const shape_list& i) { return at(x(), i) >= 0 ? at(scale, i) : rational(-at(scale, i)); });
  }
  exact_tensor operator()(const trunc_op& op) const {
    const exact_tensor scale = from(op.scale), zero = from(op.zero_point), out = from(op.out_scale);
    return made(x().shape, [&](const shape_list& i) {
      const rational q(rounded_exactly(at(x(), i) / at(scale, i) + at(zero, i), rounding_mode::round));
      rational level(rounded_exactly(q / power_of_two(op.in_bits - op.out_bits), op.rounding));
      if (op.clamps) {
        const rational top = power_of_two(op.out_bits - (op.is_signed ? 1 : 0));
        level = clamped(level, op.is_signed ? rational(-top + (op.narrow ? 1 : 0)) : rational(0),
                        top - (op.narrow && !op.is_signed ? 2 : 1));
      }
      return rational((level - at(zero, i)) * at(out, i));
    });
  }
  exact_tensor operator()(const multi_threshold_op& op) const {
    const std::int64_t rows = op.thresholds.shape[0], steps = op.thresholds.shape[1];
    return made(x().shape, [&](const shape_list& i) {
      const std::int64_t row = rows == 1 ? 0 : op.channels_last ? i.back() : i[1];
      std::int64_t level = 0;
      for (std::int64_t t = 0; t < steps; ++t)
        level += exact(op.thresholds.values[static_cast<std::size_t>(row * steps + t)]) <= at(x(), i) ? 1 : 0;
      return rational(exact(op.out_scale) * level + exact(op.out_bias));
    });
  }

  exact_tensor operator()(const add_op&) const {
    return elementwise([](const rational& a, const rational& b) { return rational(a + b); });
  }
  exact_tensor operator()(const sub_op&) const {
    return elementwise([](const rational& a, const rational& b) { return rational(a - b); });
  }
  exact_tensor operator()(const mul_op&) const {
    return elementwise([](const rational& a, const rational& b) { return rational(a * b); });
  }
  exact_tensor operator()(const div_op&) const {
    return elementwise([](const rational& a, const rational& b) { return rational(a / b); });
  }
  exact_tensor operator()(const relu_op&) const {
    return made(x().shape, [&](const shape_list& i) { return std::max(at(x(), i), rational(0)); });
  }
  exact_tensor operator()(const clip_op& op) const {
    return made(x().shape, [&](const shape_list& i) { return clamped(at(x(), i), exact(op.low), exact(op.high)); });
  }
  exact_tensor operator()(const batch_norm_op& op) const {
    return made(x().shape, [&](const shape_list& i) {
      const auto of = [&](const float_tensor& t) { return exact(t.values[static_cast<std::size_t>(i[1])]); };
      return rational((at(x(), i) - of(op.mean)) / root_of(of(op.variance) + exact(op.epsilon)) * of(op.scale) +
                      of(op.bias));
    });
  }

  exact_tensor product(bool rows) const {
    const std::int64_t m = in[1].shape[rows ? 0 : 1], k = in[1].shape[rows ? 1 : 0];
    return made({x().shape[0], m}, [&](const shape_list& i) {
      rational sum = 0;
      for (std::int64_t j = 0; j < k; ++j)
        sum += at(x(), {i[0], j}) * at(in[1], rows ? shape_list{i[1], j} : shape_list{j, i[1]});
      return sum;
    });
  }
  exact_tensor operator()(const matmul_op&) const { return product(false); }
  exact_tensor operator()(const gemm_op& op) const {
    const exact_tensor y = product(op.trans_b);
    return made(y.shape, [&](const shape_list& i) {
      return rational(at(y, i) * exact(op.alpha) +
                      (in.size() > 2 ? rational(at(in[2], i) * exact(op.beta)) : rational(0)));
    });
  }

  /// Calls `visit(y, x, inside)` for every element of a window.
  template <class Visitor>
  void over_window(const window_shape& w, const shape_list& i, Visitor&& visit) const {
    for (std::int64_t a = 0; a < w.kernel_h; ++a)
      for (std::int64_t b = 0; b < w.kernel_w; ++b) {
        const std::int64_t y = i[2] * w.stride_h + a * w.dilation_h - w.top,
                           z = i[3] * w.stride_w + b * w.dilation_w - w.left;
        visit(a, b, y, z, y >= 0 && y < x().shape[2] && z >= 0 && z < x().shape[3]);
      }
  }
  shape_list windows(const window_shape& w, std::int64_t channels) const {
    const auto size = [](std::int64_t n, std::int64_t k, std::int64_t s, std::int64_t d, std::int64_t pads) {
      return (n + pads - (k - 1) * d - 1) / s + 1;
    };
    return {x().shape[0], channels, size(x().shape[2], w.kernel_h, w.stride_h, w.dilation_h, w.top + w.bottom),
            size(x().shape[3], w.kernel_w, w.stride_w, w.dilation_w, w.left + w.right)};
  }
  exact_tensor operator()(const conv_op& op) const {
    const std::int64_t m = in[1].shape[0], own = in[1].shape[1];
    return made(windows(op.window, m), [&](const shape_list& i) {
      rational sum = in.size() > 2 ? in[2].values[static_cast<std::size_t>(i[1])] : rational(0);
      const std::int64_t first = i[1] / (m / op.group) * own;
      over_window(op.window, i, [&](std::int64_t a, std::int64_t b, std::int64_t y, std::int64_t z, bool inside) {
        for (std::int64_t c = 0; inside && c < own; ++c)
          sum += at(x(), {i[0], first + c, y, z}) * at(in[1], {i[1], c, a, b});
      });
      return sum;
    });
  }
  exact_tensor operator()(const conv_transpose_op& op) const {
    const std::int64_t per_group = in[1].shape[1], m = per_group * op.group, own = x().shape[1] / op.group;
    const window_shape& w = op.window;
    const auto size = [](std::int64_t n, std::int64_t k, std::int64_t s, std::int64_t d, std::int64_t pads,
                         std::int64_t more) { return (n - 1) * s + (k - 1) * d + 1 - pads + more; };
    const shape_list shape{x().shape[0], m,
                           size(x().shape[2], w.kernel_h, w.stride_h, w.dilation_h, w.top + w.bottom, op.more_h),
                           size(x().shape[3], w.kernel_w, w.stride_w, w.dilation_w, w.left + w.right, op.more_w)};
    return made(shape, [&](const shape_list& i) {
      rational sum = in.size() > 2 ? in[2].values[static_cast<std::size_t>(i[1])] : rational(0);
      for (std::int64_t c = i[1] / per_group * own; c < (i[1] / per_group + 1) * own; ++c)
        for (std::int64_t y = 0; y < x().shape[2]; ++y)
          for (std::int64_t z = 0; z < x().shape[3]; ++z)
            for (std::int64_t a = 0; a < w.kernel_h; ++a)
              for (std::int64_t b = 0; b < w.kernel_w; ++b)
                if (y * w.stride_h + a * w.dilation_h - w.top == i[2] &&
                    z * w.stride_w + b * w.dilation_w - w.left == i[3])
                  sum += at(x(), {i[0], c, y, z}) * at(in[1], {c, i[1] % per_group, a, b});
      return sum;
    });
  }
  exact_tensor operator()(const max_pool_op& op) const {
    return made(windows(op.window, x().shape[1]), [&](const shape_list& i) {
      std::vector<rational> seen;
      over_window(op.window, i, [&](std::int64_t, std::int64_t, std::int64_t y, std::int64_t z, bool inside) {
        if (inside) seen.push_back(at(x(), {i[0], i[1], y, z}));
      });
      return *std::max_element(seen.begin(), seen.end());
    });
  }
  exact_tensor operator()(const average_pool_op& op) const {
    return made(windows(op.window, x().shape[1]), [&](const shape_list& i) {
      rational sum = 0;
      std::int64_t count = 0;
      over_window(op.window, i, [&](std::int64_t, std::int64_t, std::int64_t y, std::int64_t z, bool inside) {
        if (inside) sum += at(x(), {i[0], i[1], y, z});
        count += inside || op.count_include_pad ? 1 : 0;
      });
      return op.is_sum ? sum : rational(sum / count);
    });
  }
  exact_tensor operator()(const global_average_pool_op&) const {
    return made({x().shape[0], x().shape[1], 1, 1}, [&](const shape_list& i) {
      rational sum = 0;
      for (std::int64_t y = 0; y < x().shape[2]; ++y)
        for (std::int64_t z = 0; z < x().shape[3]; ++z) sum += at(x(), {i[0], i[1], y, z});
      return rational(sum / (x().shape[2] * x().shape[3]));
    });
  }
  exact_tensor operator()(const upsample_op& op) const {
    shape_list shape = x().shape;
    shape[2] *= op.factor_h;
    shape[3] *= op.factor_w;
    return made(shape, [&](const shape_list& i) {
      return at(x(), {i[0], i[1], i[2] / op.factor_h, i[3] / op.factor_w});
    });
  }
  exact_tensor operator()(const concat_op& op) const {
    const auto axis = static_cast<std::size_t>(op.axis);
    shape_list shape = x().shape;
    shape[axis] = 0;
    for (const exact_tensor& part : in) shape[axis] += part.shape[axis];
    return made(shape, [&](shape_list i) {
      std::size_t part = 0;
      while (i[axis] >= in[part].shape[axis]) i[axis] -= in[part++].shape[axis];
      return at(in[part], i);
    });
  }
  exact_tensor operator()(const pad_op& op) const {
    shape_list shape = x().shape;
    for (std::size_t d = 0; d < shape.size(); ++d) shape[d] += op.before[d] + op.after[d];
    return made(shape, [&](shape_list i) {
      for (std::size_t d = 0; d < i.size(); ++d) {
        i[d] -= op.before[d];
        if (i[d] < 0 || i[d] >= x().shape[d]) return exact(op.value);
      }
      return at(x(), i);
    });
  }
  exact_tensor operator()(const flatten_op&) const {
    return {{x().shape[0], count_of(x().shape) / x().shape[0]}, x().values};
  }
  exact_tensor operator()(const reshape_op& op) const {
    shape_list shape = op.shape;
    shape.insert(shape.begin(), x().shape[0]);
    return {shape, x().values};
  }
  exact_tensor operator()(const transpose_op& op) const {
    shape_list shape;
    for (const std::int64_t d : op.permutation) shape.push_back(x().shape[static_cast<std::size_t>(d)]);
    return made(shape, [&](const shape_list& i) {
      shape_list source(i.size());
      for (std::size_t d = 0; d < i.size(); ++d) source[static_cast<std::size_t>(op.permutation[d])] = i[d];
      return at(x(), source);
    });
  }
  exact_tensor operator()(const sum_op&) const {
    return folded([](const rational& a, const rational& b) { return rational(a + b); });
  }
  exact_tensor operator()(const max_op&) const {
    return folded([](const rational& a, const rational& b) { return a < b ? b : a; });
  }
  exact_tensor operator()(const min_op&) const {
    return folded([](const rational& a, const rational& b) { return b < a ? b : a; });
  }
  exact_tensor operator()(const prelu_op&) const {
    return elementwise([](const rational& a, const rational& slope) { return a < 0 ? rational(a * slope) : a; });
  }
  exact_tensor operator()(const pow_op&) const {
    return elementwise([](const rational& a, const rational& power) {
      rational result = 1;
      for (int i = 0; i < power; ++i) result *= a;
      return result;
    });
  }
  exact_tensor operator()(const function_op& op) const {
    const rational alpha = exact(op.alpha), beta = exact(op.beta);
    return made(x().shape, [&](const shape_list& i) { return function_of(op.what, at(x(), i), alpha, beta); });
  }
  exact_tensor operator()(const select_op& op) const {
    shape_list shape = x().shape;
    for (std::size_t d = 0; d < shape.size(); ++d)
      if (!op.indices[d].empty()) shape[d] = static_cast<std::int64_t>(op.indices[d].size());
    return made(shape, [&](shape_list i) {
      for (std::size_t d = 0; d < i.size(); ++d)
        if (!op.indices[d].empty()) i[d] = op.indices[d][static_cast<std::size_t>(i[d])];
      return at(x(), i);
    });
  }

  /// The inputs, one after the other.
  template <class Function>
  exact_tensor folded(Function&& function) const {
    exact_tensor result = x();
    for (std::size_t i = 1; i < in.size(); ++i) result = evaluator{{result, in[i]}}.elementwise(function);
    return result;
  }

  /// The functions whose values are fractions.
  static rational function_of(function_kind what, const rational& x, const rational& alpha, const rational& beta) {
    switch (what) {
      case function_kind::abs:
        return abs(x);
      case function_kind::floor:
        return rounded_exactly(x, rounding_mode::floor);
      case function_kind::ceil:
        return rounded_exactly(x, rounding_mode::ceil);
      case function_kind::round:
        return rounded_exactly(x, rounding_mode::round);
      case function_kind::sign:
        return x > 0 ? 1 : x < 0 ? -1 : 0;
      case function_kind::leaky_relu:
        return x < 0 ? rational(alpha * x) : x;
      case function_kind::hard_sigmoid:
        return clamped(alpha * x + beta, 0, 1);
      case function_kind::hard_swish:
        return x * clamped(x / 6 + rational(1, 2), 0, 1);
      case function_kind::softsign:
        return x / (1 + abs(x));
      case function_kind::thresholded_relu:
        return x > alpha ? x : rational(0);
      default:
        throw std::logic_error("a function that the exact evaluation does not know");
    }
  }

  template <class Op>
  exact_tensor operator()(const Op&) const {
    throw std::logic_error("an operator that the exact evaluation does not know");
  }
};

bool is_product(const network_op& op) {
  return std::holds_alternative<matmul_op>(op) || std::holds_alternative<gemm_op>(op) ||
         std::holds_alternative<conv_op>(op) || std::holds_alternative<conv_transpose_op>(op);
}

bool moves(const network_op& op) {
  return std::holds_alternative<transpose_op>(op) || std::holds_alternative<flatten_op>(op) ||
         std::holds_alternative<reshape_op>(op);
}

}  // namespace

big_int rounded_exactly(const rational& value, rounding_mode mode) {
  const bool negative = value < 0;
  const big_int n = abs(numerator(value)), d = denominator(value);
  const big_int whole = n / d, rest = n % d;
  bool away = false;  // from zero
  switch (mode) {
    case rounding_mode::up:
      away = rest != 0;
      break;
    case rounding_mode::down:
      break;
    case rounding_mode::ceil:
      away = rest != 0 && !negative;
      break;
    case rounding_mode::floor:
      away = rest != 0 && negative;
      break;
    case rounding_mode::round:
      away = 2 * rest > d || (2 * rest == d && whole % 2 == 1);
      break;
    case rounding_mode::half_odd:
      away = 2 * rest > d || (2 * rest == d && whole % 2 == 0);
      break;
    case rounding_mode::half_up:
      away = 2 * rest >= d;
      break;
    case rounding_mode::half_down:
      away = 2 * rest > d;
      break;
  }
  const big_int result = away ? big_int(whole + 1) : whole;
  return negative ? big_int(-result) : result;
}

exact_tensor evaluate_exactly(const network& net, const exact_tensor& input) {
  std::map<std::string, exact_tensor> values;
  std::set<std::string> fixed;
  for (const auto& [name, tensor] : net.constants) {
    values[name] = from(tensor);
    fixed.insert(name);
  }
  values[net.input] = {net.input_shape, input.values};
  for (const network_node& node : net.nodes) {
    evaluator run;
    run.is_constant = true;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const std::string& name = node.inputs[i];
      const bool is_fixed = fixed.contains(name), is_weight = i == 1 && is_product(node.op);
      run.in.push_back(values.at(name));
      run.is_constant = run.is_constant && is_fixed;
      if (is_fixed && !is_weight && !moves(node.op))
        for (rational& value : run.in.back().values) value = in_float32(value);
    }
    values[node.output] = std::visit(run, node.op);
    if (run.is_constant) fixed.insert(node.output);
  }
  return values.at(net.output);
}

exact_tensor evaluate_exactly(const network& net, const std::vector<float>& input) {
  exact_tensor x{net.input_shape, {}};
  for (const float value : input) x.values.push_back(exact(value));
  return evaluate_exactly(net, x);
}

std::vector<double> outputs_in_file_order(const integer_network& net, const streamline_report& report,
                                          const std::vector<float>& x) {
  const integer_tensor y = evaluate(net, quantize_reals(net, x));
  const std::size_t scales = net.output_scale.size();
  std::vector<double> result;
  for (const std::int64_t place : report.values.back().places) {
    const auto channel = static_cast<std::size_t>(place) % scales;
    result.push_back(static_cast<double>(*y.at(place)) * net.output_scale[channel] + net.output_bias[channel]);
  }
  return result;
}

}  // namespace spillway::testing
