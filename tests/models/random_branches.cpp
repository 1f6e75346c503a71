// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/models/random_branches.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace spillway::testing {

namespace {

/// A tensor of the network: [1, c, h, w]. `is_levels`: a quantizer made it, or it is parts of such.
struct branch {
  std::string name;
  int c = 1, h = 1, w = 1;
  bool is_levels = true;
};

class branch_builder {
 public:
  explicit branch_builder(unsigned seed) : m_random(seed) {}

  network build() {
    m_net.name = "branches";
    m_net.input = "x";
    branch x{"x", pick(1, 3), pick(3, 5), pick(3, 5), false};
    m_net.input_shape = {1, x.c, x.h, x.w};
    branch at = quantized(x, true);
    if (chance(4)) {
      // The input in two forms, and a sum of what comes of each.
      const branch other = quantized(x, true), left = convolution(at, x.c), right = convolution(other, x.c);
      at = quantized(sum({quantized(left), quantized(right)}));
    }
    for (int blocks = pick(1, 3); blocks > 0; --blocks) at = block(at);
    branch last = quantized(convolution(at, pick(2, 4)));
    if (chance(3)) last = part(last);
    if (chance(4)) last = shuffled(last);
    m_net.output = last.name;
    return std::move(m_net);
  }

 private:
  int pick(int low, int high) { return low + static_cast<int>(m_random() % static_cast<unsigned>(high - low + 1)); }
  bool chance(int one_in) { return pick(1, one_in) == 1; }

  std::string add(network_op op, std::vector<std::string> inputs) {
    const std::string name = "node" + std::to_string(m_net.nodes.size());
    m_net.nodes.push_back({name, std::move(op), std::move(inputs), name + "_out"});
    return name + "_out";
  }
  std::string constant(float_tensor value) {
    std::string name = "constant" + std::to_string(m_net.constants.size());
    m_net.constants[name] = std::move(value);
    return name;
  }

  /// Multiples of 1/16, whose ratios are of small numbers.
  float scale() { return static_cast<float>(pick(1, 6)) / 16; }

  branch quantized(branch from, bool at_input = false) {
    const bool is_signed = chance(2);
    const float zero = !is_signed && chance(3) ? static_cast<float>(pick(1, 3)) : 0;
    from.name =
        add(quant_op{{{}, {scale()}}, {{}, {zero}}, at_input ? pick(2, 5) : pick(2, 4), is_signed}, {from.name});
    from.is_levels = true;
    return from;
  }

  branch convolution(const branch& from, int channels) {
    float_tensor weights{{channels, from.c, 1, 1}, {}};
    for (int i = 0; i < channels * from.c; ++i) weights.values.push_back(static_cast<float>(pick(-3, 3)) / 4);
    const std::string w = add(quant_op{{{}, {0.25F}}, {{}, {0}}, 3, true}, {constant(std::move(weights))});
    return {add(conv_op{}, {from.name, w}), channels, from.h, from.w, false};
  }

  branch depthwise(const branch& from) {
    float_tensor weights{{from.c, 1, 1, 1}, {}};
    for (int i = 0; i < from.c; ++i) weights.values.push_back(static_cast<float>(pick(-3, 3)) / 4);
    const std::string w = add(quant_op{{{}, {0.25F}}, {{}, {0}}, 3, true}, {constant(std::move(weights))});
    conv_op op;
    op.group = from.c;
    return {add(op, {from.name, w}), from.c, from.h, from.w, false};
  }

  branch sum(std::vector<branch> of) {
    branch result = of[0];
    result.is_levels = false;
    std::vector<std::string> names;
    for (const branch& part : of) names.push_back(part.name);
    result.name =
        of.size() == 2 ? add(chance(3) ? network_op(sub_op{}) : network_op(add_op{}), names) : add(sum_op{}, names);
    return result;
  }

  /// Channels, rows or columns: a slice with or without steps, or a list of indices.
  branch part(branch from) {
    select_op op;
    op.indices.resize(4);
    const int axis = pick(1, 3), size = axis == 1 ? from.c : axis == 2 ? from.h : from.w;
    const int first = pick(0, size - 1), step = chance(4) ? 2 : 1;
    std::vector<std::int64_t> taken;
    for (int i = first; i < size; i += step)
      if (taken.empty() || !chance(4)) taken.push_back(i);
    if (axis == 1 && chance(3)) std::shuffle(taken.begin(), taken.end(), m_random);
    if (axis != 1)
      for (std::size_t i = 1; i < taken.size(); ++i)
        if (taken[i] - taken[i - 1] != step) taken.resize(i);
    (axis == 1 ? from.c : axis == 2 ? from.h : from.w) = static_cast<int>(taken.size());
    op.indices[static_cast<std::size_t>(axis)] = std::move(taken);
    from.name = add(op, {from.name});
    return from;
  }

