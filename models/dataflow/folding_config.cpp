// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/folding_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/json_file.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {
namespace {

using nlohmann::json;

/// The kind that FINN calls `alias`; null if there is none.
const unit_facts* kind_called(std::string_view alias) {
  for (const unit_facts* kind : all_unit_facts)
    for (const std::string_view known : kind->finn_names)
      if (!alias.empty() && alias == known) return kind;
  return nullptr;
}

/// The kind of a unit of ours, by what stands before the number of its name.
const unit_facts& kind_of_unit(std::string_view unit) { return *kind_called(unit.substr(0, unit.rfind('_'))); }

/// What some kind of unit has, so that it may stand for all.
constexpr unit_properties anything{true, true, true, true, true, true, true, true};

constexpr std::array<std::string_view, 4> memory_styles{"auto", "distributed", "block", "ultra"};
constexpr std::array<std::string_view, 3> multiplier_styles{"auto", "lut", "dsp"};

/// What FINN can set and Spillway's unit has always: legal as long as it says so.
struct fixed_attribute {
  std::string_view name;
  std::array<std::string_view, 2> values;  ///< as JSON text; the second may be empty
};
constexpr std::array<fixed_attribute, 4> fixed_attributes{{
    {"mem_mode", {"\"internal_decoupled\"", "\"decoupled\""}},
    {"resType", {"\"auto\"", "\"lut\""}},  // of a unit that doesn't multiply
    {"ram_style_thresholds", {"\"auto\"", ""}},
    {"runtime_writeable_weights", {"0", ""}},
}};

constexpr std::array<std::string_view, 10> known_attributes{"PE",
                                                            "SIMD",
                                                            "ram_style",
                                                            "parallel_window",
                                                            "inFIFODepths",
                                                            "outFIFODepths",
                                                            "mem_mode",
                                                            "resType",
                                                            "ram_style_thresholds",
                                                            "runtime_writeable_weights"};

std::string shown(const json& value) { return shown_path(value.dump(-1, ' ', false, json::error_handler_t::replace)); }

class folding_reader {
 public:
  folding_reader(const std::string& path, const std::vector<std::string>& units) : m_path(path), m_units(units) {}

  lowering_options read() {
    const json root = read_json_object(m_path);
    // FINN lets a unit's own attributes override the defaults, wherever these stand in the file.
    if (root.contains("Defaults")) read_defaults(root.at("Defaults"));
    for (const auto& item : root.items())
      if (item.key() != "Defaults") read_unit(item.key(), item.value());
    return std::move(m_options);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw config_error(fmt::format("{}: {}", shown_path(m_path), what));
  }

  /// Each default is [value, [kinds of unit]], where "all" is every kind that has the attribute.
  void read_defaults(const json& defaults) {
    if (!defaults.is_object()) refuse(fmt::format("Defaults = {} must be an object", shown(defaults)));
    for (const auto& item : defaults.items()) {
      const std::string where = fmt::format("Defaults.{}", shown_path(item.key()));
      const json& value = item.value();
      if (!value.is_array() || value.size() != 2 || !value[1].is_array() || value[1].empty())
        refuse(
            fmt::format("{} = {} must be [value, [kinds of unit]], for instance [2, [\"all\"]]", where, shown(value)));
      for (const json& kind : value[1]) read_default(item.key(), value[0], kind, where);
    }
  }

  void read_default(const std::string& key, const json& value, const json& kind, const std::string& where) {
    if (kind == "all") return set(m_options.defaults, anything, key, value, where);
    const unit_facts* named = kind.is_string() ? kind_called(kind.get<std::string>()) : nullptr;
    bool used = false;
    for (const std::string& unit : m_units) {
      if (named == nullptr || &kind_of_unit(unit) != named) continue;
      used = true;
      set(m_options.units[unit], named->has, key, value, where);
    }
    if (!used)
      refuse(fmt::format("{} is for {}, and there is no such unit; nearest: {}", where, shown(kind),
                         nearest_name(kind.is_string() ? kind.get<std::string>() : "all", kinds_here())));
  }

  /// Every name of the kinds of unit that the accelerator has.
  std::vector<std::string_view> kinds_here() const {
    std::vector<std::string_view> result{"all"};
    for (const unit_facts* kind : all_unit_facts)
      if (std::any_of(m_units.begin(), m_units.end(), [&](const std::string& u) { return &kind_of_unit(u) == kind; }))
        result.insert(result.end(), kind->finn_names.begin(), kind->finn_names.end());
    std::erase(result, "");
    return result;
  }

