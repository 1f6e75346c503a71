// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/memory_style.h"
#include "spillway/models/numbers/integer_type.h"
#include "spillway/models/support/error.h"

namespace spillway {

/// The keys of one point; those that nothing asks for are errors.
class point_keys {
 public:
  explicit point_keys(const nlohmann::json& object) : m_object(object) {
    if (!object.is_object()) throw input_error("a point is not a JSON object");
  }

  bool has(const char* key) const { return m_object.contains(key); }

  std::int64_t number(const char* key, std::int64_t otherwise) {
    m_known.insert(key);
    return m_object.contains(key) ? as_number(key) : otherwise;
  }
  std::int64_t number(const char* key) {
    m_known.insert(key);
    if (!m_object.contains(key)) throw input_error(fmt::format("{} is missing", key));
    return as_number(key);
  }
  /// One number or more.
  std::vector<std::int64_t> list(const char* key) {
    m_known.insert(key);
    if (!m_object.contains(key) || !m_object[key].is_array() || m_object[key].empty())
      throw input_error(fmt::format("{} is missing; right: a list of whole numbers", key));
    std::vector<std::int64_t> numbers;
    for (const nlohmann::json& value : m_object[key]) numbers.push_back(whole(key, value));
    return numbers;
  }
  std::string text(const char* key, const std::string& otherwise) {
    m_known.insert(key);
    if (!m_object.contains(key)) return otherwise;
    if (!m_object[key].is_string()) throw input_error(fmt::format("{} = {}; right: text", key, m_object[key].dump()));
    return m_object[key].get<std::string>();
  }
  integer_type type(const char* key, const std::string& otherwise) { return parse_integer_type(text(key, otherwise)); }
  memory_style memory() {
    const std::string style = text("memory", "auto");
    if (style == "auto") return memory_style::automatic;
    if (style == "distributed") return memory_style::distributed;
    if (style == "block") return memory_style::block;
    if (style == "constant") return memory_style::constant;
    throw input_error(fmt::format("memory = {}; right: auto, distributed, block or constant", style));
  }
  int small(const char* key, std::int64_t otherwise) { return static_cast<int>(number(key, otherwise)); }

  const nlohmann::json& object(const char* key) {
    m_known.insert(key);
    return m_object.at(key);
  }

  void require_all_known() const {
    for (const auto& [key, value] : m_object.items())
      if (!m_known.contains(key)) throw input_error(fmt::format("{} is not a key of this point", key));
  }

 private:
  std::int64_t as_number(const char* key) const { return whole(key, m_object[key]); }

  static std::int64_t whole(const char* key, const nlohmann::json& value) {
    if (!value.is_number_integer() || std::abs(value.get<std::int64_t>()) > 1 << 24)
      throw input_error(fmt::format("{} = {}; right: a whole number below 2^24", key, value.dump()));
    return value.get<std::int64_t>();
  }

  const nlohmann::json& m_object;
  std::set<std::string> m_known;
};

}  // namespace spillway
