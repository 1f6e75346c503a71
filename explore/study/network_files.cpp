// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/network_files.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <cerrno>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/is_there.h"
#include "spillway/models/support/read_file.h"
#include "spillway/models/support/sha256.h"

namespace spillway {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t longest_network = std::int64_t{1} << 31;

std::vector<std::string> files_of_folder(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed))
    if (entry.path().extension() == ".onnx") files.push_back(entry.path().string());
  if (failed) throw_io_error(folder.string(), "read the folder", failed.value());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> files_of_glob(const fs::path& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return files;
}

std::vector<std::string> files_of(const fs::path& path) {
  std::error_code ignored;
  if (is_there(path)) {
    if (fs::is_directory(path, ignored)) return files_of_folder(path);
    return {path.string()};
  }
  if (path.string().find_first_of("*?[") == std::string::npos)
    throw_io_error(path.string(), "read the network", ENOENT);
  return files_of_glob(path);
}

}  // namespace

fs::path path_of(const fs::path& folder, const std::string& given) {
  const fs::path path(given);
  return path.is_absolute() || folder.empty() ? path : (folder / path).lexically_normal();
}

std::vector<network_file> network_files(const std::vector<std::string>& words, const fs::path& folder) {
  std::vector<network_file> files;
  for (const std::string& word : words) {
    const std::vector<std::string> found = files_of(path_of(folder, word));
    if (found.empty()) throw config_error(fmt::format("{}: no network there; expected .onnx files", shown_path(word)));
    const bool is_relative = fs::path(word).is_relative() && !folder.empty();
    for (const std::string& path : found) {
      const fs::path whole = fs::path(path).lexically_normal();
      const fs::path named = is_relative ? whole.lexically_relative(folder.lexically_normal()) : whole;
      const auto is_known = [&](const network_file& other) { return other.path == path; };
      if (std::none_of(files.begin(), files.end(), is_known))
        files.push_back({path, named.empty() ? path : named.string()});
    }
  }
  return files;
}

std::string study_hash(std::string_view content) { return sha256(content).substr(0, 16); }

std::string study_file_hash(const std::string& path) { return study_hash(read_file(path, longest_network)); }

}  // namespace spillway