  void read_unit(const std::string& name, const json& attributes) {
    const std::string unit = unit_called(name);
    const auto [first, is_new] = m_named_as.emplace(unit, name);
    if (!is_new) refuse(fmt::format("{} is there twice, as {} and as {}", unit, first->second, name));
    if (!attributes.is_object()) refuse(fmt::format("{} = {} must be an object", name, shown(attributes)));
    for (const auto& item : attributes.items())
      set(m_options.units[unit], kind_of_unit(unit).has, item.key(), item.value(),
          fmt::format("{}.{}", name, shown_path(item.key())));
    check_constant_weights(m_options.units[unit], name);
  }

  std::string unit_called(const std::string& name) const {
    const std::size_t number = name.rfind('_');
    if (number != std::string::npos) {
      const unit_facts* kind = kind_called(name.substr(0, number));
      std::string ours = (kind ? std::string(kind->unit_name) : std::string()) + name.substr(number);
      // Which converters there are depends on the folds that this file gives: `lower` looks at them.
      if (kind == &width_converter::facts || std::find(m_units.begin(), m_units.end(), ours) != m_units.end())
        return ours;
    }
    const std::vector<std::string_view> views(m_units.begin(), m_units.end());
    refuse(fmt::format("there is no unit '{}'; nearest: {}", shown_path(name), nearest_name(name, views)));
  }

  void set(unit_options& unit, const unit_properties& has, const std::string& key, const json& value,
           const std::string& where) const {
    if (key == "PE")
      unit.pe = fold(value, where);
    else if (key == "SIMD")
      unit.simd = fold(value, where);
    else if (key == "ram_style")
      set_memory(unit, has, value, where);
    else if (key == "mem_mode" && has.constant_weights && is_memory_mode(value))
      unit.constant_weights = is_embedded(value);
    else if (key == "resType" && has.multipliers)
      unit.multipliers = multipliers(value, where);
    else if (key == "parallel_window")
      unit.parallel_window = flag(value, where);
    else if (key == "inFIFODepths")
      unit.input_depths = depths(value, where);
    else if (key == "outFIFODepths")
      unit.output_depths = depths(value, where);
    else
      check_fixed(key, value, where);
  }

  /// FINN's internal_embedded, once `const`, compiles weights into the unit: here they become constants of its logic.
  static bool is_embedded(const json& value) { return value == "internal_embedded" || value == "const"; }
  static bool is_memory_mode(const json& value) {
    return is_embedded(value) || value == "internal_decoupled" || value == "decoupled";
  }

  multiplier_style multipliers(const json& value, const std::string& where) const {
    if (value == "dsp") return multiplier_style::dsp;
    if (value != "lut" && value != "auto")
      refuse(fmt::format("{} = {} is not one of auto, lut, dsp; nearest: {}", where, shown(value),
                         nearest_name(value.is_string() ? value.get<std::string>() : "", multiplier_styles)));
    return multiplier_style::lut;
  }

  /// What would have no effect on constant weights: another memory, or multipliers.
  void check_constant_weights(const unit_options& unit, const std::string& name) const {
    if (!unit.constant_weights.value_or(false)) return;
    if (unit.memory == memory_style::block || unit.memory == memory_style::ultra)
      refuse(
          fmt::format("{}.ram_style has no effect on embedded weights, which are constants; nearest: \"auto\"", name));
    if (unit.multipliers == multiplier_style::dsp)
      refuse(fmt::format("{}.resType has no effect on embedded weights, which are constants; nearest: \"auto\"", name));
  }

  void set_memory(unit_options& unit, const unit_properties& has, const json& value, const std::string& where) const {
    const memory_style chosen = style(value, where);
    if (has.memory)
      unit.memory = chosen;
    else if (chosen == memory_style::block || chosen == memory_style::ultra)
      refuse(fmt::format("{} = {} is not what is simulated and costed; nearest: \"distributed\"", where, shown(value)));
  }

  bool flag(const json& value, const std::string& where) const {
    if (value != 0 && value != 1) refuse(fmt::format("{} = {} must be 0 or 1; nearest: 0", where, shown(value)));
    return value == 1;
  }

