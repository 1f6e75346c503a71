// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/study_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "spillway/explore/study/network_files.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/json_file.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

using json = nlohmann::json;

constexpr std::array<std::string_view, 20> part_keys{
    "networks",     "data",        "calibration",   "validation",     "accumulators", "wide",      "always",
    "overflow",     "scope",       "foldings",      "hardware",       "devices",      "clock_mhz", "input",
    "count_frames", "multipliers", "xnor_popcount", "float_accuracy", "name",         "folder"};
constexpr std::array<std::string_view, 2> overflow_names{"wrap", "saturate"};
constexpr std::array<std::string_view, 3> scope_names{"per_product", "per_cycle", "final"};

/// One object of a study file, and where it stands.
class part_reader {
 public:
  part_reader(const json& object, std::string where) : m_object(object), m_where(std::move(where)) {}

  void read(study_part& part) const {
    check_keys();
    texts("networks", part.networks);
    if (has("data")) part.data = data("data");
    if (has("calibration")) part.calibration = data("calibration");
    if (has("validation")) part.validation = data("validation");
    choices(part.accumulators);
    text("wide", part.wide);
    texts("always", part.always);
    names("overflow", overflow_names, part.overflow);
    names("scope", scope_names, part.scope);
    goals(part.foldings);
    texts("hardware", part.hardware);
    texts("devices", part.devices);
    number("clock_mhz", part.clock_mhz);
    if (has("count_frames")) part.count_frames = whole(m_object.at("count_frames"), "count_frames");
    text("input", part.input);
    text("multipliers", part.multipliers);
    if (has("xnor_popcount")) {
      if (!m_object.at("xnor_popcount").is_boolean()) refuse("xnor_popcount", "true or false");
      part.xnor_popcount = m_object.at("xnor_popcount");
    }
    if (has("float_accuracy")) {
      double value = 0;
      number("float_accuracy", value);
      part.float_accuracy = value;
    }
  }

 private:
  bool has(const char* key) const { return m_object.contains(key); }

  [[noreturn]] void refuse(const std::string& key, std::string_view expected) const {
    throw input_error(fmt::format("{}: {} = {}; expected {}", m_where, key,
                                  shown_path(m_object.at(key).dump(-1, ' ', false, json::error_handler_t::replace)),
                                  expected));
  }

  void check_keys() const {
    for (const auto& item : m_object.items())
      if (item.key() != "parts" && std::find(part_keys.begin(), part_keys.end(), item.key()) == part_keys.end())
        throw input_error(fmt::format("{}: there is no key '{}'; nearest: {}", m_where, printable(item.key()),
                                      nearest_name(item.key(), part_keys)));
  }

  void text(const char* key, std::string& into) const {
    if (!has(key)) return;
    if (!m_object.at(key).is_string()) refuse(key, "a text");
    into = m_object.at(key);
  }

  void number(const char* key, double& into) const {
    if (!has(key)) return;
    if (!m_object.at(key).is_number()) refuse(key, "a number");
    into = m_object.at(key);
  }

