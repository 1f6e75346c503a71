// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/fuzz/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "spillway/tests/fuzz/checks.h"

namespace spillway::fuzz {

memory_file::memory_file(std::string_view content) : m_descriptor(::memfd_create("fuzz", MFD_CLOEXEC)) {
  check(m_descriptor >= 0, "no file in memory");
  while (!content.empty()) {
    const ssize_t written = ::write(m_descriptor, content.data(), content.size());
    check(written > 0, "no room in memory");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

memory_file::~memory_file() { ::close(m_descriptor); }

std::string memory_file::path() const { return "/proc/self/fd/" + std::to_string(m_descriptor); }

std::size_t give_back(std::string_view text, std::uint8_t* data, std::size_t most) {
  if (text.size() > most) return 0;
  std::copy(text.begin(), text.end(), data);
  return text.size();
}

}  // namespace spillway::fuzz
