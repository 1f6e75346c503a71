// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "spillway/models/support/error.h"
#include "spillway/report/compare_runs.h"
#include "spillway/report/report.h"
#include "spillway/report/report_data.h"
#include "spillway/tests/study/sample_study.h"
#include "spillway/tests/viewer/fixtures.h"
#include "spillway/traces/result_files.h"
#include "spillway/traces/run_store.h"
#include "spillway/traces/sqlite.h"
#include "spillway/traces/table.h"

using namespace spillway;
namespace fs = std::filesystem;

namespace {

constexpr const char* empty_element = R"(<script type="application/json" id="spillway-data"></script>)";

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file, path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A fresh folder with a page that is nothing but its data, and two specifications.
struct place {
  fs::path root = fs::temp_directory_path() / ("spillway-report-test-" + std::to_string(::getpid()));
  report_options options;

  place() {
    fs::remove_all(root);
    options.viewer = root / "share/viewer.html";
    write(options.viewer, std::string("<p>before") + empty_element + "after");
    write(root / "share/specs/theme-light.json", R"({"colors": {"paper": "#fff"}, "config": {"background": "#fff"}})");
    write(root / "share/specs/both.vl.json",
          R"({"data": {"name": "points"}, "params": [{"name": "mode", "value": "wrap"}],
              "layer": [{"transform": [{"lookup": "point", "from": {"data": {"name": "point_units"}}}]}]})");
    write(root / "share/specs/run_only.vl.json", R"({"data": {"name": "channels"}, "mark": "bar"})");
  }
  ~place() { fs::remove_all(root); }

  /// The data in a finished page.
  nlohmann::json data(const fs::path& directory) const {
    const std::string page = read(directory / "report.html");
    const std::size_t start = page.find("spillway-data\">") + std::string("spillway-data\">").size();
    return nlohmann::json::parse(page.substr(start, page.find("</script>", start) - start));
  }
};

template <class Error, class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Error& failure) {
    const std::string text = failure.what();
    CHECK_MESSAGE(text.find('\n') == std::string::npos, text);
    return text;
  }
  FAIL("nothing was thrown");
  return {};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a study's page holds every row of its database") {
  const place here;
  fixtures::write_sample_study(here.root / "study", 60);
  write_report(here.root / "study", here.options);
  const nlohmann::json data = here.data(here.root / "study");
  CHECK(data["schema"] == "spillway-report-1");
  CHECK(data["kind"] == "study");
  CHECK(data["title"] == "A made-up study");
  const sqlite_database database((here.root / "study/study.sqlite").string(), sqlite_database::access::read);
  for (const std::string name : {"networks", "points", "point_units", "point_terms", "baselines", "foldings"}) {
    const table rows = database.select("SELECT COUNT(*) FROM " + name);
    CHECK(data["tables"][name].size() == static_cast<std::size_t>(std::get<std::int64_t>(rows.rows[0][0])));
    CHECK(!data["tables"][name].empty());
  }
  CHECK_FALSE(data["tables"].contains("needs"));
  const nlohmann::json& first = data["tables"]["points"][0];
  CHECK(first["bits"] == 32);
  CHECK(first["accuracy"].get<double>() == doctest::Approx(0.982));
  CHECK(first["grade"] == "proved");
}

TEST_CASE("text of a database can't end the element that holds it") {
  const place here;
  fixtures::write_run(here.root / "run");
  write_report(here.root / "run", here.options);
  const std::string page = read(here.root / "run/report.html");
  CHECK(!has(page, "<script>window"));
  CHECK(page.find("</script>") == page.rfind("</script>"));
  CHECK(has(page, "<p>before<script"));
  CHECK(page.ends_with("</script>after"));
  CHECK(here.data(here.root / "run")["meta"]["dataset"] == fixtures::hostile_text);
}

