// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "spillway/models/numbers/rounding_mode.h"

// What reading and writing share: the words of the format.

namespace spillway {

/// The domain that quantizers are written in, and whether they may be read in `domain`: that one, its two older names,
/// or none.
inline constexpr std::string_view quantizer_domain = "qonnx.custom_op.general";
bool is_quantizer_domain(std::string_view domain);

/// A rounding mode by its name in a file, in any letter case. Throws `input_error`, naming the node and the nearest
/// legal name, for another.
std::string_view to_string(rounding_mode mode);
rounding_mode parse_rounding_mode(std::string_view name, std::string_view node);

/// Throws `input_error`, beginning with `what`, unless a name of the file can stand in a message of one line.
void check_name(const std::string& name, const std::string& what);

}  // namespace spillway
