// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace spillway {

class stream;

/// The streams of one clock, and those that changed in the present cycle: all that a stream knows of its clock. The
/// clock domain lets the changed ones commit at the end of the cycle.
class commit_list {
 public:
  /// `clock`: the name of the clock domain, for messages.
  explicit commit_list(std::string clock) : m_clock(std::move(clock)) {}

  /// Adds a stream to the clock's, once. From then on a cycle in which it changes allocates nothing.
  void add(stream& member) {
    m_streams.push_back(&member);
    m_changed.reserve(m_streams.size());
  }

  /// Marks a stream as changed, at most once a cycle.
  void commit_later(stream& changed) { m_changed.push_back(&changed); }

  /// The cycle is over: no stream is changed.
  void clear() { m_changed.clear(); }

  const std::string& clock() const { return m_clock; }               ///< the name of the clock domain, for messages
  const std::vector<stream*>& streams() const { return m_streams; }  ///< all, in the order in which they were added
  const std::vector<stream*>& changed() const { return m_changed; }  ///< in the order of their first change

 private:
  std::string m_clock;
  std::vector<stream*> m_streams, m_changed;
};

}  // namespace spillway