TEST_CASE("a run's page knows its streams and layers, and is named after its network and registers") {
  const place here;
  fixtures::write_run(here.root / "run");
  write_report(here.root / "run", here.options);
  const nlohmann::json data = here.data(here.root / "run");
  CHECK(data["tables"]["streams"].size() == 4);
  CHECK(data["tables"]["streams"][0]["from_unit"] == nullptr);
  CHECK(data["tables"]["streams"][1]["peak"] == 33);
  CHECK(data["tables"]["units"][0]["layer"] == "Conv_0");
  CHECK(data["tables"]["units"][1]["data_type_bound"] == 14);
  sqlite_database database((here.root / "run/run.sqlite").string(), sqlite_database::access::update);
  database.execute("INSERT OR REPLACE INTO meta VALUES('network', 'tfc')");
  write_report(here.root / "run", here.options);
  CHECK(here.data(here.root / "run")["title"] == "tfc in registers of 9 to 11 bits");
}

TEST_CASE("a run that was made before streams were stored has a page, too") {
  const place here;
  fixtures::write_run(here.root / "run");
  sqlite_database((here.root / "run/run.sqlite").string(), sqlite_database::access::update)
      .execute("DROP TABLE streams");
  write_report(here.root / "run", here.options);
  CHECK(!here.data(here.root / "run")["tables"].contains("streams"));
}

namespace {

/// A column as the page reads it.
std::vector<nlohmann::json> unpacked(const nlohmann::json& column) {
  if (column.contains("values")) return column["values"];
  const bool are_steps = column.contains("steps");
  const nlohmann::json& runs = are_steps ? column["steps"] : column["runs"];
  std::vector<nlohmann::json> values;
  std::int64_t sum = 0;
  for (std::size_t at = 0; at < runs.size(); at += 2)
    for (auto times = runs[at + 1].get<std::size_t>(); times > 0; --times)
      values.push_back(are_steps ? nlohmann::json(sum += runs[at].get<std::int64_t>()) : runs[at]);
  return values;
}

}  // namespace

TEST_CASE("a long table stands in the page by columns, each value in its place, and a large run keeps to 5 MB") {
  const place here;
  fixtures::write_large_run(here.root / "run");
  write_report(here.root / "run", here.options);
  CHECK(fs::file_size(here.root / "run/report.html") < 2'500'000);
  const nlohmann::json packed = here.data(here.root / "run")["tables"]["channels"];
  const sqlite_database database((here.root / "run/run.sqlite").string(), sqlite_database::access::read);
  const table rows = database.select("SELECT * FROM channels ORDER BY unit, channel");
  CHECK(packed["rows"] == rows.rows.size());
  for (std::size_t column = 0; column < rows.columns.size(); ++column) {
    const auto values = unpacked(packed["columns"][rows.columns[column]]);
    REQUIRE(values.size() == rows.rows.size());
    std::size_t different = 0;
    for (std::size_t row = 0; row < values.size(); ++row)
      different += values[row] != std::get<std::int64_t>(rows.rows[row][column]) ? 1 : 0;
    CHECK(different == 0);
  }
}

TEST_CASE("a run's page holds its totals as numbers, and how many frames flipped in which way") {
  const place here;
  fixtures::write_run(here.root / "run");
  write_report(here.root / "run", here.options);
  const nlohmann::json data = here.data(here.root / "run");
  CHECK(data["kind"] == "run");
  nlohmann::json totals;
  for (const auto& row : data["tables"]["totals"]) totals[row["key"].get<std::string>()] = row["value"];
  CHECK(totals["frames"] == 40);
  CHECK(totals["accuracy"].get<double>() == doctest::Approx(0.85));
  nlohmann::json flips;
  for (const auto& row : data["tables"]["flip_counts"]) flips[row["effect"].get<std::string>()] = row["frames"];
  CHECK(flips == nlohmann::json{{"became wrong", 1}, {"became right", 1}, {"stayed wrong", 1}, {"unknown", 1}});
  CHECK(data["tables"]["flips"].size() == 4);
  CHECK(data["tables"]["flips"][3]["label"] == nullptr);
}

