// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/fuzz/checks.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace spillway::fuzz {

void check(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

void check_message(std::string_view message) {
  check(message.find(' ') != std::string_view::npos, message);
  check(message.find('\n') == std::string_view::npos, "a message of more than one line");
}

std::size_t choices::below(std::size_t n) {
  m_state = m_state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<std::size_t>(m_state >> 33) % n;
}

std::int64_t choices::number() {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  constexpr std::array<std::int64_t, 12> special{
      0, 1, -1, 2, 127, 128, 32767, 65536, std::numeric_limits<std::int32_t>::max(), most, -most - 1, 4096};
  if (below(2) == 0) return special[below(special.size())];
  return static_cast<std::int64_t>(below(64)) - 8;
}

}  // namespace spillway::fuzz
