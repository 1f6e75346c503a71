// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace spillway {

struct integer_tensor;

/// As `validate`, but does not look at the values: type, shape and the number of words.
void validate_shape(const integer_tensor& tensor, std::string_view path);

}  // namespace spillway
