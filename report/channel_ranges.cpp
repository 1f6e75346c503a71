// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/channel_ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/report/profile_needs.h"

namespace spillway {
namespace {

/// A unit of the run with a register.
struct register_unit {
  cell unit;
  std::string name, scope;
  std::int64_t rows = 0, columns = 0, simd = 0;
};

std::int64_t integer_of(const cell& value) {
  const auto* held = std::get_if<std::int64_t>(&value);
  return held ? *held : 0;
}

std::string text_of(const cell& value) {
  const auto* held = std::get_if<std::string>(&value);
  return held ? *held : std::string();
}

std::vector<register_unit> units_of(const report_data& run) {
  std::vector<register_unit> units;
  for (const auto& [name, content] : run.tables) {
    if (name != "units") continue;
    const auto place = [&](const char* column) {
      const auto found = std::find(content.columns.begin(), content.columns.end(), column);
      return static_cast<std::size_t>(found - content.columns.begin());
    };
    for (const auto& row : content.rows)
      if (std::holds_alternative<std::int64_t>(row.at(place("accumulator_bits"))))
        units.push_back({row.at(place("unit")), text_of(row.at(place("name"))), text_of(row.at(place("scope"))),
                         integer_of(row.at(place("mh"))), integer_of(row.at(place("mw"))),
                         integer_of(row.at(place("simd")))});
  }
  return units;
}

/// The unit's entry in the profile. Throws `input_error` unless it is the same unit.
const nlohmann::json& entry_of(const nlohmann::json& profile, const register_unit& unit, const std::string& path) {
  const nlohmann::json& all = profile.at("units");
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const nlohmann::json& of) { return of.at("name") == unit.name; });
  if (found == all.end())
    throw input_error(fmt::format("{}: no unit {}; expected a profile of the run's network", path, unit.name));
  if (found->at("rows") != unit.rows || found->at("columns") != unit.columns ||
      found->at("channels").size() != static_cast<std::size_t>(unit.rows))
    throw input_error(fmt::format("{}: {} is {} x {}, in the run {} x {}; expected a profile of the run's network",
                                  path, unit.name, found->at("rows").get<std::int64_t>(),
                                  found->at("columns").get<std::int64_t>(), unit.rows, unit.columns));
  if (unit.scope != "final" && found->at("simd") != unit.simd)
    throw input_error(fmt::format("{}: {} has SIMD {}, in the run {}; expected a profile with the run's folding", path,
                                  unit.name, found->at("simd").get<std::int64_t>(), unit.simd));
  return *found;
}

}  // namespace

void add_channel_ranges(report_data& run, const std::filesystem::path& directory) {
  const std::string path = (directory / "profile.json").string();
  const std::string text = read_file(path, std::int64_t{1} << 30);
  table ranges{{"unit", "channel", "low", "high", "bits", "final_low", "final_high"}, {}};
  try {
    const nlohmann::json profile = nlohmann::json::parse(text);
    for (const register_unit& unit : units_of(run)) {
      std::int64_t channel = 0;
      for (const nlohmann::json& of : entry_of(profile, unit, path).at("channels")) {
        const nlohmann::json &seen = of.at("sums").at(unit.scope), &finished = of.at("sums").at("final");
        const auto number = [](const nlohmann::json& from, const char* key) {
          return cell(from.at(key).get<std::int64_t>());
        };
        ranges.rows.push_back({unit.unit, channel++, number(seen, "low"), number(seen, "high"), number(seen, "bits"),
                               number(finished, "low"), number(finished, "high")});
      }
    }
    add_profile_needs(run, profile);
    run.meta["profile_frames"] = std::to_string(profile.at("frames").get<std::int64_t>());
    run.meta["profile_dataset"] = profile.at("dataset").get<std::string>();
  } catch (const nlohmann::json::exception& failure) {
    throw input_error(fmt::format("{}: not a profile of this version ({}); make it anew with `spillway profile -o`",
                                  path, failure.what()));
  }
  run.tables.emplace_back("channel_ranges", std::move(ranges));
}

}  // namespace spillway
