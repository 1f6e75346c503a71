// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "spillway/models/support/error.h"
#include "spillway/tests/traces/temporary_directory.h"

namespace spillway::testing {

/// As a new file: ext4 waits for the disk when a file that is cut to nothing and written again is closed.
inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}

/// True if `read` returns, or throws an `input_error` of one line that begins with the file's path.
template <class Read>
bool is_read_or_refused(const std::string& path, Read&& read) {
  try {
    read(path);
    return true;
  } catch (const input_error& e) {
    return is_one_line(e.what()) && std::string(e.what()).starts_with(path + ": ");
  }
}

/// Puts every beginning of `good` into a file, then `flips` copies with up to four damaged bytes, and reads them. Every
/// beginning must be refused.
template <class Read>
void check_hostile_files(const std::string& good, int flips, Read&& read) {
  const temporary_directory folder;
  const std::string path = folder.file("hostile");
  write_bytes(path, good);
  CHECK_NOTHROW(read(path));
  for (std::size_t length = 0; length < good.size(); ++length) {
    write_bytes(path, good.substr(0, length));
    CAPTURE(length);
    CHECK_THROWS_AS(read(path), input_error);
    CHECK(is_read_or_refused(path, read));
  }
  std::mt19937 random(1);
  for (int i = 0; i < flips; ++i) {
    std::string bad = good;
    for (auto n = 1 + random() % 4; n > 0; --n) bad[random() % bad.size()] = static_cast<char>(random());
    write_bytes(path, bad);
    CAPTURE(i);
    CHECK(is_read_or_refused(path, read));
  }
}

}  // namespace spillway::testing
