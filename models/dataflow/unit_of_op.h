// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <variant>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/integer_network/nodes.h"

namespace spillway {

// The unit that each operation becomes: one without does not compile.
template <class Layer>
struct unit_for;
template <>
struct unit_for<integer_layer> {
  using type = mvau;
};
template <>
struct unit_for<depthwise_layer> {
  using type = vvau;
};
template <>
struct unit_for<threshold_layer> {
  using type = thresholding;
};
template <>
struct unit_for<padding_layer> {
  using type = padding;
};
template <>
struct unit_for<window_layer> {
  using type = sliding_window;
};
template <>
struct unit_for<pool_layer> {
  using type = pool;
};
template <>
struct unit_for<global_sum_layer> {
  using type = global_accumulate;
};
template <>
struct unit_for<add_layer> {
  using type = add_streams;
};
template <>
struct unit_for<upsample_layer> {
  using type = upsample;
};
template <>
struct unit_for<concat_layer> {
  using type = concat_streams;
};
template <>
struct unit_for<split_layer> {
  using type = split_stream;
};
template <>
struct unit_for<label_select_layer> {
  using type = label_select;
};
template <>
struct unit_for<crop_layer> {
  using type = crop;
};
template <class Layer>
using unit_of = typename unit_for<Layer>::type;

/// The facts of the unit that an operation becomes; null for what the host does.
inline const unit_facts* unit_facts_of(const integer_op& op) {
  return std::visit(
      []<class Layer>(const Layer&) -> const unit_facts* {
        if constexpr (std::is_same_v<Layer, join_layer>)
          return nullptr;
        else
          return &unit_of<Layer>::facts;
      },
      op);
}

}  // namespace spillway
