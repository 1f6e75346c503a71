// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/profile_needs.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace spillway {
namespace {

constexpr std::array scope_keys{"final", "per_cycle", "per_product"};

cell integer_or_nothing(const nlohmann::json& value) {
  return value.is_null() ? cell() : cell(value.get<std::int64_t>());
}

/// The width of the register that the run has for a unit.
cell register_of(const report_data& run, const std::string& unit) {
  for (const auto& [name, content] : run.tables) {
    if (name != "units") continue;
    const auto place = [&content](const char* column) {
      const auto found = std::find(content.columns.begin(), content.columns.end(), column);
      return static_cast<std::size_t>(found - content.columns.begin());
    };
    for (const auto& row : content.rows)
      if (row.at(place("name")) == cell(unit)) return row.at(place("accumulator_bits"));
  }
  return {};
}

/// Dot products that need more than `bits` bits, or all of them (0).
std::int64_t beyond(const nlohmann::json& sums, int bits) {
  std::int64_t count = 0;
  for (const auto& [needed, times] : sums.at("dot_products_by_bits").items())
    if (std::stoi(needed) > bits) count += times.get<std::int64_t>();
  return count;
}

/// Registers of which it is worth saying how many dot products overflow them: the widest holds all.
std::pair<int, int> widths_of(const nlohmann::json& units) {
  int narrowest = 64, widest = 2;
  for (const nlohmann::json& unit : units) {
    narrowest = std::min(narrowest, unit.at("sums").at("final").at("bits").get<int>());
    widest = std::max(widest, unit.at("sums").at("per_product").at("bits").get<int>());
  }
  return {std::max(2, narrowest - 6), widest};
}

}  // namespace

void add_profile_needs(report_data& run, const nlohmann::json& profile) {
  table needs{{"unit", "layer", "final", "per_cycle", "per_product", "certified", "claimed", "register"}, {}};
  table rates{{"unit", "bits", "dot_products", "final", "per_cycle", "per_product"}, {}};
  const nlohmann::json& units = profile.at("units");
  const auto [narrowest, widest] = widths_of(units);
  for (const nlohmann::json& unit : units) {
    const auto name = unit.at("name").get<std::string>();
    const nlohmann::json& sums = unit.at("sums");
    std::vector<cell>& row = needs.rows.emplace_back();
    row = {name, unit.at("layer").get<std::string>()};
    for (const char* scope : scope_keys) row.emplace_back(sums.at(scope).at("bits").get<std::int64_t>());
    row.emplace_back(unit.at("certified_bits").get<std::int64_t>());
    row.push_back(integer_or_nothing(unit.at("claimed_bits")));
    row.push_back(register_of(run, name));
    for (int bits = narrowest; bits <= widest; ++bits) {
      std::vector<cell>& rate = rates.rows.emplace_back();
      rate = {name, std::int64_t{bits}, beyond(sums.at("final"), 0)};
      for (const char* scope : scope_keys) rate.emplace_back(beyond(sums.at(scope), bits));
    }
  }
  run.tables.emplace_back("profile_needs", std::move(needs));
  run.tables.emplace_back("profile_rates", std::move(rates));
}

}  // namespace spillway
