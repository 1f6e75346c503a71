// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/json_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {
namespace {

constexpr std::int64_t longest_json = 1 << 20;
constexpr int deepest = 16;

/// Watches the parser: JSON libraries take the last of two equal keys in silence, a user never means that.
class parse_guard {
 public:
  explicit parse_guard(const std::string& path) : m_path(path) {}

  template <class Json>
  bool operator()(int depth, nlohmann::json::parse_event_t event, const Json& parsed) {
    using parse_event = nlohmann::json::parse_event_t;
    if (depth > deepest)
      throw input_error(fmt::format("{}: is nested deeper than {} levels", shown_path(m_path), deepest));
    if (event == parse_event::object_start) m_keys.emplace_back();
    if (event == parse_event::object_end) m_keys.pop_back();
    if (event == parse_event::key && !m_keys.back().insert(parsed.template get<std::string>()).second)
      throw input_error(fmt::format("{}: has the key '{}' twice in one object", shown_path(m_path),
                                    shown_path(parsed.template get<std::string>())));
    return true;
  }

 private:
  const std::string& m_path;
  std::vector<std::set<std::string>> m_keys;
};

template <class Json>
Json parse_object(const std::string& content, const std::string& path) {
  Json json;
  try {
    parse_guard guard(path);
    json = Json::parse(content, [&guard](int depth, nlohmann::json::parse_event_t event, Json& parsed) {
      return guard(depth, event, parsed);
    });
  } catch (const nlohmann::json::parse_error& failure) {
    const auto end =
        content.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(failure.byte, 1, content.size() + 1) - 1);
    const auto line = 1 + std::count(content.begin(), end, '\n');
    const auto line_begin = std::find(std::make_reverse_iterator(end), content.rend(), '\n').base();
    throw input_error(
        fmt::format("{}: is no JSON from line {}, column {}", shown_path(path), line, 1 + (end - line_begin)));
  } catch (const nlohmann::json::exception&) {  // a number beyond every range
    throw input_error(fmt::format("{}: has a number that is out of range", shown_path(path)));
  }
  if (!json.is_object())
    throw input_error(fmt::format("{}: holds a JSON {}; an object is right", shown_path(path), json.type_name()));
  return json;
}

}  // namespace

nlohmann::json read_json_object(const std::string& path) {
  return parse_object<nlohmann::json>(read_file(path, longest_json), path);
}

nlohmann::ordered_json read_ordered_json_object(const std::string& path) {
  return parse_ordered_json_object(read_file(path, longest_json), path);
}

nlohmann::ordered_json parse_ordered_json_object(const std::string& text, const std::string& name) {
  return parse_object<nlohmann::ordered_json>(text, name);
}

}  // namespace spillway
