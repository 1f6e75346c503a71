// SPDX-License-Identifier: Apache-2.0
#include "models/folding_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "models/atomic_file.h"
#include "models/error.h"
#include "models/json_file.h"
#include "models/nearest_name.h"

namespace spillway {
namespace {

using nlohmann::json;

/// FINN's names of the unit, the newest first; longer ones before those that they begin with.
constexpr std::array<std::string_view, 5> unit_kinds{"MVAU_hls", "MVAU_rtl", "MVAU", "MatrixVectorActivation",
                                                     "StreamingFCLayer_Batch"};

constexpr std::array<std::string_view, 4> memory_styles{"auto", "distributed", "block", "ultra"};

/// What FINN can set and Spillway's unit has always: legal as long as it says so.
struct fixed_attribute {
  std::string_view name;
  std::array<std::string_view, 2> values;  ///< as JSON text; the second may be empty
};
constexpr std::array<fixed_attribute, 4> fixed_attributes{{
    {"mem_mode", {"\"internal_decoupled\"", "\"decoupled\""}},
    {"resType", {"\"auto\"", "\"lut\""}},
    {"ram_style_thresholds", {"\"auto\"", ""}},
    {"runtime_writeable_weights", {"0", ""}},
}};

constexpr std::array<std::string_view, 7> known_attributes{
    "PE", "SIMD", "ram_style", "mem_mode", "resType", "ram_style_thresholds", "runtime_writeable_weights"};

std::string shown(const json& value) {
  return shown_path(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

class folding_reader {
 public:
  folding_reader(const std::string& path, std::size_t units) : m_path(path), m_options(units), m_named_as(units) {}

  std::vector<unit_options> read() {
    const json root = read_json_object(m_path);
    // FINN lets a unit's own attributes override the defaults, wherever these stand in the file.
    if (root.contains("Defaults")) read_defaults(root.at("Defaults"));
    for (const auto& item : root.items())
      if (item.key() != "Defaults") read_unit(item.key(), item.value());
    return m_options;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw config_error(fmt::format("{}: {}", shown_path(m_path), what));
  }

  /// Each default is [value, [kinds of unit]], where "all" is every kind.
  void read_defaults(const json& defaults) {
    if (!defaults.is_object()) refuse(fmt::format("Defaults = {} must be an object", shown(defaults)));
    for (const auto& item : defaults.items()) {
      const std::string where = fmt::format("Defaults.{}", shown_path(item.key()));
      const json& value = item.value();
      if (!value.is_array() || value.size() != 2 || !value[1].is_array() || value[1].empty())
        refuse(fmt::format("{} = {} must be [value, [kinds of unit]], for instance [2, [\"all\"]]", where,
                           shown(value)));
      for (const json& kind : value[1])
        if (kind != "all" && std::find(unit_kinds.begin(), unit_kinds.end(), kind) == unit_kinds.end())
          refuse(fmt::format("{} is for {}, and there is no such unit; nearest: {}", where, shown(kind),
                             nearest_name(kind.is_string() ? kind.get<std::string>() : "all",
                                          {"all", "MVAU", "MVAU_hls", "MVAU_rtl", "MatrixVectorActivation"})));
      for (unit_options& unit : m_options) set(unit, item.key(), value[0], where);
    }
  }

  void read_unit(const std::string& name, const json& attributes) {
    const std::size_t index = unit_index(name);
    if (!m_named_as[index].empty())
      refuse(fmt::format("MVAU_{} is there twice, as {} and as {}", index, m_named_as[index], name));
    m_named_as[index] = name;
    if (!attributes.is_object()) refuse(fmt::format("{} = {} must be an object", name, shown(attributes)));
    for (const auto& item : attributes.items())
      set(m_options[index], item.key(), item.value(), fmt::format("{}.{}", name, shown_path(item.key())));
  }

  std::size_t unit_index(const std::string& name) const {
    for (const std::string_view kind : unit_kinds)
      for (std::size_t u = 0; u < m_options.size(); ++u)
        if (name == fmt::format("{}_{}", kind, u)) return u;
    std::vector<std::string> names;
    for (std::size_t u = 0; u < m_options.size(); ++u) names.push_back(fmt::format("MVAU_{}", u));
    const std::vector<std::string_view> views(names.begin(), names.end());
    refuse(fmt::format("there is no unit '{}'; nearest: {}", shown_path(name), nearest_name(name, views)));
  }

  void set(unit_options& unit, const std::string& key, const json& value, const std::string& where) const {
    if (key == "PE")
      unit.pe = fold(value, where);
    else if (key == "SIMD")
      unit.simd = fold(value, where);
    else if (key == "ram_style")
      unit.weight_memory = style(value, where);
    else
      check_fixed(key, value, where);
  }

  int fold(const json& value, const std::string& where) const {
    constexpr int greatest = std::numeric_limits<int>::max();
    const bool is_legal = value.is_number_unsigned() && value.get<std::uint64_t>() >= 1 &&
                          value.get<std::uint64_t>() <= greatest;
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
    refuse(fmt::format("{} = {} is not what is simulated and costed; nearest: {}", where, shown(value),
                       found->values[0]));
  }

  const std::string& m_path;
  std::vector<unit_options> m_options;
  std::vector<std::string> m_named_as;  ///< the file's name for each unit; empty: not seen
};

}  // namespace

std::vector<unit_options> read_folding_config(const std::string& path, std::size_t units) {
  return folding_reader(path, units).read();
}

}  // namespace spillway
