// SPDX-License-Identifier: Apache-2.0
// The figures of docs/house.md: `house_figures [ROOT]` reads the sources and prints how long files and functions are,
// how many sources the widest headers reach, and the circles of includes.
#include <algorithm>
#include <cstdio>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "house_rules.h"

using namespace spillway::house;

namespace {

struct extent {
  std::size_t lines;
  std::string where;

  bool operator<(const extent& other) const { return lines < other.lines; }
};

void print_extents(const char* what, std::vector<extent> extents) {
  std::sort(extents.begin(), extents.end());
  std::printf("%s: %zu, median %zu lines, longest %zu (%s)\n", what, extents.size(), extents[extents.size() / 2].lines,
              extents.back().lines, extents.back().where.c_str());
}

/// Functions by the project's own layout: a line that opens a body, up to the brace at its indentation.
void find_functions(const text_file& file, std::vector<extent>& functions) {
  static const std::regex opens(R"(^( *)[A-Za-z~].*\).*\{$)"),
      other(R"(^ *(namespace|struct|class|enum|if|for|while|switch|else|do|return|constexpr std::array)\b.*)");
  std::istringstream lines(file.text);
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  for (std::size_t at = 0; at < all.size(); ++at) {
    std::smatch found;
    if (!std::regex_match(all[at], found, opens) || std::regex_match(all[at], other)) continue;
    if (found[1].length() > 2) continue;
    const std::string end = found[1].str() + "}";
    std::size_t to = at + 1;
    while (to < all.size() && all[to].rfind(end, 0) != 0) ++to;
    functions.push_back({to - at + 1, file.path + ":" + std::to_string(at + 1)});
    at = to;
  }
}

/// The sources (.cpp) that include `header`, directly or by way of others.
std::size_t reach(const std::map<std::string, std::set<std::string>>& includers, const std::string& header) {
  std::set<std::string> seen{header};
  std::vector<std::string> open{header};
  while (!open.empty()) {
    const std::string file = open.back();
    open.pop_back();
    const auto found = includers.find(file);
    if (found == includers.end()) continue;
    for (const std::string& by : found->second)
      if (seen.insert(by).second) open.push_back(by);
  }
  return static_cast<std::size_t>(
      std::count_if(seen.begin(), seen.end(), [](const std::string& file) { return file.ends_with(".cpp"); }));
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<text_file> files = text_files(argc > 1 ? argv[1] : SPILLWAY_SOURCE_DIR);
  std::vector<extent> headers, sources, functions;
  std::map<std::string, std::set<std::string>> includers;
  for (const text_file& file : files) {
    const bool is_header = file.path.ends_with(".h");
    if (!is_header && !file.path.ends_with(".cpp")) continue;
    const auto lines = static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
    (is_header ? headers : sources).push_back({lines, file.path});
    find_functions(file, functions);
    for (const std::string& include : includes_of(file.text)) {
      const bool is_new = include.starts_with("spillway/");
      includers[is_new ? include.substr(9) : include].insert(file.path);
    }
  }
  print_extents("headers", headers);
  print_extents("sources", sources);
  print_extents("functions", functions);
  for (const char* header :
       {"models/network/network.h", "models/network.h", "models/dataflow/dataflow.h", "models/dataflow.h"})
    if (includers.contains(header))
      std::printf("%s reaches %zu of %zu sources\n", header, reach(includers, header), sources.size());
  std::printf("circles of includes: %zu\n", circle_violations(files).size());
  for (const std::string& circle : circle_violations(files)) std::printf("  %s\n", circle.c_str());
}
