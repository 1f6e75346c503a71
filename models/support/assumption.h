// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace spillway {

/// What was decided where a file leaves something open, or is not followed to the letter.
struct assumption {
  std::string where;  ///< the node, tensor or unit that it is about
  std::string what;   ///< what was to be decided: "input format", "left to the host", ...
  std::string value;  ///< how it was decided: "FIXED<16,6>"
  std::string why;    ///< the reason, and what follows from it

  friend bool operator==(const assumption&, const assumption&) = default;
};

/// One line: "x: input format: FIXED<16,6> (the file does not quantize its input)".
std::string to_string(const assumption& of);

}  // namespace spillway
