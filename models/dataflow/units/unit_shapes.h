// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace spillway {

struct mvau;
struct vvau;
struct thresholding;

/// As `validate`, but these do not look at the values of weights and thresholds. Other units have none.
void validate_shape(const mvau& unit, const std::string& path);
void validate_shape(const vvau& unit, const std::string& path);
void validate_shape(const thresholding& unit, const std::string& path);

}  // namespace spillway