TEST_CASE("an integer that a double can't hold is text, exactly; NaN is null") {
  const place here;
  fixtures::write_run(here.root / "run");
  write_report(here.root / "run", here.options);
  const nlohmann::json data = here.data(here.root / "run");
  CHECK(data["tables"]["events"][0]["exact"] == "2417851639229258349412352");
  CHECK(data["tables"]["events"][1]["exact"] == "9007199254740993");
  CHECK(data["tables"]["events"][2]["exact"] == 152);
  report_data numbers;
  numbers.tables = {{"t", {{"a", "b"}, {{std::nan(""), std::monostate{}}}}}};
  CHECK(has(to_json(numbers), R"("t":[{"a":null,"b":null}])"));
}

TEST_CASE("single events and flips stop at the limit, counts don't") {
  place here;
  here.options.max_rows = 2;
  fixtures::write_run(here.root / "run");
  write_report(here.root / "run", here.options);
  const nlohmann::json data = here.data(here.root / "run");
  CHECK(data["tables"]["events"].size() == 2);
  CHECK(data["tables"]["flips"].size() == 2);
  CHECK(data["tables"]["flip_counts"].size() == 4);
  int events = 0;
  for (const auto& row : data["tables"]["events_by_step"]) events += row["events"].get<int>();
  CHECK(events == 30);
}

TEST_CASE("the tables and the charts stand beside the page, and the charts read the tables") {
  const place here;
  fixtures::write_sample_study(here.root / "study", 60);
  write_report(here.root / "study", here.options);
  const fs::path report = here.root / "study/report";
  const std::string csv = read(report / "data/points.csv");
  CHECK(csv.starts_with("point,network,data,registers,policy,bits,"));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 1 + 60);
  const auto spec = nlohmann::json::parse(read(report / "specs/both.vl.json"));
  CHECK(spec["data"]["url"] == "../data/points.csv");
  CHECK(spec["data"]["format"]["parse"]["bits"] == "number");
  CHECK(spec["data"]["format"]["parse"]["scope"] == "string");
  CHECK(spec["layer"][0]["transform"][0]["from"]["data"]["url"] == "../data/point_units.csv");
  CHECK(spec["params"].back()["name"] == "theme");
  CHECK(spec["config"]["background"] == "#fff");
  CHECK_FALSE(fs::exists(report / "specs/run_only.vl.json"));
}

TEST_CASE("a second report takes the place of the first") {
  place here;
  fixtures::write_sample_study(here.root / "study", 60);
  write_report(here.root / "study", here.options);
  const std::string first = read(here.root / "study/report.html");
  write_report(here.root / "study", here.options);
  CHECK(read(here.root / "study/report.html") == first);
  here.options.title = "Another \"title\"";
  write_report(here.root / "study", here.options);
  CHECK(here.data(here.root / "study")["title"] == "Another \"title\"");
  for (const auto& entry : fs::recursive_directory_iterator(here.root / "study"))
    CHECK(entry.path().extension() != ".part");
}

TEST_CASE("a report touches nothing in its folder but what a report has written") {
  place here;
  fixtures::write_sample_study(here.root / "study", 60);
  write_report(here.root / "study", here.options);
  const fs::path folder = here.root / "study/report";
  REQUIRE(fs::exists(folder / "data/points.csv"));
  std::ofstream(folder / "thesis.tex") << "mine";
  std::ofstream(folder / "data/mine.csv") << "mine";
  remove_report(here.root / "study");
  CHECK(read(folder / "thesis.tex") == "mine");
  CHECK(read(folder / "data/mine.csv") == "mine");
  CHECK_FALSE(fs::exists(folder / "data/points.csv"));
  CHECK_FALSE(fs::exists(folder / "specs"));
  CHECK_FALSE(fs::exists(here.root / "study/report.html"));
  // A list that leads out of the folder is not ours.
  std::ofstream(folder / "files.json")
      << R"({"schema": "spillway-report-files-1", "files": ["data/../../study.sqlite", "thesis.tex"]})";
  remove_report(here.root / "study");
  CHECK(fs::exists(here.root / "study/study.sqlite"));
  CHECK(fs::exists(folder / "thesis.tex"));
}

