// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/is_there.h"

#include <system_error>

#include "spillway/models/support/atomic_file.h"

namespace spillway {

bool is_there(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::file_status status = std::filesystem::status(path, failed);
  if (status.type() == std::filesystem::file_type::not_found) return false;
  if (failed) throw_io_error(path.string(), "look for it", failed.value());
  return true;
}

}  // namespace spillway
