// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/find_data.h"

#include <fmt/format.h>

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// Where the data is of an extension of Python, whose executable says nothing of where Spillway is: the prefix that it
/// was installed below, or the models of the source tree that it was built in.
void add_roots_of_library(std::vector<fs::path>& roots) {
  Dl_info library{};
  if (::dladdr(reinterpret_cast<const void*>(&add_roots_of_library), &library) == 0 || library.dli_fname == nullptr)
    return;
  std::error_code failure;
  const fs::path file = fs::canonical(library.dli_fname, failure);
  if (failure || file.extension() != ".so") return;
  fs::path folder = file.parent_path();
  for (int up = 0; up < 4; ++up)
    folder = folder.parent_path();  // build/PRESET/python/spillway, lib/python3/dist-packages/spillway
  if (is_folder(folder / "share/spillway/data")) roots.push_back(folder / "share/spillway");
  if (!is_folder(folder / "models/data")) return;
  roots.push_back(folder / "models");
  roots.push_back(folder / "build");
}

/// The names of all folders that could have been asked for.
std::vector<std::string> known_names(const std::vector<fs::path>& roots) {
  std::vector<std::string> names;
  for (const fs::path& root : roots)
    for (const fs::path& folder : {root, root / "data"}) {
      std::error_code ignored;
      for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
        if (is_folder(entry.path()) && entry.path().filename() != "data") names.push_back(entry.path().filename());
    }
  std::sort(names.begin(), names.end());  // directories come in any order
  return names;
}

[[noreturn]] void refuse(const std::string& name, const std::vector<fs::path>& roots) {
  std::vector<std::string> places;
  places.reserve(roots.size());
  for (const fs::path& root : roots) places.push_back(shown_path(root.string()));
  const std::vector<std::string> names = known_names(roots);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view nearest = nearest_name(name, views);
  throw config_error(fmt::format("there is no data named '{}' in {} (set SPILLWAY_DATA to look elsewhere){}{}",
                                 shown_path(name), fmt::join(places, ", "),
                                 nearest.empty() ? "" : "; nearest: ", nearest));
}

}  // namespace

std::vector<fs::path> data_roots() {
  std::vector<fs::path> roots;
  const char* variable = std::getenv("SPILLWAY_DATA");
  std::string_view folders = variable == nullptr ? "" : variable;
  while (!folders.empty()) {
    const std::string_view folder = folders.substr(0, folders.find(':'));
    if (!folder.empty()) roots.emplace_back(folder);
    folders.remove_prefix(std::min(folders.size(), folder.size() + 1));
  }
  std::error_code failure;
  const fs::path executable = fs::read_symlink("/proc/self/exe", failure);
  if (!failure) {
    const fs::path folder = executable.parent_path();
    roots.push_back((folder / "../../models").lexically_normal());
    if (is_folder(folder / "../../models")) roots.push_back((folder / "..").lexically_normal());
    roots.push_back((folder / "../share/spillway").lexically_normal());
  }
  add_roots_of_library(roots);
  roots.emplace_back("models");
  roots.emplace_back("../models");
  return roots;
}

fs::path find_data(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
    throw config_error(fmt::format("'{}' is not the name of data; names have no slashes, for instance binary-mnist",
                                   shown_path(name)));
  const std::vector<fs::path> roots = data_roots();
  for (const fs::path& root : roots)
    for (const fs::path& path : {root / name, root / "data" / name})
      if (is_folder(path)) return path;
  refuse(name, roots);
}

}  // namespace spillway