namespace {

/// The one row of a table, or the rows of two columns, by name.
std::map<std::string, std::int64_t> numbers_of(const report_data::named_tables& tables, const std::string& name) {
  std::map<std::string, std::int64_t> numbers;
  for (const auto& [found, content] : tables) {
    if (found != name) continue;
    for (const auto& row : content.rows)
      if (const auto* key = std::get_if<std::string>(&row[0]))
        numbers[*key] = std::get<std::int64_t>(row[1]);
      else
        for (std::size_t i = 0; i < row.size(); ++i) numbers[content.columns[i]] = std::get<std::int64_t>(row[i]);
  }
  return numbers;
}

}  // namespace

TEST_CASE("two runs stand side by side, each with its own tables, and their common frames are compared") {
  const place here;
  fixtures::write_run(here.root / "a");
  fixtures::write_wider_run(here.root / "b");
  const run_comparison both = compare_runs(here.root / "a", here.root / "b");
  CHECK(both.title == "made-up/two-units on " + std::string(fixtures::hostile_text) + ", two runs");
  using counts = std::map<std::string, std::int64_t>;
  CHECK(numbers_of(both.frames, "common_frames") ==
        counts{{"frames", 36}, {"labelled", 35}, {"a_right", 33}, {"b_right", 33}, {"labels_differ", 0}});
  CHECK(numbers_of(both.frames, "class_changes") == counts{{"only A is right", 1}, {"only B is right", 1}});
  const auto json = nlohmann::json::parse(to_json(both));
  CHECK(json["kind"] == "comparison");
  CHECK(json["tables"]["changed_frames"] ==
        nlohmann::json::array(
            {{{"frame", 3}, {"label", 3}, {"a_class", 9}, {"b_class", 3}, {"effect", "only B is right"}},
             {{"frame", 5}, {"label", 5}, {"a_class", 5}, {"b_class", 8}, {"effect", "only A is right"}}}));
  CHECK(json["a"]["tables"]["units"][0]["accumulator_bits"] == 9);
  CHECK(json["b"]["tables"]["units"][0]["accumulator_bits"] == 11);
  CHECK(json["b"]["meta"]["directory"] == (here.root / "b").string());
  CHECK_FALSE(json["a"]["tables"].contains("events"));
}

TEST_CASE("the page of two runs stands beside the report of the first, and goes with it") {
  place here;
  fixtures::write_run(here.root / "a");
  fixtures::write_wider_run(here.root / "b");
  write_report(here.root / "a", here.options);
  const std::string report = read(here.root / "a/report.html");
  write_comparison(here.root / "a", here.root / "b", here.options);
  CHECK(has(read(here.root / "a/against.html"), R"("kind":"comparison")"));
  CHECK(read(here.root / "a/report.html") == report);
  CHECK_FALSE(fs::exists(here.root / "b/against.html"));
  remove_report(here.root / "a");
  CHECK_FALSE(fs::exists(here.root / "a/against.html"));
}

TEST_CASE("runs of other data are told, and what is no run is not compared") {
  place here;
  fixtures::write_run(here.root / "a");
  fixtures::write_wider_run(here.root / "b");
  sqlite_database((here.root / "b/run.sqlite").string(), sqlite_database::access::update)
      .execute("UPDATE frames SET label = 7 WHERE frame < 7");
  CHECK(numbers_of(compare_runs(here.root / "a", here.root / "b").frames, "common_frames")["labels_differ"] == 7);
  fixtures::write_sample_study(here.root / "study", 3);
  for (const auto& [a, b] : {std::pair{"a", "study"}, std::pair{"study", "a"}})
    CHECK(message_of<input_error>([&] { compare_runs(here.root / a, here.root / b); }) ==
          (here.root / "study").string() + ": a study; --against compares two run directories");
  CHECK(has(message_of<io_error>([&] { compare_runs(here.root / "a", here.root / "none"); }), "none"));
  report_options priced;
  priced.hardware = "finn-hls";
  CHECK(has(message_of<input_error>([&] { compare_runs(here.root / "a", here.root / "b", priced); }), "finn-hls"));
}

