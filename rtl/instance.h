// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spillway {

// An instance of a module of rtl/sv, with its parameters and the contents of its memories: what the SystemVerilog twin
// of a unit or of a stream is. docs/rtl.md says how the modules are connected and what they promise.

/// A parameter of a module: `value` as SystemVerilog writes it, a number or a quoted string.
struct rtl_parameter {
  std::string name, value;
};

/// A file that the instance reads with $readmemh: `name` is the string parameter that takes the file's name, `bits` the
/// width of a word, `hex_words` the words from address 0 on, without a prefix.
struct rtl_memory {
  std::string name;
  int bits = 0;
  std::vector<std::string> hex_words;
};

/// A unit as an instance. `source` is the text of a module made for this unit alone (constant weights); else empty, and
/// `module` is one of rtl/sv.
struct rtl_instance {
  std::string module;
  std::vector<rtl_parameter> parameters;
  std::vector<rtl_memory> memories;
  std::string source;
};

/// "NAME", and a whole number as SystemVerilog reads it: in 32 bits, signed, where it fits, else with its width.
rtl_parameter number_parameter(std::string name, std::int64_t value);

/// "NAME", and a quoted string. `value` holds neither quotes nor backslashes.
rtl_parameter text_parameter(std::string name, const std::string& value);

}  // namespace spillway
