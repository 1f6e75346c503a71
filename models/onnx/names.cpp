// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/names.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <utility>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

struct mode_name {
  std::string_view name;
  rounding_mode mode;
};

/// The first name of a mode is the one that is written; the others are aliases in use.
constexpr std::array<mode_name, 9> mode_names{{{"ROUND", rounding_mode::round},
                                               {"CEIL", rounding_mode::ceil},
                                               {"FLOOR", rounding_mode::floor},
                                               {"UP", rounding_mode::up},
                                               {"DOWN", rounding_mode::down},
                                               {"HALF_UP", rounding_mode::half_up},
                                               {"HALF_DOWN", rounding_mode::half_down},
                                               {"HALF_EVEN", rounding_mode::round},
                                               {"ROUND_TO_ZERO", rounding_mode::down}}};

}  // namespace

bool is_quantizer_domain(std::string_view domain) {
  return domain == quantizer_domain || domain == "onnx.brevitas" || domain == "finn.custom_op.general" ||
         domain == "finn" || domain == "qonnx" || domain.empty();
}

std::string_view to_string(rounding_mode mode) {
  for (const mode_name& entry : mode_names)
    if (entry.mode == mode) return entry.name;
  return "ROUND";
}

rounding_mode parse_rounding_mode(std::string_view name, std::string_view node) {
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const mode_name& entry : mode_names)
    if (entry.name == upper) return entry.mode;
  std::array<std::string_view, mode_names.size()> candidates;
  for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i] = mode_names[i].name;
  throw input_error(fmt::format("{}: rounding_mode {} is unknown; nearest: {}", node, printable(name),
                                nearest_name(std::string_view(upper).substr(0, 80), candidates)));
}

void check_name(const std::string& name, const std::string& what) {
  constexpr std::size_t longest = 1000;
  if (name.empty()) throw input_error(fmt::format("{} has no name", what));
  if (name.size() > longest || !is_plain_text(name))
    throw input_error(fmt::format("{} {}: right: a name of at most {} bytes of UTF-8 without control characters", what,
                                  printable(name), longest));
}

}  // namespace spillway
