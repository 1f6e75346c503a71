// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/table.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace spillway {
namespace {

const table sample{{"name", "count", "rate"},
                   {{std::string("a"), std::int64_t{5}, 0.5},
                    {std::string("longer"), std::int64_t{-12}, std::monostate{}},
                    {std::string("wide"), std::string("-1267650600228229401496703205376"), 1e-7}}};

/// The fields of RFC 4180 text, read by the book: independent of how it was written.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
      lines.back().back() += text[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && c == ',')
      lines.back().emplace_back();
    else if (!quoted && c == '\n')
      lines.push_back({""});
    else
      lines.back().back() += c;
  }
  lines.pop_back();
  return lines;
}

TEST_CASE("text sets numbers to the right and names to the left") {
  CHECK(to_text(sample) ==
        "name                               count   rate\n"
        "------  --------------------------------  -----\n"
        "a                                      5    0.5\n"
        "longer                               -12      -\n"
        "wide    -1267650600228229401496703205376  1e-07\n");
}

TEST_CASE("text counts characters, not bytes, cuts long names and shows control characters") {
  const table t{{"name", "n"},
                {{std::string("größe"), std::int64_t{1}},
                 {std::string("two\nlines\x1b[31m"), std::int64_t{22}},
                 {std::string(5000, 'x'), std::int64_t{3}}}};
  const std::string text = to_text(t);
  CHECK(text.find("größe" + std::string(55, ' ') + "   1\n") != std::string::npos);
  CHECK(text.find("two\\nlines\\x1b[31m") != std::string::npos);
  CHECK(text.find(std::string(59, 'x') + "…   3\n") != std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 5);
}

TEST_CASE("CSV quotes what RFC 4180 says must be quoted, and nothing else") {
  const table t{{"plain", "a,b"},
                {{std::string("x y"), std::string("say \"no\"")},
                 {std::string("1,5"), std::string("line\nbreak")},
                 {std::string("cr\r"), std::string()},
                 {std::monostate{}, std::int64_t{-3}}}};
  CHECK(to_csv(t) == "plain,\"a,b\"\nx y,\"say \"\"no\"\"\"\n\"1,5\",\"line\nbreak\"\n\"cr\r\",\"\"\n,-3\n");
  const auto read = parse_csv(to_csv(t));
  REQUIRE(read.size() == 5);
  CHECK(read[1][1] == "say \"no\"");
  CHECK(read[2][1] == "line\nbreak");
  CHECK(read[3][0] == "cr\r");
}

TEST_CASE("CSV keeps real numbers to the last bit") {
  for (const double value : {0.1, 1.0 / 3, 6.02214076e23, -2.5e-300, 91.5}) {
    const auto read = parse_csv(to_csv({{"x"}, {{value}}}));
    CHECK(std::stod(read[1][0]) == value);
  }
  CHECK(to_csv({{"x"}, {{std::nan("")}}}) == "x\n\n");
}

TEST_CASE("JSON is an array of objects with the columns in order") {
  const auto read = nlohmann::ordered_json::parse(to_json(sample));
  REQUIRE(read.size() == 3);
  CHECK(read[0].begin().key() == "name");
  CHECK(read[0]["count"] == 5);
  CHECK(read[1]["rate"].is_null());
  CHECK(read[2]["count"] == "-1267650600228229401496703205376");
  CHECK(nlohmann::json::parse(to_json(table{{"a"}, {}})) == nlohmann::json::array());
}

TEST_CASE("JSON has null for what JSON has no number for, and survives bytes that are no text") {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto read = nlohmann::json::parse(to_json({{"a", "b", "c"}, {{std::nan(""), infinity, std::string("\xff!")}}}));
  CHECK(read[0]["a"].is_null());
  CHECK(read[0]["b"].is_null());
  CHECK(read[0]["c"] == "\xef\xbf\xbd!");
}

TEST_CASE("a table without rows still shows its columns") {
  const table empty{{"frame", "label"}, {}};
  CHECK(to_text(empty) == "frame  label\n-----  -----\n");
  CHECK(to_csv(empty) == "frame,label\n");
}

}  // namespace
}  // namespace spillway
