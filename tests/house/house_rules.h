// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::house {

/// A text file of the repository; `path` is relative to its root, with forward slashes.
struct text_file {
  std::string path;
  std::string text;
};

/// Every text file of the repository's rooms and of its root; builds and fetched packages left out.
std::vector<text_file> text_files(const std::filesystem::path& root);

// Each rule returns what breaks it in one file, a line each; nothing if the file keeps the rule.

/// The folder table of docs/design.md: which rooms a room's sources may include and its CMakeLists.txt may link, and
/// who may touch SystemC.
std::vector<std::string> dependency_violations(const text_file& file);

/// Sources, scripts and CMake files name their licence within the first lines.
std::vector<std::string> licence_violations(const text_file& file);

/// Nothing in the repository depends on where somebody has put it.
std::vector<std::string> path_violations(const text_file& file);

/// A header that a room installs (its CMakeLists.txt lists it under HEADERS) is in the repository, and includes only
/// headers that are installed, too.
std::vector<std::string> install_violations(const std::vector<text_file>& files);

/// No two files include each other, directly or by way of others; a header with its source counts as one.
std::vector<std::string> circle_violations(const std::vector<text_file>& files);

/// What a C++ source includes, as written between the quotes or brackets.
std::vector<std::string> includes_of(std::string_view text);

/// The headers that a CMakeLists.txt names after the word HEADERS.
std::vector<std::string> installed_headers(std::string_view cmake_text);

}  // namespace spillway::house
