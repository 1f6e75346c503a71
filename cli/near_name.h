// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace spillway {

/// The name that `text` is likely a slip of: one that it abbreviates, or one that is reached by a letter added, left
/// out or replaced, or by two that changed places, once in four letters at most. Empty if there is none.
std::string_view near_name(std::string_view text, std::span<const std::string_view> names);

}  // namespace spillway
