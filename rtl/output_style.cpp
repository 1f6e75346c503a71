// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/output_style.h"

#include <array>
#include <bit>
#include <string>
#include <utility>

#include "spillway/models/support/nearest_name.h"
#include "spillway/rtl/sources.h"

namespace spillway {

namespace {

constexpr std::array<std::string_view, 2> style_names{"enable", "queue"};

/// Enabled cycles from the last iteration of a dot product to its beat: the results that may be on their way.
template <class Unit>
output_queue_price price(const Unit& unit) {
  const auto simd = static_cast<unsigned>(unit.simd);
  output_queue_price result;
  result.depth = 2 + std::bit_width(simd - 1) + (unit.thresholds ? 1 : 0);
  result.bits = unit.pe * unit.output_type.bits;
  const auto place_bits = std::int64_t{std::bit_width(static_cast<unsigned>(result.depth) - 1)};
  result.luts = 2 * result.bits + 2 * place_bits + 4;
  result.ffs = result.depth + place_bits + 1;
  return result;
}

}  // namespace

std::string_view to_string(output_style style) { return style_names.at(static_cast<std::size_t>(style)); }

output_style parse_output_style(std::string_view name) {
  return parse_name<output_style>(name, style_names, "output register");
}

rtl_instance with_output_queue(rtl_instance twin) {
  constexpr std::string_view prefix = "spillway_", queued = "spillway_queued_";
  const std::string name = std::string(queued) + twin.module.substr(prefix.size());
  std::string text(find_rtl_source(twin.module).text);
  text.erase(0, text.find('\n') + 1);  // the licence stands in front of every file
  for (const std::string& module : {twin.module, std::string("spillway_compute")}) {
    const std::string other = std::string(queued) + module.substr(prefix.size());
    for (std::size_t at = text.find(module); at != std::string::npos; at = text.find(module, at + other.size()))
      text.replace(at, module.size(), other);
  }
  twin.module = name;
  twin.source = std::move(text);
  return twin;
}

std::optional<output_queue_price> price_of_queue(const dataflow_unit& unit) {
  if (const auto* matrix = std::get_if<mvau>(&unit))
    return matrix->weight_memory == memory_style::constant ? std::nullopt : std::optional(price(*matrix));
  if (const auto* channels = std::get_if<vvau>(&unit)) return price(*channels);
  return std::nullopt;
}

}  // namespace spillway
