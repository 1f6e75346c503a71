// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/settle.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/numbers/storage.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

using condition_kind = integer_condition::kind;

std::span<std::int64_t> words_at(integer_tensor& tensor, std::int64_t element) {
  return {tensor.at(element), static_cast<std::size_t>(tensor.type.words())};
}

big_int value_at(const integer_tensor& tensor, std::int64_t element) {
  return load_as<big_int>(tensor.at(element), tensor.type);
}

/// [rows, steps] of the narrowest signed type.
template <class Integer>
integer_tensor tensor_of(const std::vector<Integer>& values, std::int64_t rows, std::int64_t steps) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const int bits = bits_for(std::min(*low, Integer(0)), std::max(*high, Integer(0)), true);
  integer_tensor result = integer_tensor::zeros(signed_type(bits), {rows, steps});
  for (std::size_t i = 0; i < values.size(); ++i)
    store_as(values[i], result.type, result.at(static_cast<std::int64_t>(i)));
  return result;
}

/// `value`, or its negative, within [low, high].
template <class Integer>
Integer within(const big_int& value, bool negate, const Integer& low, const Integer& high) {
  const Integer least = negate ? Integer(-high) : low, greatest = negate ? Integer(-low) : high;
  const Integer found = value <= least ? least : value >= greatest ? greatest : static_cast<Integer>(value);
  return negate ? Integer(-found) : found;
}

/// The conditions of a row as thresholds, all within `always` to `never`, ascending.
template <class Integer>
void append_row(const threshold_draft& draft, std::int64_t row, bool negate, const Integer& always,
                const Integer& never, std::vector<Integer>& to) {
  const auto first = static_cast<std::ptrdiff_t>(to.size());
  const Integer &low = std::min(always, never), &high = std::max(always, never);
  for (std::int64_t step = 0; step < draft.steps; ++step) {
    const integer_condition& condition = draft.conditions[static_cast<std::size_t>(row * draft.steps + step)];
    if (condition.what == condition_kind::from)
      to.push_back(within(condition.at, negate, low, high));
    else
      to.push_back(condition.what == condition_kind::always ? always : never);
  }
  std::sort(to.begin() + first, to.end());
}

bool descends(const threshold_draft& draft, std::int64_t row) {
  return !draft.descending.empty() && draft.descending[static_cast<std::size_t>(row)];
}

/// The thresholds of a layer whose accumulators are in [-never, never).
template <class Integer>
integer_tensor fused_thresholds(const threshold_draft& draft, const std::vector<bool>& negative, const Integer& never) {
  const auto rows = static_cast<std::int64_t>(negative.size());
  std::vector<Integer> thresholds;
  thresholds.reserve(static_cast<std::size_t>(rows * draft.steps));
  for (std::int64_t row = 0; row < rows; ++row)
    append_row(draft, draft.rows == 1 ? 0 : row, negative[static_cast<std::size_t>(row)], Integer(-never), never,
               thresholds);
  return tensor_of(thresholds, rows, draft.steps);
}

template <class Layer>
void fuse_into(Layer& layer, const threshold_draft& draft) {
  const std::int64_t rows = layer.weights.shape[0];
  std::vector<bool> negative;
  for (std::int64_t row = 0; row < rows; ++row) negative.push_back(descends(draft, draft.rows == 1 ? 0 : row));
  negate_weights(layer.weights, negative, layer.name);
  const int bits = minimal_accumulator_bits(layer);
  layer.thresholds = bits <= 62 ? fused_thresholds(draft, negative, std::int64_t{1} << (bits - 1))
                                : fused_thresholds(draft, negative, big_int(big_int(1) << (bits - 1)));
  layer.output_offset = draft.offset;
  layer.output_type = draft.type;
}

/// Negative weights of each row.
std::vector<big_int> negative_counts(const integer_layer& layer) {
  std::vector<big_int> result;
  for (std::int64_t row = 0; row < layer.rows(); ++row) {
    std::int64_t count = 0;
    for (std::int64_t k = 0; k < layer.columns(); ++k) count += *layer.weights.at(row * layer.columns() + k) < 0;
    result.emplace_back(count);
  }
  return result;
}

}  // namespace

int readers_of(const integer_network& net, int value) {
  int result = 0;
  for (const integer_node& node : net.nodes)
    result += static_cast<int>(std::count(node.inputs.begin(), node.inputs.end(), value));
  return result;
}

