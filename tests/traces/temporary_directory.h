// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace spillway::testing {

/// A directory of a test's own, gone with it.
class temporary_directory {
 public:
  temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "spillway-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
    m_path = name;
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  const std::string& path() const { return m_path; }
  std::string file(const std::string& name) const { return m_path + "/" + name; }

 private:
  std::string m_path;
};

/// The message of the exception of class `Error` that `action` throws, or what happened instead.
template <class Error, class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  } catch (const std::exception& e) {
    return std::string("another exception: ") + e.what();
  }
  return "no exception";
}

/// True if a text is one line without control characters.
inline bool is_one_line(const std::string& text) {
  for (const char byte : text)
    if (static_cast<unsigned char>(byte) < 0x20) return false;
  return !text.empty();
}

}  // namespace spillway::testing