  std::int64_t whole(const json& value, const char* key) const {
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0) refuse(key, "a whole number, 0 or more");
    return value;
  }

  /// A text, or a list of texts.
  void texts(const char* key, std::vector<std::string>& into) const {
    if (!has(key)) return;
    const json& value = m_object.at(key);
    into.clear();
    for (const json& one : value.is_array() ? value : json::array({value})) {
      if (!one.is_string()) refuse(key, "a text or a list of texts");
      into.push_back(one);
    }
  }

  /// Texts, whole numbers, and lists of rules that are one choice.
  void choices(std::vector<std::string>& into) const {
    const char* key = "accumulators";
    if (!has(key)) return;
    const json& value = m_object.at(key);
    into.clear();
    for (const json& one : value.is_array() ? value : json::array({value})) {
      std::string choice;
      for (const json& rule : one.is_array() ? one : json::array({one})) {
        if (!rule.is_string() && !rule.is_number_integer())
          refuse(key, R"(choices such as "8..16", "certified" or 32)");
        choice += (choice.empty() ? "" : " ") + (rule.is_string() ? rule.get<std::string>() : rule.dump());
      }
      into.push_back(choice);
    }
  }

  template <class Kind, std::size_t Count>
  void names(const char* key, const std::array<std::string_view, Count>& known, std::vector<Kind>& into) const {
    std::vector<std::string> given;
    texts(key, given);
    if (!has(key)) return;
    into.clear();
    for (const std::string& name : given) into.push_back(parse_name<Kind>(name, known, key, m_where));
  }

  study_data data(const char* key) const {
    const json& value = m_object.at(key);
    if (value.is_string()) return {value, 0, 0};
    study_data result;
    if (!value.is_object() || !value.contains("name") || !value.at("name").is_string())
      refuse(key, R"(a name or a path, or {"name": ..., "frames": ..., "skip": ...})");
    for (const auto& item : value.items()) {
      if (item.key() == "name")
        result.name = item.value();
      else if (item.key() == "frames")
        result.frames = whole(item.value(), key);
      else if (item.key() == "skip")
        result.skip = whole(item.value(), key);
      else
        refuse(key, "the keys name, frames and skip");
    }
    return result;
  }

  void goals(std::vector<study_goal>& into) const {
    const char* key = "foldings";
    if (!has(key)) return;
    const json& value = m_object.at(key);
    into.clear();
    for (const json& one : value.is_array() ? value : json::array({value})) into.push_back(goal(one, key));
  }

  study_goal goal(const json& one, const char* key) const {
    using kind = study_goal::kind;
    if (one == "default") return {};
    if (one.is_object() && one.size() == 1) {
      const auto item = one.items().begin();
      if (item.key() == "fps" && item.value().is_number()) return {kind::fps, item.value(), {}};
      if (item.key() == "cycles" && item.value().is_number()) return {kind::cycles, item.value(), {}};
      if (item.key() == "budget" && item.value().is_number()) return {kind::budget, item.value(), {}};
      if (item.key() == "file" && item.value().is_string()) return {kind::file, 0, item.value()};
    }
    refuse(key, R"("default", {"fps": N}, {"cycles": N}, {"budget": PERCENT} or {"file": NAME})");
  }

  const json& m_object;
  std::string m_where;
};

json to_json_value(const study_data& data) {
  json value{{"name", data.name}};
  if (data.frames > 0) value["frames"] = data.frames;
  if (data.skip > 0) value["skip"] = data.skip;
  return value;
}

json to_json_value(const study_goal& goal) {
  switch (goal.of) {
    case study_goal::kind::standard:
      break;
    case study_goal::kind::fps:
      return {{"fps", goal.value}};
    case study_goal::kind::cycles:
      return {{"cycles", goal.value}};
    case study_goal::kind::budget:
      return {{"budget", goal.value}};
    case study_goal::kind::file:
      return {{"file", goal.file}};
  }
  return "default";
}

json to_json_value(const study_part& part) {
  json value{{"networks", part.networks}, {"data", to_json_value(part.data)}, {"accumulators", part.accumulators},
             {"hardware", part.hardware}, {"devices", part.devices},          {"clock_mhz", part.clock_mhz}};
  for (const overflow_mode mode : part.overflow) value["overflow"].push_back(to_string(mode));
  for (const limit_scope scope : part.scope) value["scope"].push_back(to_string(scope));
  for (const study_goal& goal : part.foldings) value["foldings"].push_back(to_json_value(goal));
  if (part.calibration) value["calibration"] = to_json_value(*part.calibration);
  if (part.validation) value["validation"] = to_json_value(*part.validation);
  if (!part.wide.empty()) value["wide"] = part.wide;
  if (!part.always.empty()) value["always"] = part.always;
  if (part.count_frames > 0) value["count_frames"] = part.count_frames;
  if (!part.input.empty()) value["input"] = part.input;
  if (!part.multipliers.empty()) value["multipliers"] = part.multipliers;
  if (part.xnor_popcount) value["xnor_popcount"] = true;
  if (part.float_accuracy) value["float_accuracy"] = *part.float_accuracy;
  return value;
}

