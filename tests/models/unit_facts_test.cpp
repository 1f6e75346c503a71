// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"

using namespace spillway;

namespace {

/// The names that FINN gives a kind, as a folding file has them; the last one is ours.
std::vector<std::string> names_of(const unit_facts& facts) {
  std::vector<std::string> names;
  for (const std::string_view name : facts.finn_names)
    if (!name.empty()) names.emplace_back(name);
  return names;
}

/// The attributes of FINN's file that mean something to a kind.
std::vector<std::string> attributes_of(const unit_properties& has) {
  std::vector<std::string> names;
  const auto add = [&](bool has_it, const char* name) {
    if (has_it) names.push_back(fmt::format("`{}`", name));
  };
  add(has.pe, "PE");
  add(has.simd, "SIMD");
  add(has.memory, "ram_style");
  add(has.constant_weights, "mem_mode");
  add(has.multipliers, "resType");
  add(has.parallel_window, "parallel_window");
  add(has.thresholds, "threshold_style");
  return names;
}

std::string table_of_kinds() {
  std::string table = "| unit | names in a folding file, each with its number | attributes |\n|---|---|---|\n";
  for (const unit_facts* facts : all_unit_facts) {
    std::vector<std::string> names;
    for (const std::string& name : names_of(*facts)) names.push_back(fmt::format("`{}`", name));
    table += fmt::format("| {} | {} | {} |\n", facts->name, fmt::join(names, ", "),
                         fmt::join(attributes_of(facts->has), ", "));
  }
  return table;
}

}  // namespace

TEST_CASE("no two kinds of unit have a name in common, and each has its own among FINN's") {
  std::set<std::string> seen;
  for (const unit_facts* facts : all_unit_facts) {
    CAPTURE(facts->name);
    CHECK(seen.insert(std::string(facts->name)).second);
    bool has_own = false;
    for (const std::string& name : names_of(*facts)) {
      CHECK(seen.insert(name).second);
      has_own = has_own || name == facts->unit_name;
    }
    CHECK(has_own);
  }
}

TEST_CASE("the page on folding files has the table of kinds as the descriptions say it") {
  std::ifstream file(SPILLWAY_SOURCE_DIR "/docs/data-formats.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string table = table_of_kinds();
  INFO("the table is:\n" << table);
  CHECK(page.str().find(table) != std::string::npos);
}
