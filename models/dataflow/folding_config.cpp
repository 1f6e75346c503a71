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

#include "spillway/models/dataflow/folding_places.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/json_file.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {
namespace {

using json = nlohmann::ordered_json;

/// What some kind of unit has, so that it may stand for all.
constexpr unit_properties anything{true, true, true, true, true, true, true, true};

constexpr std::array<std::string_view, 4> memory_styles{"auto", "distributed", "block", "ultra"};
constexpr std::array<std::string_view, 3> multiplier_styles{"auto", "lut", "dsp"};
constexpr std::array<std::string_view, 2> threshold_styles{"parallel", "binary_search"};

/// What FINN can set, and no unit here differs by: legal, and said where the value is not what the unit is anyway.
struct fixed_attribute {
  std::string_view name;
  std::array<std::string_view, 2> same;   ///< as JSON text, what the unit is; the second may be empty
  std::array<std::string_view, 5> other;  ///< what else FINN takes; empty: any number or text
  std::string_view note = "";             ///< what is said of these; empty: that the unit is `same[0]`
};
constexpr std::string_view one_implementation = "simulated and priced as the one implementation that the unit has here";
constexpr std::string_view no_place = "simulated and priced alike wherever the unit is placed";
constexpr std::array<fixed_attribute, 16> fixed_attributes{{
    {"mem_mode", {"\"internal_decoupled\"", "\"decoupled\""}, {"\"internal_embedded\"", "\"const\"", "\"external\""}},
    {"resType", {"\"auto\"", "\"lut\""}, {"\"dsp\""}},  // of a unit that doesn't multiply
    {"ram_style_thresholds", {"\"auto\"", ""}, {"\"distributed\"", "\"block\"", "\"ultra\""}},
    {"runtime_writeable_weights", {"0", ""}, {"1"}},
    {"pumpedMemory", {"0", ""}, {"1"}},
    {"pumpedCompute", {"0", ""}, {"1"}},
    {"mlo_max_iter", {"0", ""}, {}},
    {"dynamic_mode", {"0", ""}, {"1"}},
    {"depth_trigger_uram", {"0", ""}, {}, "simulated alike; a stream's memory is chosen by its depth"},
    {"depth_trigger_bram", {"0", ""}, {}, "simulated alike; a stream's memory is chosen by its depth"},
    {"preferred_impl_style", {"\"\"", ""}, {"\"hls\"", "\"rtl\""}, one_implementation},
    {"impl_style", {"\"rtl\"", ""}, {"\"vivado\"", "\"hls\""}, one_implementation},
    {"slr", {"-1", ""}, {}, no_place},
    {"partition_id", {"0", ""}, {}, no_place},
    {"device_id", {"0", ""}, {}, no_place},
    {"mem_port", {"\"\"", ""}, {}, no_place},
}};

constexpr std::array<std::string_view, 7> own_attributes{
    "PE", "SIMD", "ram_style", "parallel_window", "threshold_style", "inFIFODepths", "outFIFODepths"};

std::vector<std::string_view> known_attributes() {
  std::vector<std::string_view> result(own_attributes.begin(), own_attributes.end());
  for (const fixed_attribute& attribute : fixed_attributes) result.push_back(attribute.name);
  return result;
}

std::string shown(const json& value) { return shown_path(value.dump(-1, ' ', false, json::error_handler_t::replace)); }

class folding_reader {
 public:
  folding_reader(const std::string& path, const std::vector<std::string>& units, std::vector<assumption>* said)
      : m_path(path), m_units(units), m_said(said) {}

  lowering_options read(const json& root) {
    // FINN lets a unit's own attributes override the defaults, wherever these stand in the file.
    if (root.contains("Defaults")) read_defaults(root.at("Defaults"));
    std::vector<folding_entry> entries;
    for (const auto& item : root.items())
      if (item.key() != "Defaults") entries.push_back(entry_called(item.key()));
    const std::vector<std::string> places = places_of(entries, m_units);
    for (std::size_t e = 0; e < entries.size(); ++e) read_unit(entries[e], places[e], root.at(entries[e].name));
    for (std::size_t e = 0; e + 1 < entries.size(); ++e)
      if (entries[e].alias.starts_with("StreamingFIFO")) read_fifo(root.at(entries[e].name), places[e + 1]);
    return std::move(m_options);
  }

 private:
  void say(const std::string& where, std::string what, std::string value, std::string why) {
    if (m_said) m_said->push_back({shown_path(where), std::move(what), std::move(value), std::move(why)});
  }

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
    const std::string alias = kind.is_string() ? kind.get<std::string>() : "";
    const unit_facts* named = kind_called(alias);
    if (named == nullptr && !is_other_finn_kind(alias))
      refuse(fmt::format("{} is for {}, which is no kind of unit; nearest: {}", where, shown(kind),
                         nearest_name(alias, kinds())));
    bool used = false;
    for (const std::string& unit : m_units) {
      if (named == nullptr || &kind_of_unit(unit) != named) continue;
      used = true;
      set(m_options.units[unit], named->has, key, value, where);
    }
    if (!used) say(where, "folding", "skipped", fmt::format("the network has no {}", alias));
  }

  static std::vector<std::string_view> kinds() {
    std::vector<std::string_view> result = all_kind_names();
    result.insert(result.begin(), "all");
    return result;
  }

  folding_entry entry_called(const std::string& name) const {
    if (std::optional<folding_entry> entry = parse_entry(name)) return *std::move(entry);
    const std::vector<std::string_view> views(m_units.begin(), m_units.end());
    refuse(fmt::format("there is no unit '{}'; nearest: {}", shown_path(name), nearest_name(name, views)));
  }

