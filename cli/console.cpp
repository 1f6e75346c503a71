// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/console.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace spillway {

void say(std::string_view line) noexcept {
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

void print_json(const nlohmann::ordered_json& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace spillway