  std::vector<int> depths(const json& value, const std::string& where) const {
    if (!value.is_array()) refuse(fmt::format("{} = {} must be an array, one depth a port", where, shown(value)));
    std::vector<int> result;
    for (const json& depth : value) result.push_back(fold(depth, where));
    return result;
  }

  int fold(const json& value, const std::string& where) const {
    constexpr int greatest = std::numeric_limits<int>::max();
    const bool is_legal =
        value.is_number_unsigned() && value.get<std::uint64_t>() >= 1 && value.get<std::uint64_t>() <= greatest;
    if (!is_legal) refuse(fmt::format("{} = {} must be a positive integer; nearest: 1", where, shown(value)));
    return value.get<int>();
  }

  memory_style style(const json& value, const std::string& where) const {
    const auto found = std::find(memory_styles.begin(), memory_styles.end(), value);
    if (found == memory_styles.end())
      refuse(fmt::format("{} = {} is not one of {}; nearest: {}", where, shown(value), fmt::join(memory_styles, ", "),
                         nearest_name(value.is_string() ? value.get<std::string>() : "", memory_styles)));
    return static_cast<memory_style>(found - memory_styles.begin());
  }

  void check_fixed(const std::string& key, const json& value, const std::string& where) const {
    const auto found = std::find_if(fixed_attributes.begin(), fixed_attributes.end(),
                                    [&](const fixed_attribute& a) { return a.name == key; });
    if (found == fixed_attributes.end())
      refuse(fmt::format("{} = {} would have no effect; nearest: {}", where, shown(value),
                         nearest_name(key, known_attributes)));
    const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text == found->values[0] || text == found->values[1]) return;
    refuse(
        fmt::format("{} = {} is not what is simulated and costed; nearest: {}", where, shown(value), found->values[0]));
  }

  const std::string& m_path;
  const std::vector<std::string>& m_units;
  lowering_options m_options;
  std::map<std::string, std::string> m_named_as;  ///< the file's name for each unit
};

const char* name_of(memory_style style) { return memory_styles[static_cast<std::size_t>(style)].data(); }

/// Adds what a unit with weights keeps them in, and multiplies them with.
template <class Unit>
void add_weights(json& attributes, const Unit& unit) {
  if (unit.weight_memory == memory_style::constant) {
    attributes["mem_mode"] = "internal_embedded";
    return;
  }
  attributes["ram_style"] = name_of(unit.weight_memory);
  attributes["resType"] = unit.multipliers == multiplier_style::dsp ? "dsp" : "lut";
}

/// The attributes of one unit, as FINN's file has them: what its kind says that it has.
template <class Unit>
json attributes_of(const Unit& unit) {
  constexpr unit_properties has = Unit::facts.has;
  json attributes = json::object();
  if constexpr (has.pe) attributes["PE"] = unit.pe;
  if constexpr (has.simd) attributes["SIMD"] = unit.simd;
  if constexpr (has.multipliers)
    add_weights(attributes, unit);
  else if constexpr (has.memory)
    attributes["ram_style"] = name_of(unit.memory);
  if constexpr (has.parallel_window) attributes["parallel_window"] = unit.style == window_style::parallel ? 1 : 0;
  return attributes;
}

}  // namespace

lowering_options read_folding_config(const std::string& path, const std::vector<std::string>& units) {
  return folding_reader(path, units).read();
}

std::string folding_config_json(const dataflow& flow) {
  nlohmann::ordered_json root;
  root["Defaults"] = json::object();
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    json attributes = std::visit([](const auto& unit) { return attributes_of(unit); }, flow.units[u]);
    const unit_ports ports = ports_of(flow.units[u]);
    std::vector<int> in(ports.inputs.size(), flow.stream_depth), out(ports.outputs.size(), flow.stream_depth);
    for (const dataflow_stream& link : streams_of(flow)) {
      if (link.to == static_cast<int>(u)) in[static_cast<std::size_t>(link.to_port)] = link.depth;
      if (link.from == static_cast<int>(u)) out[static_cast<std::size_t>(link.from_port)] = link.depth;
    }
    attributes["inFIFODepths"] = in;
    attributes["outFIFODepths"] = out;
    root[name_of(flow.units[u])] = attributes;
  }
  return root.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace spillway
