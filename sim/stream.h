// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "spillway/models/numbers/integer_type.h"
#include "spillway/sim/clocked_module.h"
#include "spillway/sim/commit_list.h"

namespace spillway {

class stream;

/// The end of a stream that a unit reads. Bound through `sc_port<stream_in_if>`.
class stream_in_if : public virtual sc_core::sc_interface {
 public:
  /// Makes `reader` the one that beats wake, and hands out the stream itself, so that the cycles need no virtual
  /// calls. Units call it once, when elaboration ends. Throws `config_error` if the stream has a reader already.
  virtual stream& connect_reader(clocked_module& reader) = 0;
};

/// The end of a stream that a unit writes. Bound through `sc_port<stream_out_if>`.
class stream_out_if : public virtual sc_core::sc_interface {
 public:
  /// As `connect_reader`, for the one that room wakes.
  virtual stream& connect_writer(clocked_module& writer) = 0;
};

/// Looks at every beat that enters a stream, in the cycle in which it is pushed. Not for hardware.
class stream_tap {
 public:
  virtual ~stream_tap() = default;
  virtual void beat(const std::int64_t* words, std::uint64_t cycle) = 0;
};

/// An AXI4-Stream link: a FIFO of `depth` beats with registered ready and valid. A beat is `lanes` integers of one
/// type (each `type.words()` words), and TLAST.
///
/// Both ends see the state at the start of the cycle, so no unit has a combinational path to another and the order in
/// which units are evaluated can't matter: a beat pushed in cycle t is seen in t+1, and so is the place that a pop in
/// cycle t frees. At most one push and one pop a cycle; depth >= 2 sustains one beat a cycle. Contract: docs/streams.md
class stream final : public sc_core::sc_module, public stream_in_if, public stream_out_if {
 public:
  struct config {
    integer_type type;
    int lanes = 1;
    int depth = 2;  ///< beats
  };

  /// Throws `config_error` if lanes < 1 or depth < 2.
  stream(sc_core::sc_module_name name, const config& shape);

  /// TVALID of the reader's end, TREADY of the writer's: the state at the start of the cycle.
  bool can_read() const { return m_count > 0; }
  bool can_write() const { return m_count < m_config.depth; }

  /// The oldest beat: `lanes` times `type.words()` words, and its TLAST. Only if `can_read()`.
  const std::int64_t* front() const { return m_words.data() + m_head * m_beat_words; }
  bool front_is_last() const { return m_last[static_cast<std::size_t>(m_head)] != 0; }

  /// Takes the oldest beat in this cycle. Its words stay readable until the cycle ends.
  void pop() {
    if (m_popped || !can_read()) [[unlikely]]
      refuse("pop");
    m_popped = 1;
    mark_dirty();
  }

  /// Where the next beat goes: fill it, then `push`. Only if `can_write()`.
  std::int64_t* back() { return m_words.data() + m_tail * m_beat_words; }
  void push(bool last) {
    if (m_pushed || !can_write()) [[unlikely]]
      refuse("push");
    m_last[static_cast<std::size_t>(m_tail)] = last;
    m_pushed = 1;
    mark_dirty();
  }

  const config& shape() const { return m_config; }          ///< type, lanes and depth
  std::int64_t beat_words() const { return m_beat_words; }  ///< 64-bit words of a beat: lanes * type.words()
  int fill() const { return m_count; }                      ///< beats held at the start of the cycle
  int most_filled() const { return m_most; }                ///< the greatest fill so far
  std::uint64_t beats() const { return m_beats; }           ///< beats taken so far
  bool pushed_now() const { return m_pushed != 0; }
  bool popped_now() const { return m_popped != 0; }

  /// Null for none. The tap outlives the run.
  void set_tap(stream_tap* tap) { m_tap = tap; }

  /// The module that takes the beats, and the one that pushes them; null before the end of elaboration.
  const clocked_module* reader() const { return m_reader; }
  const clocked_module* writer() const { return m_writer; }

  stream& connect_reader(clocked_module& reader) override;
  stream& connect_writer(clocked_module& writer) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::stream"; }

 private:
  friend class clock_domain;

  /// What a commit changed for the units at the ends, which the clock wakes.
  struct change {
    bool beat_arrived;  ///< the stream was empty: its reader can move again
    bool room_arrived;  ///< the stream was full: its writer can move again
  };

  /// Ends `cycle`: what was pushed and popped in it is seen from now on.
  change commit(std::uint64_t cycle);
  void grow();
  void mark_dirty() {
    if (m_dirty) return;
    m_dirty = true;
    m_commits->commit_later(*this);
  }
  void join(clocked_module& end);
  [[noreturn]] void refuse(const char* what) const;
  void start_of_simulation() override;

  config m_config;
  std::int64_t m_beat_words;
  int m_places = 2;                   ///< beats that the ring has memory for: grows towards the depth as it fills
  std::vector<std::int64_t> m_words;  ///< [places, lanes, words]: a ring
  std::vector<unsigned char> m_last;  ///< [places]
  std::int64_t m_head = 0, m_tail = 0;
  int m_count = 0, m_pushed = 0, m_popped = 0, m_most = 0;
  bool m_dirty = false;
  std::uint64_t m_beats = 0;
  clocked_module* m_reader = nullptr;
  clocked_module* m_writer = nullptr;
  commit_list* m_commits = nullptr;
  stream_tap* m_tap = nullptr;
};

}  // namespace spillway
