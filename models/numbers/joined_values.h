// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// The narrowest type that holds all values of these types, of which there is one at least.
integer_type common_type(std::span<const integer_type> types);

/// The same numbers as elements of another type. Throws `config_error` for one that `type` does not hold, where the two
/// take different numbers of words.
integer_tensor in_type(integer_tensor values, integer_type type);

/// In every frame, the elements of each part one behind the other: [frames, elements of all], of their common type.
/// Each part has whole frames. Throws `config_error` unless all have as many.
integer_tensor join_frames(std::vector<integer_tensor> parts, std::int64_t frames);

}  // namespace spillway
