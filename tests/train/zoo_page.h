// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace spillway {

/// The table `name` of models/zoo/README.md: the cells of each row behind its file's name, by that name.
inline std::map<std::string, std::vector<std::string>> page_table(const std::string& name) {
  std::ifstream page(std::filesystem::path(SPILLWAY_SOURCE_DIR) / "models" / "zoo" / "README.md");
  std::map<std::string, std::vector<std::string>> rows;
  bool is_inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "<!-- zoo-table " + name + " -->") is_inside = true;
    if (line == "<!-- /zoo-table " + name + " -->") break;
    std::istringstream text(line);
    std::vector<std::string> cells;
    for (std::string cell; std::getline(text, cell, '|');) {
      const auto first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
      cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    if (is_inside && cells.size() > 2 && cells[1].ends_with(".onnx")) rows[cells[1]] = {cells.begin() + 2, cells.end()};
  }
  return rows;
}

}  // namespace spillway
