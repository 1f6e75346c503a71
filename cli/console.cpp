// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/console.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "spillway/cli/visible_text.h"

namespace spillway {

void say(std::string_view line) noexcept try {
  const std::string shown = visible(line, false) + '\n';
  std::fwrite(shown.data(), 1, shown.size(), stderr);
} catch (const std::exception&) {  // no memory to say it with
}

void say_assumptions(std::span<const assumption> assumptions) noexcept {
  for (const assumption& of : assumptions) say("note: " + to_string(of));
}

void print_json(const nlohmann::ordered_json& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace spillway
