// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/sim/stream.h"

namespace spillway {

class unit;

/// The end of a stream that a unit reads, and where in a frame it stands: TLAST is checked with each beat.
class frame_reader {
 public:
  frame_reader() = default;

  /// `owner` is named where TLAST is wrong; a frame has `beats` beats.
  frame_reader(const unit& owner, stream& link, std::int64_t beats) : m_owner(&owner), m_link(&link), m_beats(beats) {}

  /// Whether a beat was there when the cycle began.
  bool can_read() const { return m_link->can_read(); }
  /// The oldest beat, `words()` words. Only if `can_read()`.
  const std::int64_t* front() const { return m_link->front(); }

  /// Takes the oldest beat; its words stay readable until the cycle ends. Throws `protocol_error` unless TLAST is set
  /// on the last beat of a frame, and only there.
  void take(std::uint64_t cycle) {
    const bool ends = m_beat + 1 == m_beats;
    if (m_link->front_is_last() != ends) [[unlikely]]
      refuse(cycle);
    m_link->pop();
    ++m_beat;
    if (!ends) return;
    m_beat = 0;
    ++m_frame;
  }

  std::int64_t beat() const { return m_beat; }                 ///< of the next beat, in its frame
  std::int64_t words() const { return m_link->beat_words(); }  ///< 64-bit words of a beat

 private:
  [[noreturn]] void refuse(std::uint64_t cycle) const;

  const unit* m_owner = nullptr;
  stream* m_link = nullptr;
  std::int64_t m_beats = 1, m_beat = 0;
  std::uint64_t m_frame = 0;
};

/// The end of a stream that a unit writes: makes TLAST.
class frame_writer {
 public:
  frame_writer() = default;
  frame_writer(stream& link, std::int64_t beats) : m_link(&link), m_beats(beats) {}

  /// Whether the stream had room for a beat when the cycle began.
  bool can_write() const { return m_link->can_write(); }
  /// Where the next beat goes, `words()` words: fill it, then `send`. Only if `can_write()`.
  std::int64_t* back() { return m_link->back(); }

  /// Sends what stands at `back()`.
  void send() {
    const bool ends = ++m_beat == m_beats;
    m_link->push(ends);
    if (ends) m_beat = 0;
  }

  std::int64_t words() const { return m_link->beat_words(); }  ///< 64-bit words of a beat

 private:
  stream* m_link = nullptr;
  std::int64_t m_beats = 1, m_beat = 0;
};

}  // namespace spillway