json to_json_value(const study_spec& spec) {
  json value{{"parts", json::array()}};
  if (!spec.name.empty()) value["name"] = spec.name;
  for (const study_part& part : spec.parts) value["parts"].push_back(to_json_value(part));
  return value;
}

void validate(const study_part& part, const std::string& where) {
  const auto require = [&](bool holds, const char* what) {
    if (!holds) throw config_error(fmt::format("{}: {}", where, what));
  };
  require(!part.networks.empty(), "no networks; expected files, folders or globs");
  require(!part.data.name.empty(), "no data; expected the name of a data set or a path");
  require(!part.accumulators.empty(), "no register choices; expected accumulators such as certified or 8..16");
  require(!part.overflow.empty() && !part.scope.empty(), "no overflow or no scope; expected one at least");
  require(!part.foldings.empty(), "no folding; expected default, a rate or a file");
  require(!part.hardware.empty() && !part.devices.empty(), "no hardware or no device; expected one at least");
  require(std::isfinite(part.clock_mhz) && part.clock_mhz > 0, "the clock must be above 0 MHz");
  require(part.multipliers.empty() || part.multipliers == "lut" || part.multipliers == "dsp",
          "multipliers are lut or dsp");
  for (const study_goal& goal : part.foldings) {
    const bool has_value = goal.of != study_goal::kind::standard && goal.of != study_goal::kind::file;
    require(!has_value || (std::isfinite(goal.value) && goal.value > 0), "a folding's rate must be above 0");
    require(goal.of != study_goal::kind::cycles || goal.value >= 1, "a folding's cycles must be 1 or more");
    require(goal.of != study_goal::kind::budget || goal.value <= 100, "a budget is of at most 100 percent of a device");
  }
}

study_spec study_of(const json& file, const std::string& name, const std::filesystem::path& folder) {
  study_spec spec;
  spec.folder = folder;
  if (file.contains("folder") && file.at("folder").is_string())
    spec.folder = path_of(spec.folder, file.at("folder").get<std::string>());
  if (file.contains("name") && file.at("name").is_string()) spec.name = file.at("name");
  const std::string where = shown_path(name);
  study_part common;
  part_reader(file, where).read(common);
  if (!file.contains("parts")) {
    spec.parts.push_back(std::move(common));
  } else {
    const json& parts = file.at("parts");
    if (!parts.is_array() || parts.empty() || !std::all_of(parts.begin(), parts.end(), [](const json& part) {
          return part.is_object() && !part.contains("parts");
        }))
      throw input_error(fmt::format("{}: parts must be a list of objects with the keys of a study", where));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      study_part part = common;
      part_reader(parts[i], fmt::format("{}: parts[{}]", where, i)).read(part);
      spec.parts.push_back(std::move(part));
    }
  }
  return spec;
}

}  // namespace

std::string to_string(const study_goal& goal) {
  switch (goal.of) {
    case study_goal::kind::standard:
      break;
    case study_goal::kind::fps:
      return fmt::format("{} fps", goal.value);
    case study_goal::kind::cycles:
      return fmt::format("{} cycles", goal.value);
    case study_goal::kind::budget:
      return fmt::format("{}% of the device", goal.value);
    case study_goal::kind::file:
      return fmt::format("file {}", goal.file);
  }
  return "default";
}

study_spec read_study(const std::string& path) {
  return study_of(read_json_object(path), path, std::filesystem::path(path).parent_path());
}

study_spec parse_study(const std::string& text, const std::string& name, const std::filesystem::path& folder) {
  return study_of(parse_ordered_json_object(text, name), name, folder);
}

std::string to_json(const study_spec& spec) {
  return to_json_value(spec).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string to_study_file(const study_spec& spec) {
  json value = to_json_value(spec);
  value["folder"] = std::filesystem::absolute(spec.folder.empty() ? "." : spec.folder).lexically_normal().string();
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

void validate(const study_spec& spec) {
  if (spec.parts.empty()) throw config_error("a study of nothing; expected networks and data");
  for (std::size_t i = 0; i < spec.parts.size(); ++i)
    validate(spec.parts[i], spec.parts.size() == 1 ? "the study" : fmt::format("parts[{}] of the study", i));
}

}  // namespace spillway
