// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/dataflow/register_choice.h"

namespace spillway {

// Register choices as people write them: lists, files, alternatives.

/// The register choices of a list in which `@FILE` stands for the lines of a file: `[UNIT|LAYER=]SPEC` each. Blank
/// lines, and what follows a `#` that begins a line or has a blank before it, do not count. Throws `config_error` that
/// names the file and the line for one that `parse_register_rule` does not take, `io_error` for a file that can't be
/// read.
std::vector<std::string> register_texts(const std::vector<std::string>& given);

/// The texts that a choice with alternatives stands for: "8..10:wrap" is "8:wrap", "9:wrap" and "10:wrap",
/// "UNIT=8,12" is "UNIT=8" and "UNIT=12"; one text without alternatives is itself. Throws `config_error` for a range
/// that is none.
std::vector<std::string> accumulator_points(const std::string& text);

/// `parse_register_rule`, with the overflow and the scope of `otherwise` where the text does not state them.
register_rule parse_register_rule(std::string_view text, const accumulator_format& otherwise);

/// The text of a rule that parses to it: `MVAU_1=12:wrap:per_cycle`, `observed:1:saturate:final`.
std::string to_string(const register_rule& rule);

}  // namespace spillway
