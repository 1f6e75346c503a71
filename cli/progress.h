// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace spillway {

/// Progress of long work, on stderr: a bar on a terminal, a plain line every few seconds elsewhere, nothing if quiet.
class progress {
 public:
  progress(std::string what, std::uint64_t total, bool quiet);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// `done` of `total` are finished. Cheap enough to call often: it draws at most ten times a second.
  void update(std::uint64_t done);

 private:
  using clock = std::chrono::steady_clock;
  enum class style : unsigned char { none, lines, bar };

  void draw(std::uint64_t done, clock::time_point now);

  std::string m_what;
  std::uint64_t m_total;
  style m_style;
  clock::time_point m_start = clock::now();
  clock::time_point m_last = m_start;
  bool m_drawn = false;
};

}  // namespace spillway
