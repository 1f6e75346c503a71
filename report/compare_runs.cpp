// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/compare_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/report/fill_page.h"
#include "spillway/report/page_json.h"
#include "spillway/traces/sqlite.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

/// What the page of two runs needs of each: no single events, no frames that differ from exact arithmetic.
constexpr std::string_view compared_tables[] = {"totals", "units", "streams", "channels", "activity", "costs"};

constexpr std::string_view both_frames = "FROM main.frames a JOIN other.frames b USING(frame)";

constexpr std::string_view effect_of =
    "CASE WHEN a.label IS NULL THEN 'unknown' WHEN a.class = a.label THEN 'only A is right' "
    "WHEN b.class = a.label THEN 'only B is right' ELSE 'both are wrong' END AS effect";

report_data read_run(const fs::path& directory, const std::string& hardware) {
  report_data data = read_report_data(directory, "", 0, hardware);
  if (data.kind != "run")
    throw input_error(fmt::format("{}: a study; --against compares two run directories", directory.string()));
  data.meta["directory"] = directory.string();
  std::erase_if(data.tables, [](const auto& of) {
    return std::find(std::begin(compared_tables), std::end(compared_tables), of.first) == std::end(compared_tables);
  });
  return data;
}

/// Whether a run holds prices of this hardware.
bool has_prices(const report_data& run, const std::string& hardware) {
  for (const auto& [name, rows] : run.tables) {
    if (name != "costs") continue;
    const auto column = std::find(rows.columns.begin(), rows.columns.end(), "hardware");
    if (column == rows.columns.end()) return hardware == "finn-formula";
    const auto place = static_cast<std::size_t>(column - rows.columns.begin());
    return std::any_of(rows.rows.begin(), rows.rows.end(),
                       [&](const auto& row) { return row[place] == cell(hardware); });
  }
  return false;
}

report_data::named_tables compare_frames(const fs::path& a, const fs::path& b, std::int64_t max_rows) {
  const sqlite_database database((a / "run.sqlite").string(), sqlite_database::access::read);
  database.prepare("ATTACH ? AS other").run((b / "run.sqlite").string());
  report_data::named_tables frames;
  frames.emplace_back("common_frames",
                      database.select(fmt::format("SELECT COUNT(*) AS frames, COUNT(a.label) AS labelled, "
                                                  "COALESCE(SUM(a.class = a.label), 0) AS a_right, "
                                                  "COALESCE(SUM(b.class = a.label), 0) AS b_right, "
                                                  "COALESCE(SUM(a.label IS NOT b.label), 0) AS labels_differ {}",
                                                  both_frames)));
  frames.emplace_back("class_changes", database.select(fmt::format("SELECT {}, COUNT(*) AS frames {} WHERE a.class "
                                                                   "<> b.class GROUP BY effect ORDER BY effect",
                                                                   effect_of, both_frames)));
  frames.emplace_back("changed_frames",
                      database.select(fmt::format("SELECT frame, a.label, a.class AS a_class, b.class AS b_class, {} "
                                                  "{} WHERE a.class <> b.class ORDER BY frame LIMIT ?",
                                                  effect_of, both_frames),
                                      {max_rows}));
  return frames;
}

}  // namespace

run_comparison compare_runs(const fs::path& a, const fs::path& b, const report_options& options) {
  run_comparison both{options.title, read_run(a, options.hardware), read_run(b, options.hardware), {}};
  const std::string& shown = both.a.meta["hardware"];
  if (has_prices(both.b, shown)) both.b.meta["hardware"] = shown;
  if (both.title.empty())
    both.title = both.a.title == both.b.title ? both.a.title + ", two runs" : both.a.title + " against " + both.b.title;
  both.frames = compare_frames(a, b, options.max_rows);
  return both;
}

std::string to_json(const run_comparison& both) {
  const auto run = [](const report_data& of) {
    return nlohmann::ordered_json{{"title", of.title}, {"meta", of.meta}, {"tables", tables_json(of.tables)}};
  };
  return script_text({{"schema", page_schema},
                      {"kind", "comparison"},
                      {"title", both.title},
                      {"a", run(both.a)},
                      {"b", run(both.b)},
                      {"meta", nlohmann::ordered_json::object()},
                      {"tables", tables_json(both.frames)}});
}

void write_comparison(const fs::path& a, const fs::path& b, const report_options& options) {
  const std::string json = to_json(compare_runs(a, b, options));
  write_file_atomically((a / "against.html").string(), fill_page(find_viewer(options), json));
}

}  // namespace spillway
