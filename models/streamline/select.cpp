// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "spillway/models/numbers/storage.h"
#include "spillway/models/streamline/ranking.h"
#include "spillway/models/streamline/streamliner.h"

// ArgMax and TopK: the greatest of the integers, or of keys that are ordered as what these stand for.

namespace spillway {

namespace {

integer_type type_of_all(const std::vector<big_int>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return signed_type(bits_for(std::min(*low, big_int(0)), std::max(*high, big_int(0)), true));
}

/// [rows, columns], where each row has its factor in its own column (in the only one, if there is one).
integer_tensor weights_of(const ranking& keys, std::int64_t columns) {
  const auto rows = static_cast<std::int64_t>(keys.factor.size());
  std::vector<big_int> all = keys.factor;
  if (columns > 1) all.insert(all.end(), keys.term.begin(), keys.term.end());
  integer_tensor result = integer_tensor::zeros(type_of_all(all), {rows, columns});
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto c = static_cast<std::size_t>(row);
    store_as(keys.factor[c], result.type, result.at(row * columns + (columns > 1 ? row : 0)));
    if (columns > 1) store_as(keys.term[c], result.type, result.at(row * columns + rows));
  }
  return result;
}

}  // namespace

/// Keys of a flat vector: each integer times its factor; where there are terms, they are the weights of a 1 that
/// padding puts behind it.
int streamliner::ranked(int value, const ranking& keys) {
  if (keys.is_plain()) return value;
  const integer_type type = m_draft.value(value).type;
  const auto labels = static_cast<std::int64_t>(keys.factor.size());
  const std::string name = m_node->name + "_keys";
  if (keys.has_no_terms()) {
    depthwise_layer layer;
    layer.name = name;
    layer.input_type = type;
    layer.weights = weights_of(keys, 1);
    return m_draft.add(std::move(layer), {value}, {1, 1, labels});
  }
  const int one = m_draft.add(padding_layer{name + "_one", 0, 0, 0, 1, 1, 1, 1}, {value}, {1, 2, labels}, type);
  window_layer window{name + "_window", {}};
  window.geometry.kernel_w = 2;
  const int all = m_draft.add(std::move(window), {one}, {1, 1, 2 * labels}, type);
  integer_layer layer;
  layer.name = name;
  layer.input_type = type;
  layer.weights = weights_of(keys, 2 * labels);
  return m_draft.add(std::move(layer), {all}, {1, 1, labels});
}

/// The keys of a selection's input; none, if hardware can't compare it.
std::optional<ranking> streamliner::keys_of(const tensor_flow& from, std::int64_t axis) const {
  const std::int64_t rank = static_cast<std::int64_t>(from.shape.size());
  const bool is_flat = frame(from).positions() == 1 && (axis == rank - 1 || axis == -1 || axis == 1) &&
                       *from.places == *places_in_order(from.size());
  const integer_type type = m_draft.value(from.value).type;
  const std::optional<affine_step> meaning = from.chain.affine(range(from), channels(from));
  if (!is_flat || !meaning) return std::nullopt;
  std::optional<ranking> keys = ranking_of(*meaning, channels(from), type);
  const bool holds_one = min_value(type) <= 1 && max_value(type) >= 1;
  if (keys && !keys->has_no_terms() && !holds_one) return std::nullopt;
  return keys;
}

void streamliner::take(const top_k_op& op) {
  if (!is_last()) refuse("something computes with the indices that it selects; right: a selection at the end");
  tensor_flow made = integers(0);
  put_channels_in_order(made);
  const std::optional<ranking> keys = keys_of(made, op.axis);
  if (!keys)
    return leave_to_host(op.k == 1 ? "ArgMax" : "TopK",
                         "its channels have no integers that could be compared; the outputs are its inputs");
  made.value = m_draft.add(label_select_layer{m_node->name, op.k}, {ranked(made.value, *keys)}, {1, 1, op.k});
  made.chain = {};
  made.places = places_in_order(op.k);
  put(std::move(made));
}

}  // namespace spillway
