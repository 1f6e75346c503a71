// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/study_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "spillway/cli/console.h"

namespace spillway {

namespace {

using ordered_json = nlohmann::ordered_json;

constexpr const char* points_sql =
    "SELECT points.*, networks.name AS network_name, networks.method AS method, networks.P AS P, "
    "foldings.goal AS goal, data.name AS data_name FROM points LEFT JOIN networks USING(network) "
    "LEFT JOIN foldings USING(folding) LEFT JOIN data USING(data)";

/// A row of the answer, by the names of its columns.
class row_view {
 public:
  row_view(const table& of, std::size_t row) : m_table(of), m_row(row) {}

  const cell& at(std::string_view column) const {
    const auto found = std::find(m_table.columns.begin(), m_table.columns.end(), column);
    return m_table.rows[m_row][static_cast<std::size_t>(found - m_table.columns.begin())];
  }
  bool has(std::string_view column) const { return !std::holds_alternative<std::monostate>(at(column)); }
  std::string text(std::string_view column) const {
    const auto* value = std::get_if<std::string>(&at(column));
    return value ? *value : std::string();
  }
  double number(std::string_view column) const {
    const cell& value = at(column);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    const auto* real = std::get_if<double>(&value);
    return real ? *real : 0;
  }

 private:
  const table& m_table;
  std::size_t m_row;
};

/// What is to be great, of a point that has it.
double goodness(const row_view& row) { return row.has("psnr") ? row.number("psnr") : row.number("accuracy"); }

bool has_goodness(const row_view& row) { return row.has("psnr") || row.has("accuracy"); }

/// Whether `a` is nowhere worse than `b`, and better in one.
bool beats(const row_view& a, const row_view& b) {
  const double better = goodness(a) - goodness(b), cheaper = b.number("luts") - a.number("luts");
  return better >= 0 && cheaper >= 0 && (better > 0 || cheaper > 0);
}

/// The letters of the fronts that each point stands on.
std::vector<std::string> fronts(const table& points) {
  std::vector<std::string> marks(points.rows.size());
  for (const bool proved : {true, false}) {
    std::map<std::string, std::vector<std::size_t>> families;
    for (std::size_t i = 0; i < points.rows.size(); ++i) {
      const row_view row(points, i);
      if (has_goodness(row) && (!proved || row.text("grade") == "proved"))
        families[row.text("data") + row.text("goal") + row.text("hardware") + row.text("device")].push_back(i);
    }
    for (const auto& [family, members] : families)
      for (const std::size_t i : members)
        if (std::none_of(members.begin(), members.end(),
                         [&](std::size_t other) { return beats(row_view(points, other), row_view(points, i)); }))
          marks[i] += proved ? 'P' : 'S';
  }
  return marks;
}

/// The points of the study in its order; others that the store has are left out.
table points_of(const study_list& study, const std::string& directory) {
  const std::string path = (std::filesystem::path(directory) / "study.sqlite").string();
  const sqlite_database store(path, sqlite_database::access::read);
  const table all = store.select(points_sql);
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < all.rows.size(); ++i) places[std::get<std::string>(all.rows[i][0])] = i;
  table ours{all.columns, {}};
  for (const study_group& group : study.groups)
    for (const study_point& point : group.points)
      if (const auto found = places.find(point.key); found != places.end())
        ours.rows.push_back(all.rows[found->second]);
  return ours;
}

std::string goodness_text(const row_view& row) {
  if (row.has("psnr")) return fmt::format("{:.2f} dB", row.number("psnr"));
  if (row.has("accuracy")) return fmt::format("{:.2f}%", 100 * row.number("accuracy"));
  return "-";
}

std::string loss_text(const row_view& row) {
  if (!row.has("loss")) return "-";
  const double scale = row.has("psnr") ? 1 : 100;
  const double loss = row.number("loss"), error = row.number("loss_error");
  return loss == 0 && error == 0 ? "0" : fmt::format("{:.2f} +- {:.2f}", scale * loss, scale * error);
}

void print_text(const table& points, const std::string& directory, const study_result& result) {
  const std::vector<std::string> marks = fronts(points);
  fmt::print("{}: {} points, of which {} were there\n", directory, result.points, result.present);
  std::string head;
  for (std::size_t i = 0; i < points.rows.size(); ++i) {
    const row_view row(points, i);
    const std::string of = fmt::format("{} on {}, {}, as {} on {}", row.text("network_name"), row.text("data_name"),
                                       row.text("goal"), row.text("hardware"), row.text("device"));
    if (of != head) fmt::print("{}\n", of);
    head = of;
    const std::string registers =
        fmt::format("{} {}:{}", row.text("registers"), row.text("overflow"), row.text("scope"));
    if (row.text("status") != "done") {
      fmt::print("  {:<32} {}: {}\n", registers, row.text("status"), row.text("reason"));
      continue;
    }
    fmt::print("  {:<32} {:<9} {:>9} loss {:<14} {:>10.0f} overflows {:>8.0f} LUTs {:>10.1f} fps {}{}\n", registers,
               row.text("grade"), goodness_text(row), loss_text(row), row.number("events"), row.number("luts"),
               row.number("fps"), marks[i], row.has("fits") && row.number("fits") == 0 ? " does not fit" : "");
  }
  fmt::print("P: on the front of proved points, S: of all; LUTs are modelled\n");
}

ordered_json as_json(const cell& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

}  // namespace

void print_study(const study_list& study, const std::string& directory, const study_result& result, bool json) {
  const table points = points_of(study, directory);
  if (!json) return print_text(points, directory, result);
  const std::vector<std::string> marks = fronts(points);
  ordered_json document{{"directory", directory},
                        {"points_asked", result.points},
                        {"points_present", result.present},
                        {"interrupted", result.stopped},
                        {"points", ordered_json::array()}};
  for (std::size_t i = 0; i < points.rows.size(); ++i) {
    ordered_json row = ordered_json::object();
    for (std::size_t column = 0; column < points.columns.size(); ++column)
      row[points.columns[column]] = as_json(points.rows[i][column]);
    row["front_of_proved"] = marks[i].find('P') != std::string::npos;
    row["front_of_all"] = marks[i].find('S') != std::string::npos;
    document["points"].push_back(std::move(row));
  }
  print_json(document);
}

}  // namespace spillway
