// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace spillway {

/// Names of one scope of SystemVerilog: each is legal, and given once.
class rtl_names {
 public:
  /// `wanted` with anything but letters, digits and underscores made underscores, and something added in front or
  /// behind where it would begin with a digit, be a word of the language or be there already.
  std::string make(std::string_view wanted);

 private:
  std::set<std::string> m_taken;
};

}  // namespace spillway
