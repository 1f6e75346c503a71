// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/output_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/is_there.h"

namespace spillway {

void check_output(const std::string& path, bool replace) {
  namespace fs = std::filesystem;
  const fs::path file(path), parent = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!is_there(parent) || !fs::is_directory(parent))
    throw io_error(fmt::format("{}: there is no folder {}", shown_path(path), shown_path(parent.string())));
  if (is_there(file) && fs::is_directory(file))
    throw config_error(fmt::format("{} is a folder, not a file", shown_path(path)));
  if (!replace && fs::exists(file)) throw config_error(fmt::format("{} exists; --force replaces it", shown_path(path)));
}

}  // namespace spillway