void negate_weights(integer_tensor& weights, const std::vector<bool>& negative, const std::string& name) {
  if (std::find(negative.begin(), negative.end(), true) == negative.end()) return;
  const std::int64_t columns = weights.shape[1];
  const integer_type from = weights.type;
  // Of a signed type only the least value has no negative; of an unsigned one none but 0 has.
  const auto has_none = [&](std::int64_t i) {
    if (from.fits_int64()) return from.is_signed ? *weights.at(i) == from.min64() : *weights.at(i) != 0;
    const big_int value = value_at(weights, i);
    return from.is_signed ? value == min_value(from) : value != 0;
  };
  const auto for_each_row = [&](const auto& visit) {
    for (std::size_t row = 0; row < negative.size(); ++row)
      visit(negative[row], static_cast<std::int64_t>(row) * columns, static_cast<std::int64_t>(row + 1) * columns);
  };
  integer_type to = from;
  for_each_row([&](bool is_negated, std::int64_t i, std::int64_t end) {
    for (; is_negated && !from.is_bipolar && i < end; ++i)
      if (has_none(i)) to = signed_type(from.bits + 1);
  });
  if (to.bits > integer_type::max_bits)
    throw input_error(fmt::format("{}: its weights are negated by a negative scale, and need more than {} bits", name,
                                  integer_type::max_bits));
  integer_tensor result = integer_tensor::zeros(to, weights.shape);
  for_each_row([&](bool is_negated, std::int64_t i, std::int64_t end) {
    for (; i < end; ++i)
      if (to.fits_int64())
        *result.at(i) = is_negated ? -*weights.at(i) : *weights.at(i);
      else
        store(is_negated ? big_int(-value_at(weights, i)) : value_at(weights, i), to, words_at(result, i));
  });
  weights = std::move(result);
}

void fuse(integer_layer& layer, const threshold_draft& draft) { fuse_into(layer, draft); }
void fuse(depthwise_layer& layer, const threshold_draft& draft) { fuse_into(layer, draft); }

void settle(threshold_layer& layer, const threshold_draft& draft, integer_type type) {
  const big_int low = min_value(type), high = max_value(type);
  std::vector<big_int> thresholds;
  for (std::int64_t row = 0; row < draft.rows; ++row) {
    const bool down = descends(draft, row);
    big_int beyond = down ? low : high;
    if (down)
      --beyond;
    else
      ++beyond;
    append_row(draft, row, false, down ? high : low, beyond, thresholds);
  }
  std::int64_t rows = draft.rows;
  bool equal = true;
  for (std::size_t i = static_cast<std::size_t>(draft.steps); i < thresholds.size(); ++i)
    equal = equal && thresholds[i] == thresholds[i - static_cast<std::size_t>(draft.steps)];
  layer.descending = draft.descending;
  for (const bool down : draft.descending) equal = equal && down == draft.descending[0];
  if (equal) {
    rows = 1;
    thresholds.resize(static_cast<std::size_t>(draft.steps));
    if (!layer.descending.empty()) layer.descending.resize(1);
  }
  if (std::find(layer.descending.begin(), layer.descending.end(), true) == layer.descending.end())
    layer.descending.clear();
  layer.thresholds = tensor_of(thresholds, rows, draft.steps);
}

void negate_levels_of(threshold_draft& draft) {
  draft.descending.resize(static_cast<std::size_t>(draft.rows), false);
  for (std::int64_t row = 0; row < draft.rows; ++row) {
    const bool down = descends(draft, row);
    const auto first = draft.conditions.begin() + row * draft.steps;
    for (auto condition = first; condition != first + draft.steps; ++condition) {
      if (condition->what == condition_kind::from)
        condition->at += down ? 1 : -1;
      else
        condition->what = condition->what == condition_kind::always ? condition_kind::never : condition_kind::always;
    }
    std::reverse(first, first + draft.steps);
    draft.descending[static_cast<std::size_t>(row)] = !down;
  }
  draft.offset = -(draft.offset + draft.steps);
  draft.type = smallest_type({draft.offset, draft.offset + draft.steps});
}

void count_agreements(integer_network& net, std::vector<big_int>& shift) {
  for (integer_node& node : net.nodes) {
    auto* layer = std::get_if<integer_layer>(&node.op);
    if (!layer || !layer->weights.type.is_bipolar || layer->input_type != unsigned_type(1)) continue;
    const int made = node.outputs[0];
    if (!layer->thresholds && (made != net.output_value || readers_of(net, made) > 0)) continue;
    const std::vector<big_int> more = negative_counts(*layer);
    const int plain_bits = minimal_accumulator_bits(*layer);
    layer->xnor_popcount = true;
    const int bits = minimal_accumulator_bits(*layer);
    if (!layer->thresholds) {
      net.values[static_cast<std::size_t>(made)].type = signed_type(bits);
      shift = more;
      continue;
    }
    const std::int64_t steps = layer->thresholds->shape[1];
    const big_int never = big_int(1) << (bits - 1), plain_never = big_int(1) << (plain_bits - 1);
    std::vector<big_int> thresholds;
    for (std::int64_t i = 0; i < layer->thresholds->size(); ++i) {
      const big_int plain = value_at(*layer->thresholds, i);
      if (abs(plain) == plain_never)
        thresholds.push_back(plain > 0 ? never : big_int(-never));
      else
        thresholds.push_back(
            std::clamp(big_int(plain + more[static_cast<std::size_t>(i / steps)]), big_int(-never), never));
    }
    layer->thresholds = tensor_of(thresholds, layer->rows(), steps);
  }
}

}  // namespace spillway
