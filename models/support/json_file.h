// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace spillway {

/// Reads a small JSON file (1 MiB, 16 levels) whose root is an object. Throws `input_error`, naming the file, the line
/// and the column, if it is no JSON, has a key twice in one object, or is larger; `io_error` if it can't be read.
nlohmann::json read_json_object(const std::string& path);

/// The same, with the keys in the order of the file.
nlohmann::ordered_json read_ordered_json_object(const std::string& path);

/// The same of text that is at hand, which messages call `name`.
nlohmann::ordered_json parse_ordered_json_object(const std::string& text, const std::string& name);

}  // namespace spillway
