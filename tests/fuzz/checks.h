// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway::fuzz {

/// Ends the process, which is a finding, unless `holds`.
void check(bool holds, std::string_view what);

/// A refusal is one line that says what it is about, and what is wrong.
void check_message(std::string_view message);

/// Numbers that depend on a seed alone.
class choices {
 public:
  explicit choices(unsigned seed) : m_state(seed) {}
  /// 0 to n - 1.
  std::size_t below(std::size_t n);
  /// Any number, the small and the extreme more often than chance would.
  std::int64_t number();

 private:
  std::uint64_t m_state;
};

}  // namespace spillway::fuzz
