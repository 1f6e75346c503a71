// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/fuzz/json_mutator.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "spillway/tests/fuzz/checks.h"

namespace spillway::fuzz {

namespace {

using json = nlohmann::ordered_json;

class mutator {
 public:
  mutator(std::span<const std::string_view> words, unsigned seed) : m_words(words), m_choose(seed) {}

  void change(json& value, int depth) {
    if (value.is_structured() && !value.empty() && depth < 4 && m_choose.below(4) != 0) {
      auto at = value.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(m_choose.below(value.size())));
      return change(*at, depth + 1);
    }
    if (value.is_object() && m_choose.below(3) != 0) return change_keys(value);
    if (value.is_array() && m_choose.below(2) == 0) {
      if (!value.empty() && m_choose.below(2) == 0)
        value.erase(m_choose.below(value.size()));
      else
        value.push_back(any_value());
      return;
    }
    value = depth == 0 ? json::object() : any_value();
  }

 private:
  void change_keys(json& object) {
    if (!object.empty() && m_choose.below(3) == 0) {
      auto at = object.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(m_choose.below(object.size())));
      object.erase(at.key());
      return;
    }
    object[word()] = any_value();
  }

  std::string word() {
    const std::string_view chosen = m_words[m_choose.below(m_words.size())];
    return m_choose.below(16) == 0 ? std::string(chosen) + "\x7f" : std::string(chosen);
  }

  json any_value() {
    switch (m_choose.below(9)) {
      case 0:
        return word();
      case 1:
        return json::array({m_choose.number()});
      case 2:
        return json::array({m_choose.number(), json::array({word()})});
      case 3:
        return json::object({{word(), m_choose.number()}});
      case 4:
        return m_choose.below(2) == 0;
      case 5:
        return json();
      case 6:
        return static_cast<double>(m_choose.number()) + 0.5;
      case 7:
        return std::numeric_limits<std::uint64_t>::max() - m_choose.below(2);
      default:
        return m_choose.number();
    }
  }

  std::span<const std::string_view> m_words;
  choices m_choose;
};

}  // namespace

std::string mutated_json(std::string_view text, std::span<const std::string_view> words, unsigned seed) {
  json value = json::parse(text, nullptr, false);
  if (!value.is_object()) value = json::object();
  mutator(words, seed).change(value, 0);
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace spillway::fuzz