  branch shuffled(branch from) {
    for (const int groups : {2, 3}) {
      if (from.c % groups != 0) continue;
      from.name = add(reshape_op{{groups, from.c / groups, from.h, from.w}}, {from.name});
      from.name = add(transpose_op{{0, 2, 1, 3, 4}}, {from.name});
      from.name = add(reshape_op{{from.c, from.h, from.w}}, {from.name});
      break;
    }
    return from;
  }

  float_tensor of_channels(const branch& from) {
    float_tensor result{{from.c, 1, 1}, {}};
    for (int c = 0; c < from.c; ++c) result.values.push_back(static_cast<float>(pick(-8, 8)) / 8);
    return result;
  }

  branch bent(branch from) {
    from.is_levels = false;
    const float alpha = static_cast<float>(pick(-4, 4)) / 8;
    switch (pick(0, 12)) {
      case 0:
        from.name = add(function_op{function_kind::leaky_relu, alpha}, {from.name});
        break;
      case 1:
        from.name = add(prelu_op{}, {from.name, constant(of_channels(from))});
        break;
      case 2:
        from.name = add(function_op{function_kind::abs}, {from.name});
        break;
      case 3:
        from.name = add(function_op{function_kind::hard_swish}, {from.name});
        break;
      case 4:
        from.name = add(function_op{function_kind::hard_sigmoid, 0.25F, 0.5F}, {from.name});
        break;
      case 5:
        from.name = add(function_op{function_kind::softsign}, {from.name});
        break;
      case 6:
        from.name = add(function_op{function_kind::sign}, {from.name});
        break;
      case 7:
        from.name = add(function_op{chance(2) ? function_kind::floor : function_kind::ceil}, {from.name});
        break;
      case 8:
        from.name = add(function_op{function_kind::round}, {from.name});
        break;
      case 9:
        from.name = add(function_op{function_kind::thresholded_relu, alpha}, {from.name});
        break;
      case 10:
        from.name = add(chance(2) ? network_op(max_op{}) : network_op(min_op{}),
                        {from.name, constant(of_channels(from)), constant({{}, {alpha}})});
        break;
      case 11:
        from.name = add(mul_op{}, {from.name, add(function_op{function_kind::hard_sigmoid, 0.25F, 0.5F}, {from.name})});
        break;
      default:
        from.name = add(sub_op{}, {add(pow_op{}, {from.name, constant({{}, {2}})}), from.name});
        break;
    }
    if (chance(3)) from.name = add(mul_op{}, {from.name, constant({{}, {chance(2) ? -0.5F : 1.5F}})});
    return from;
  }

  branch block(const branch& from) {
    switch (pick(0, 6)) {
      case 0: {  // a sum of what is quantized otherwise
        const branch a = quantized(convolution(from, 4)), b = quantized(convolution(from, 4));
        return quantized(sum({a, b}));
      }
      case 1: {  // sums plus skip
        const branch sums = convolution(from, from.c);
        return quantized(sum({sums, from}));
      }
      case 2: {
        const branch a = quantized(convolution(from, 2)), b = quantized(convolution(from, 2));
        return quantized(sum({a, b, quantized(convolution(from, 2))}));
      }
      case 3: {  // joined with other scales, and taken apart
        const branch a = quantized(convolution(from, 2)), b = quantized(convolution(from, pick(1, 2)));
        branch joined = a;
        joined.c += b.c;
        joined.name = add(concat_op{1}, {a.name, b.name});
        if (chance(2)) joined = shuffled(joined);
        if (chance(3)) joined = part(joined);
        return joined;
      }
      case 4: {
        branch taken = part(from);
        if (chance(2)) taken = shuffled(taken);
        return quantized(chance(2) ? depthwise(taken) : convolution(taken, 2));
      }
      case 5: {  // shuffled on one side of a sum
        const branch a = quantized(convolution(from, 4)), b = shuffled(quantized(convolution(from, 4)));
        return quantized(sum({a, b}));
      }
      default: {
        branch at = bent(convolution(from, pick(1, 4)));
        if (chance(2)) at = bent(at);
        return quantized(at);
      }
    }
  }

  network m_net;
  std::mt19937 m_random;
};

}  // namespace

network random_branches(unsigned seed) { return branch_builder(seed).build(); }

}  // namespace spillway::testing