  void read_unit(const folding_entry& entry, const std::string& unit, const json& attributes) {
    if (!attributes.is_object()) refuse(fmt::format("{} = {} must be an object", entry.name, shown(attributes)));
    if (unit.empty()) {
      check_skipped(entry, attributes);
      return say(entry.name, "folding", "skipped", why_skipped(entry));
    }
    const auto [first, is_new] = m_named_as.emplace(unit, entry.name);
    if (!is_new) refuse(fmt::format("{} is there twice, as {} and as {}", unit, first->second, entry.name));
    if (entry.is_finn_name && unit.substr(unit.rfind('_')) != entry.name.substr(entry.name.rfind('_')))
      say(entry.name, "folding", unit, "the unit at its place in the network");
    for (const auto& item : attributes.items())
      set(m_options.units[unit], kind_of_unit(unit).has, item.key(), item.value(),
          fmt::format("{}.{}", entry.name, shown_path(item.key())));
    check_constant_weights(m_options.units[unit], entry.name);
  }

  /// What is skipped may say nothing that is illegal.
  void check_skipped(const folding_entry& entry, const json& attributes) {
    if (entry.kind == nullptr) return;
    unit_options ignored;
    for (const auto& item : attributes.items())
      set(ignored, entry.kind->has, item.key(), item.value(), fmt::format("{}.{}", entry.name, shown_path(item.key())));
  }

  static std::string why_skipped(const folding_entry& entry) {
    if (entry.alias.starts_with("StreamingFIFO"))
      return "streams are FIFOs; its depth is that of the stream to the next unit";
    if (entry.kind == &width_converter::facts) return "converters follow from the folds";
    if (entry.kind == nullptr) return "a unit of FINN's that this accelerator has no need of";
    return "the network has no such unit at its place";
  }

  /// FINN's FIFO in front of a unit with one input.
  void read_fifo(const json& attributes, const std::string& unit) {
    if (unit.empty() || !attributes.contains("depth")) return;
    const unit_facts& kind = kind_of_unit(unit);
    if (&kind == &add_streams::facts || &kind == &concat_streams::facts || &kind == &width_converter::facts) return;
    const int depth = fold(attributes.at("depth"), "StreamingFIFO.depth");
    std::vector<int>& depths = m_options.units[unit].input_depths;
    if (depths.empty()) depths.push_back(depth);
    depths[0] = std::max(depths[0], depth);
  }

  void set(unit_options& unit, const unit_properties& has, const std::string& key, const json& value,
           const std::string& where) {
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
    else if (key == "threshold_style")
      unit.thresholds = compared(value, where);
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

  threshold_style compared(const json& value, const std::string& where) const {
    const auto found = std::find(threshold_styles.begin(), threshold_styles.end(), value);
    if (found == threshold_styles.end())
      refuse(fmt::format("{} = {} is not one of {}; nearest: {}", where, shown(value),
                         fmt::join(threshold_styles, ", "),
                         nearest_name(value.is_string() ? value.get<std::string>() : "", threshold_styles)));
    return static_cast<threshold_style>(found - threshold_styles.begin());
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

  void set_memory(unit_options& unit, const unit_properties& has, const json& value, const std::string& where) {
    const memory_style chosen = style(value, where);
    if (has.memory)
      unit.memory = chosen;
    else if (chosen == memory_style::block || chosen == memory_style::ultra)
      say(where, "folding", shown(value), "simulated alike, and priced as \"distributed\"");
  }

  bool flag(const json& value, const std::string& where) const {
    if (value != 0 && value != 1) refuse(fmt::format("{} = {} must be 0 or 1; nearest: 0", where, shown(value)));
    return value == 1;
  }

  std::vector<int> depths(const json& value, const std::string& where) const {
    if (!value.is_array() || value.empty())
      refuse(fmt::format("{} = {} must be an array, one depth a port", where, shown(value)));
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

  void check_fixed(const std::string& key, const json& value, const std::string& where) {
    const auto found = std::find_if(fixed_attributes.begin(), fixed_attributes.end(),
                                    [&](const fixed_attribute& a) { return a.name == key; });
    if (found == fixed_attributes.end())
      refuse(fmt::format("{} = {} would have no effect; nearest: {}", where, shown(value),
                         nearest_name(key, known_attributes())));
    const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text == found->same[0] || text == found->same[1]) return;
    const bool is_open = found->other[0].empty() && (value.is_number_integer() || value.is_string());
    if (text.empty() || (!is_open && std::find(found->other.begin(), found->other.end(), text) == found->other.end()))
      refuse(fmt::format("{} = {} is not what FINN takes; nearest: {}", where, shown(value), found->same[0]));
    say(where, "folding", shown(value),
        found->note.empty() ? fmt::format("simulated and priced as {}", found->same[0]) : std::string(found->note));
  }

  const std::string& m_path;
  const std::vector<std::string>& m_units;
  std::vector<assumption>* m_said;
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
  // FINN knows no such attribute: it is written only where it says something.
  if constexpr (has.thresholds)
    if (unit.style == threshold_style::binary_search) attributes["threshold_style"] = "binary_search";
  if constexpr (has.parallel_window) attributes["parallel_window"] = unit.style == window_style::parallel ? 1 : 0;
  return attributes;
}

}  // namespace

lowering_options read_folding_config(const std::string& path, const std::vector<std::string>& units,
                                     std::vector<assumption>* said) {
  return folding_reader(path, units, said).read(read_ordered_json_object(path));
}

lowering_options parse_folding_config(const std::string& text, const std::string& name,
                                      const std::vector<std::string>& units, std::vector<assumption>* said) {
  return folding_reader(name, units, said).read(parse_ordered_json_object(text, name));
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
