// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <utility>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/tests/models/one_node.h"

namespace spillway::testing {

/// Networks of one operator, each operator in turn, with parameters of every kind.
class operator_examples {
 public:
  explicit operator_examples(unsigned seed) : m_random(seed) {}

  std::vector<network> all() {
    std::vector<network> nets;
    const auto add = [&](network_op op, std::vector<std::int64_t> shape, std::vector<float_tensor> operands = {}) {
      nets.push_back(one_node(std::move(op), std::move(shape), std::move(operands)));
    };
    const window_shape w{pick(1, 3), pick(1, 3), pick(1, 2), pick(1, 2), 1, 1, 0, 0, 0, 0};
    window_shape padded = w, dilated = w;
    padded.bottom = w.kernel_h - 1;
    padded.left = w.kernel_w - 1;
    dilated.dilation_w = 2;
    add(conv_op{padded, 2}, {1, 4, 6, 7}, {reals({2, 2, w.kernel_h, w.kernel_w}), reals({2})});
    add(conv_op{dilated, 1}, {1, 4, 6, 7}, {reals({3, 4, w.kernel_h, w.kernel_w})});
    add(max_pool_op{padded}, {1, 2, 6, 7});
    add(max_pool_op{dilated}, {1, 2, 6, 7});
    add(average_pool_op{padded, true}, {1, 2, 6, 7});
    add(average_pool_op{padded, false}, {1, 2, 6, 7});
    add(global_average_pool_op{}, {1, 2, 3, 4});
    add(upsample_op{pick(1, 3), pick(1, 3)}, {1, 2, 3, 2});
    add(pad_op{{0, 0, pick(0, 2), 1}, {0, 1, 0, pick(0, 2)}, chance() ? 0.0F : -1.5F}, {1, 2, 3, 2});
    add(concat_op{2}, {1, 2, 3});
    nets.back().nodes[0].inputs = {"x", "x", "x"};
    add(batch_norm_op{reals({3}), reals({3}), reals({3}), {{3}, {0.5F, 2, 0}}, 0.01F}, {1, 3, 2});
    add(multi_threshold_op{reals({3, 4}), 1, -2, false}, {1, 3, 2, 2});
    add(multi_threshold_op{reals({1, 5}), 0.25F, 0.5F, true}, {1, 2, 2, 3});
    add(multi_threshold_op{reals({2, 1}), 1, 0, false}, {1, 2});
    add_truncs(add);
    for (const bool narrow : {false, true})
      for (const bool is_signed : {false, true}) {
        const float zero = is_signed ? -5 : 7;
        add(quant_op{{{}, {0.25F}}, {{}, {zero}}, pick(2, 8), is_signed, narrow, rounding_mode::half_odd}, {1, 3});
        add(quant_op{{{3, 1}, {0.25F, 1, 2}}, {{}, {zero}}, 8, is_signed, narrow, rounding_mode::half_odd}, {1, 3, 2});
      }
    add(sub_op{}, {1, 3}, {reals({3})});
    add(div_op{}, {1, 3}, {{{}, {3}}});
    add(pow_op{}, {1, 3}, {{{1}, {2}}});
    add(relu_op{}, {1, 3});
    add(clip_op{-1, 1.5F}, {1, 3});
    add(clip_op{clip_op{}.low, 1.5F}, {1, 3});
    add(clip_op{0.5F}, {1, 3});
    add(clip_op{}, {1, 3});
    add(reshape_op{{2, 1, 3}}, {1, 3, 2});
    add(transpose_op{{0, 2, 1}}, {1, 3, 2});
    add(softmax_op{2, false}, {1, 3, 2});
    add(softmax_op{1, true}, {1, 3, 2});
    add(top_k_op{1, 1, false}, {1, 3, 2});
    add(top_k_op{1, 2, true}, {1, 3, 2});
    add(top_k_op{2, 1, true}, {1, 3, 2});
    return nets;
  }

  float_tensor input_of(const network& net) {
    std::vector<std::int64_t> shape = net.input_shape;
    shape[0] = 3;
    return reals(shape);
  }

 private:
  int pick(int low, int high) { return low + static_cast<int>(m_random() % static_cast<unsigned>(high - low + 1)); }
  bool chance() { return m_random() % 2 == 0; }

  float_tensor reals(std::vector<std::int64_t> shape) {
    float_tensor result{std::move(shape), {}};
    std::uniform_real_distribution<float> any(-3, 3);
    for (std::size_t i = count(result.shape); i > 0; --i) result.values.push_back(any(m_random));
    return result;
  }

  template <class Add>
  void add_truncs(Add& add) {
    trunc_op op{{{}, {0.125F}}, {{}, {3}}, {{}, {0.125F}}, 8, pick(1, 8)};
    op.rounding = chance() ? rounding_mode::floor : rounding_mode::half_up;
    add(op, {1, 3});
    trunc_op second{{{}, {0.125F}}, {{}, {0}}, {{3}, {0.5F, 0.5F, 0.5F}}, 5, 3, chance(), chance(), true};
    second.rounding = rounding_mode::ceil;
    add(second, {1, 3});
  }

  std::mt19937 m_random;
};

}  // namespace spillway::testing
