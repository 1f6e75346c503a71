// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace spillway {

/// A file of rtl/sv, rtl/test_bench or rtl/vivado as it was when the library was built: one module, of the file's name,
/// bench.cpp, or what is filled in for Vivado.
struct rtl_source {
  std::string_view module;  ///< "spillway_stream" or "bench": the file's name without its end
  std::string_view text;
};

/// All of them, by name.
std::span<const rtl_source> rtl_sources();

/// Throws `config_error` if there is no module of that name.
const rtl_source& find_rtl_source(std::string_view module);

/// The modules that `text` names, and those that these name in turn.
std::set<std::string> modules_named_in(std::string_view text);

}  // namespace spillway
