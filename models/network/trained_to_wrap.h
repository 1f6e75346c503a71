// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "spillway/models/network/network.h"

namespace spillway {

/// P of the registers that a file's metadata say its network was trained to wrap in (WrapNet; docs/wrapnet.md); nothing
/// of other files. Throws `input_error` if they say that it was and give no width.
std::optional<int> trained_to_wrap(const network& file);

/// Whether training narrows the registers of a layer, by its place among the `layers` with weights: the first and the
/// last of three or more stay wide, as in the papers.
constexpr bool is_limited_layer(std::size_t layer, std::size_t layers) {
  return layers <= 2 || (layer > 0 && layer + 1 < layers);
}

}  // namespace spillway
