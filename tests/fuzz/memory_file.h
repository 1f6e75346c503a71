// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::fuzz {

/// A file in memory, for what can only be read from a file.
class memory_file {
 public:
  explicit memory_file(std::string_view content);
  ~memory_file();
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;

  std::string path() const;

 private:
  int m_descriptor;
};

/// What the fuzzer gives as text.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Puts a mutated text where the fuzzer wants it; what is too long for it is left out.
std::size_t give_back(std::string_view text, std::uint8_t* data, std::size_t most);

}  // namespace spillway::fuzz