TEST_CASE("a profile of the run's network adds what the sums of each channel came to") {
  place here;
  fixtures::write_run(here.root / "run");
  fixtures::write_profile(here.root / "profile");
  write_report(here.root / "run", here.options);
  CHECK_FALSE(here.data(here.root / "run")["tables"].contains("channel_ranges"));
  here.options.profile = here.root / "profile";
  write_report(here.root / "run", here.options);
  const nlohmann::json data = here.data(here.root / "run");
  CHECK(data["tables"]["channel_ranges"].size() == 7);
  CHECK(data["tables"]["channel_ranges"][5] == nlohmann::json{{"unit", 1},
                                                              {"channel", 1},
                                                              {"low", -20},
                                                              {"high", 20},
                                                              {"bits", 6},
                                                              {"final_low", -10},
                                                              {"final_high", 10}});
  CHECK(data["meta"]["profile_frames"] == "30");
  REQUIRE(data["tables"]["profile_needs"].size() == 2);
  CHECK(data["tables"]["profile_needs"][0]["claimed"].is_null());
  const nlohmann::json& needs = data["tables"]["profile_needs"][1];
  for (const auto& [key, value] : std::map<std::string, int>{
           {"final", 7}, {"per_cycle", 9}, {"per_product", 10}, {"certified", 12}, {"claimed", 9}})
    CHECK(needs[key] == value);
  CHECK(needs["unit"] == "mvau_1");
  CHECK(needs["layer"] == "layer of mvau_1");
  CHECK(needs["register"].is_number_integer());
  for (const nlohmann::json& rate : data["tables"]["profile_rates"]) {
    const int rows = rate["unit"] == "mvau_0" ? 4 : 3, bits = rate["bits"];
    CHECK(rate["dot_products"] == 100 * rows + 10);
    for (const auto& [scope, needed] : std::map<std::string, int>{{"final", 7}, {"per_cycle", 9}, {"per_product", 10}})
      CHECK(rate[scope] == (bits < 5 ? 100 * rows : 0) + (bits < needed ? 10 : 0));
  }
  CHECK(data["tables"]["profile_rates"].size() == 2 * 9);  // registers of 2 to 10 bits
  CHECK(read(here.root / "run/report/data/channel_ranges.csv").starts_with("unit,channel,low,high,bits,final_low"));
}

TEST_CASE("a profile of something else is refused in one line") {
  place here;
  fixtures::write_run(here.root / "run");
  const fs::path path = here.root / "profile/profile.json";
  here.options.profile = path.parent_path();
  CHECK(has(message_of<io_error>([&] { write_report(here.root / "run", here.options); }), "profile.json"));
  fixtures::write_profile(path.parent_path());
  const std::string whole = read(path);
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string changed = whole;
    changed.replace(changed.find(from), from.size(), to);
    write(path, changed);
    return message_of<input_error>([&] { write_report(here.root / "run", here.options); });
  };
  CHECK(has(refused("mvau_1", "mvau_7"), "no unit mvau_1; expected a profile of the run's network"));
  CHECK(has(refused(R"("columns": 16)", R"("columns": 17)"), "mvau_0 is 4 x 17, in the run 4 x 16"));
  CHECK(has(refused(R"("simd": 4)", R"("simd": 2)"), "mvau_0 has SIMD 2, in the run 4"));
  CHECK(has(refused(R"("frames": 30)", R"("frames": "x")"), "not a profile of this version"));
  CHECK(has(refused("{", "["), "not a profile of this version"));
  write(path, whole);
  fixtures::write_sample_study(here.root / "study", 3);
  CHECK(
      has(message_of<input_error>([&] { write_report(here.root / "study", here.options); }), "--profile is for a run"));
}

