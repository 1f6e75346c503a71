// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/report/channel_ranges.h"
#include "spillway/report/fill_page.h"
#include "spillway/report/report_data.h"
#include "spillway/traces/result_files.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

json read_json(const fs::path& path) {
  try {
    return json::parse(read_built_file(path));
  } catch (const json::exception& failure) {
    throw input_error(fmt::format("{}: not JSON ({}); `tools/build` makes it anew", path.string(), failure.what()));
  }
}

void make_directories(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw io_error(fmt::format("{}: can't make the folder: {}", path.string(), failure.message()));
}

const table* find_table(const report_data& data, const std::string& name) {
  for (const auto& [table_name, content] : data.tables)
    if (table_name == name) return &content;
  return nullptr;
}

/// Every CSV reader guesses types; a specification must not: "number" for a column without text.
json column_types(const table& content) {
  json types = json::object();
  for (std::size_t column = 0; column < content.columns.size(); ++column) {
    const bool text = std::any_of(content.rows.begin(), content.rows.end(),
                                  [&](const auto& row) { return std::holds_alternative<std::string>(row[column]); });
    types[content.columns[column]] = text ? "string" : "number";
  }
  return types;
}

/// Turns every {"data": {"name": TABLE}} of a specification into the address of that table's CSV. Returns false if a
/// table is not in this report.
bool bind_data(json& spec, const report_data& data) {
  bool known = true;
  const auto source = spec.is_object() ? spec.find("data") : spec.end();
  if (source != spec.end() && source->is_object() && source->contains("name")) {
    const std::string name = source->at("name");
    const table* content = find_table(data, name);
    if (!content) return false;
    *source = {{"url", "../data/" + name + ".csv"}, {"format", {{"type", "csv"}, {"parse", column_types(*content)}}}};
  }
  if (spec.is_structured())
    for (auto& part : spec) known = bind_data(part, data) && known;
  return known;
}

/// The chart specifications of this report by the name of their file.
std::vector<std::pair<std::string, json>> make_specs(const fs::path& templates, const report_data& data) {
  const json theme = read_json(templates / "theme-light.json");
  std::vector<std::pair<std::string, json>> specs;
  for (const auto& entry : fs::directory_iterator(templates)) {
    if (!entry.path().string().ends_with(".vl.json")) continue;
    json spec = read_json(entry.path());
    if (!bind_data(spec, data)) continue;
    spec["params"].push_back({{"name", "theme"}, {"value", theme.at("colors")}});
    spec["config"] = theme.at("config");
    specs.emplace_back(entry.path().filename().string(), std::move(spec));
  }
  return specs;
}

std::vector<std::string> paths_of(const report_data& data, const std::vector<std::pair<std::string, json>>& specs) {
  std::vector<std::string> paths;
  for (const auto& [name, content] : data.tables) paths.push_back("data/" + name + ".csv");
  for (const auto& [name, spec] : specs) paths.push_back("specs/" + name);
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

fs::path find_viewer(const report_options& options) {
  std::vector<fs::path> places;
  if (const char* named = std::getenv("SPILLWAY_VIEWER"); !options.viewer.empty() || (named && *named)) {
    places.push_back(options.viewer.empty() ? fs::path(named) : options.viewer);
  } else {
    std::error_code unknown;
    const fs::path executable = fs::read_symlink("/proc/self/exe", unknown);
    const fs::path folder = unknown ? fs::current_path() : executable.parent_path();
    places = {folder / "share/spillway/viewer.html", folder.parent_path() / "share/spillway/viewer.html"};
  }
  std::string looked;
  for (const fs::path& place : places) {
    if (std::error_code ignored; fs::is_regular_file(place, ignored)) return place;
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  throw io_error(fmt::format("the page of the report is not there (looked at {}); `tools/build` makes it", looked));
}

void write_report(const fs::path& directory, const report_options& options) {
  report_data data = read_report_data(directory, options.title, options.max_rows, options.hardware);
  if (!options.profile.empty()) {
    if (data.kind != "run") throw input_error(fmt::format("{}: a study; --profile is for a run", directory.string()));
    add_channel_ranges(data, options.profile);
  }
  const fs::path viewer = find_viewer(options);
  const std::string page = fill_page(viewer, to_json(data));
  const auto specs = make_specs(viewer.parent_path() / "specs", data);
  make_directories(directory / "report/data");
  make_directories(directory / "report/specs");
  note_report_files(directory, paths_of(data, specs));
  for (const auto& [name, content] : data.tables)
    write_file_atomically((directory / "report/data" / (name + ".csv")).string(), to_csv(content));
  for (const auto& [name, spec] : specs)
    write_file_atomically((directory / "report/specs" / name).string(), spec.dump(2) + "\n");
  write_file_atomically((directory / "report.html").string(), page);
}

}  // namespace spillway
