// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/load_dataset.h"

// Networks and data of others: not in the repository. A test that misses them says so, by name.

namespace spillway::testing {

inline std::optional<std::filesystem::path> at_hand(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) return path;
  MESSAGE("skipped: " << path.string() << " is not there");
  return std::nullopt;
}

inline std::optional<std::filesystem::path> shared(const char* name) {
  return at_hand(std::filesystem::path(SPILLWAY_SOURCE_DIR) / "../shared/data" / name);
}

/// MNIST's test images: the folder in SPILLWAY_MNIST, or where tools/test puts them.
inline std::optional<dataset> mnist() {
  const char* variable = std::getenv("SPILLWAY_MNIST");
  const std::filesystem::path usual = std::filesystem::path(SPILLWAY_SOURCE_DIR) / "build" / "mnist";
  const auto folder = at_hand(variable ? std::filesystem::path(variable) : usual);
  if (!folder) return std::nullopt;
  return load_dataset(folder->string() + "/");
}

}  // namespace spillway::testing
