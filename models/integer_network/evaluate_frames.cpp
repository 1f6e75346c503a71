// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>
#include <vector>

#include "spillway/models/integer_network/evaluate.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/joined_values.h"
#include "spillway/models/numbers/storage.h"

namespace spillway {

namespace {

/// Copies `count` elements; both tensors are of one type.
void copy(const integer_tensor& from, std::int64_t at, std::int64_t count, integer_tensor& to, std::int64_t position) {
  std::copy_n(from.at(at), count * from.type.words(), to.at(position));
}

/// Bits that hold what any node here computes: its input's values, as many times as it adds them up.
int bits_of_sums(integer_type input, std::int64_t terms) { return exact_sum_bits(signed_type(2), input, terms, 1); }

std::int64_t shifted_right(std::int64_t value, int shift) { return value >> shift; }

/// Rounded down, as a shift of two's complement is.
big_int shifted_right(const big_int& value, int shift) {
  const big_int unit = big_int(1) << shift;
  return value >= 0 ? big_int(value / unit) : big_int(-((unit - 1 - value) / unit));
}

template <class Integer>
void pool(const pool_layer& op, const node_run& run) {
  const std::int64_t channels = run.out_shape().channels;
  const integer_tensor& in = run.in();
  for (std::int64_t v = 0; v < in.shape[0]; ++v)
    for (std::int64_t c = 0; c < channels; ++c) {
      const auto at = [&](std::int64_t k) {
        return load_as<Integer>(in.at((v * op.window + k) * channels + c), in.type);
      };
      Integer result = at(0);
      for (std::int64_t k = 1; k < op.window; ++k)
        if (op.kind == pool_kind::sum)
          result += at(k);
        else if (result < at(k))
          result = at(k);
      if (op.kind == pool_kind::sum && op.shift > 0) result = shifted_right(result, op.shift);
      store_as(result, run.out().type, run.out().at(v * channels + c));
    }
}

template <class Integer>
void add_multiples_as(const add_layer& op, const node_run& run) {
  const integer_tensor &a = *run.inputs[0], &b = *run.inputs[1];
  for (std::int64_t i = 0; i < a.size(); ++i)
    store_as(Integer(load_as<Integer>(a.at(i), a.type) * op.a_factor + load_as<Integer>(b.at(i), b.type) * op.b_factor),
             run.out().type, run.out().at(i));
}

void add_multiples(const add_layer& op, const node_run& run) {
  constexpr int narrow = 30;  // times a factor of 31 bits, and one more bit for the sum
  if (std::max(run.inputs[0]->type.bits, run.inputs[1]->type.bits) <= narrow)
    add_multiples_as<std::int64_t>(op, run);
  else
    add_multiples_as<big_int>(op, run);
}

}  // namespace

void evaluate_node(const padding_layer& op, const node_run& run) {
  const frame_shape &in = run.in_shape(), &out = run.out_shape();
  const integer_type type = run.out().type;
  for (std::int64_t i = 0; i < run.out().size(); ++i) store_as(op.value, type, run.out().at(i));
  for (std::int64_t f = 0; f < run.frames; ++f)
    for (std::int64_t y = 0; y < in.height; ++y)
      for (std::int64_t x = 0; x < in.width; ++x) {
        const std::int64_t row = f * out.height + op.top + y * op.stride_h, column = op.left + x * op.stride_w;
        copy(run.in(), ((f * in.height + y) * in.width + x) * in.channels, in.channels, run.out(),
             (row * out.width + column) * out.channels);
      }
}

void evaluate_node(const window_layer& op, const node_run& run) {
  const frame_shape &in = run.in_shape(), &out = run.out_shape();
  const window_shape& g = op.geometry;
  std::int64_t to = 0;
  for (std::int64_t f = 0; f < run.frames; ++f)
    for (std::int64_t y = 0; y < out.height; ++y)
      for (std::int64_t x = 0; x < out.width; ++x)
        for (std::int64_t kh = 0; kh < g.kernel_h; ++kh)
          for (std::int64_t kw = 0; kw < g.kernel_w; ++kw, to += in.channels) {
            const std::int64_t row = f * in.height + y * g.stride_h + kh * g.dilation_h,
                               column = x * g.stride_w + kw * g.dilation_w;
            copy(run.in(), (row * in.width + column) * in.channels, in.channels, run.out(), to);
          }
}

void evaluate_node(const pool_layer& op, const node_run& run) {
  if (bits_of_sums(run.in().type, op.window) <= 63)
    pool<std::int64_t>(op, run);
  else
    pool<big_int>(op, run);
}

void evaluate_node(const global_sum_layer&, const node_run& run) {
  const frame_shape& in = run.in_shape();
  visit_storage(bits_of_sums(run.in().type, in.positions()), [&]<class Integer>(std::type_identity<Integer>) {
    for (std::int64_t f = 0; f < run.frames; ++f)
      for (std::int64_t c = 0; c < in.channels; ++c) {
        Integer sum(0);
        for (std::int64_t p = 0; p < in.positions(); ++p)
          sum += load_as<Integer>(run.in().at((f * in.positions() + p) * in.channels + c), run.in().type);
        store_as(sum, run.out().type, run.out().at(f * in.channels + c));
      }
  });
}

void evaluate_node(const add_layer& op, const node_run& run) {
  const integer_tensor &a = *run.inputs[0], &b = *run.inputs[1];
  if (op.a_factor != 1 || op.b_factor != 1) return add_multiples(op, run);
  visit_storage(std::max(bits_of_sums(a.type, 1), bits_of_sums(b.type, 1)) + 1,
                [&]<class Integer>(std::type_identity<Integer>) {
                  for (std::int64_t i = 0; i < a.size(); ++i) {
                    Integer sum = load_as<Integer>(a.at(i), a.type);
                    sum += load_as<Integer>(b.at(i), b.type);
                    store_as(sum, run.out().type, run.out().at(i));
                  }
                });
}

void evaluate_node(const upsample_layer& op, const node_run& run) {
  const frame_shape &in = run.in_shape(), &out = run.out_shape();
  for (std::int64_t row = 0; row < run.frames * out.height; ++row)
    for (std::int64_t x = 0; x < out.width; ++x)
      copy(run.in(), (row / op.factor_h * in.width + x / op.factor_w) * in.channels, in.channels, run.out(),
           (row * out.width + x) * in.channels);
}

void evaluate_node(const concat_layer&, const node_run& run) {
  const std::int64_t channels = run.out_shape().channels, vectors = run.out().shape[0];
  std::int64_t first = 0;
  for (const integer_tensor* part : run.inputs) {
    const std::int64_t count = part->shape[1];
    for (std::int64_t v = 0; v < vectors; ++v) copy(*part, v * count, count, run.out(), v * channels + first);
    first += count;
  }
}

void evaluate_node(const split_layer&, const node_run& run) {
  const std::int64_t channels = run.in_shape().channels, vectors = run.in().shape[0];
  std::int64_t first = 0;
  for (integer_tensor* part : run.outputs) {
    const std::int64_t count = part->shape[1];
    for (std::int64_t v = 0; v < vectors; ++v) copy(run.in(), v * channels + first, count, *part, v * count);
    first += count;
  }
}

void evaluate_node(const crop_layer& op, const node_run& run) {
  const frame_shape &in = run.in_shape(), &out = run.out_shape();
  std::int64_t to = 0;
  for (std::int64_t f = 0; f < run.frames; ++f)
    for (std::int64_t y = 0; y < out.height; ++y)
      for (std::int64_t x = 0; x < out.width; ++x, to += out.channels) {
        const std::int64_t pixel = (f * in.height + op.top + y) * in.width + op.left + x;
        copy(run.in(), pixel * in.channels + op.first_channel, out.channels, run.out(), to);
      }
}

void evaluate_node(const label_select_layer& op, const node_run& run) {
  const std::int64_t channels = run.in_shape().channels;
  visit_storage(bits_of_sums(run.in().type, 1), [&]<class Integer>(std::type_identity<Integer>) {
    std::vector<std::pair<Integer, std::int64_t>> order(static_cast<std::size_t>(channels));
    for (std::int64_t f = 0; f < run.frames; ++f) {
      for (std::int64_t c = 0; c < channels; ++c)
        order[static_cast<std::size_t>(c)] = {load_as<Integer>(run.in().at(f * channels + c), run.in().type), c};
      std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return b.first < a.first; });
      for (std::int64_t i = 0; i < op.k; ++i)
        store_as(order[static_cast<std::size_t>(i)].second, run.out().type, run.out().at(f * op.k + i));
    }
  });
}

void evaluate_node(const join_layer&, const node_run& run) {
  std::vector<integer_tensor> parts;
  for (const integer_tensor* input : run.inputs) parts.push_back(*input);
  const integer_type type = run.out().type;
  run.out() = in_type(join_frames(std::move(parts), run.frames), type);
}

}  // namespace spillway
