// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// The first element of a [rows, columns] tensor that is less than the one before it in its row; none where every row
/// ascends, as thresholds must.
std::optional<std::int64_t> first_descent(const integer_tensor& tensor);

}  // namespace spillway