TEST_CASE("a database of another version is refused in one line that says what to do") {
  const place here;
  const auto set_schema = [](const fs::path& path, const std::string& schema) {
    sqlite_database(path.string(), sqlite_database::access::update)
        .execute("UPDATE meta SET value = '" + schema + "' WHERE key = 'schema'");
  };
  fixtures::write_sample_study(here.root / "study", 3);
  set_schema(here.root / "study/study.sqlite", "spillway-study-1");
  CHECK(message_of<input_error>([&] { write_report(here.root / "study", here.options); }) ==
        (here.root / "study/study.sqlite").string() +
            ": schema 'spillway-study-1'; this version reads 'spillway-study-2': make the study again: `spillway study "
            "STUDY.json -o DIR`");
  fixtures::write_run(here.root / "run");
  set_schema(here.root / "run/run.sqlite", "spillway-run-0");
  CHECK(has(message_of<input_error>([&] { write_report(here.root / "run", here.options); }), "`spillway simulate "));
}

TEST_CASE("a run that was interrupted at its start still has a report") {
  const place here;
  fs::create_directories(here.root / "run");
  { const run_store store((here.root / "run/run.sqlite").string(), run_info{}); }
  write_report(here.root / "run", here.options);
  CHECK(here.data(here.root / "run")["tables"]["channels"].empty());
}

TEST_CASE("what is no run, no study or no page is refused in one line that says what would be right") {
  place here;
  fs::create_directories(here.root / "empty");
  CHECK(has(message_of<io_error>([&] { write_report(here.root / "empty", here.options); }), "simulate -o"));
  CHECK(has(message_of<io_error>([&] { write_report(here.root / "missing", here.options); }), "missing"));

  write(here.root / "noise/run.sqlite", "this is no database, however long it may be");
  CHECK_THROWS_AS(write_report(here.root / "noise", here.options), input_error);

  fs::create_directories(here.root / "other");
  sqlite_database((here.root / "other/study.sqlite").string(), sqlite_database::access::create)
      .execute("CREATE TABLE meta(key, value); INSERT INTO meta VALUES('schema', 'something-else')");
  CHECK(has(message_of<input_error>([&] { write_report(here.root / "other", here.options); }), "spillway-study-2"));

  fixtures::write_sample_study(here.root / "study", 60);
  fs::rename(here.root / "share/specs", here.root / "share/elsewhere");
  CHECK(has(message_of<io_error>([&] { write_report(here.root / "study", here.options); }), "theme-light.json"));
  write(here.options.viewer, "<p>not the page</p>");
  CHECK(has(message_of<input_error>([&] { write_report(here.root / "study", here.options); }), "tools/build"));
  here.options.viewer = here.root / "nowhere.html";
  const std::string message = message_of<io_error>([&] { write_report(here.root / "study", here.options); });
  CHECK(has(message, "nowhere.html"));
  CHECK(has(message, "tools/build"));
  CHECK_FALSE(fs::exists(here.root / "study/report.html"));
}

TEST_CASE("the page is found where the environment says, if nobody says otherwise") {
  const place here;
  ::setenv("SPILLWAY_VIEWER", here.options.viewer.c_str(), 1);
  CHECK(find_viewer({}) == here.options.viewer);
  ::setenv("SPILLWAY_VIEWER", "/nowhere/page.html", 1);
  CHECK(has(message_of<io_error>([] { find_viewer({}); }), "/nowhere/page.html"));
  CHECK(find_viewer(here.options) == here.options.viewer);
  ::unsetenv("SPILLWAY_VIEWER");
}
