// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/stall_generator.h"
#include "spillway/sim/stream.h"
#include "spillway/sim/unit.h"

namespace spillway {

/// Takes every beat of a stream, stamps each frame with the cycle of its last one, checks TLAST, and ends the run when
/// the last frame is there: in every sink, where a clock has several.
class sink final : public unit {
 public:
  struct config {
    std::int64_t elements = 1;  ///< of a vector; the stream's lanes must divide a frame's
    std::int64_t vectors_per_frame = 1;
    std::uint64_t frames = 1;  ///< after which the run ends
    double stall = 0;          ///< probability that a cycle finds the sink not ready
    std::uint64_t seed = 1;
  };

  sc_core::sc_port<stream_in_if> in{"in"};  ///< beats of any type and of any lanes that divide a frame's elements

  /// Throws `config_error` if a vector has no elements or a frame has no vectors; when elaboration ends, also if the
  /// lanes of the stream do not divide a frame's elements.
  sink(sc_core::sc_module_name name, const config& options);

  outcome tick(std::uint64_t cycle) override;

  /// What came, [frames * vectors_per_frame, elements], whole frames only. Call once: it is moved out.
  integer_tensor take_values();

  /// The words of the first `frames` frames, which must be done; until the next tick.
  std::span<const std::int64_t> words_of(std::uint64_t frames) const {
    return std::span(m_words).first(static_cast<std::size_t>(frames * m_beats_per_frame) *
                                    static_cast<std::size_t>(m_in->beat_words()));
  }

  /// The cycle in which each frame's last beat was taken.
  std::span<const std::uint64_t> frame_cycles() const { return m_frame_cycles; }
  std::uint64_t frames_done() const { return m_frame_cycles.size(); }

  /// Ends the run after `frames` frames; at once if they are there already.
  void expect(std::uint64_t frames);
  const char* kind() const override { return "spillway::sink"; }

 private:
  void end_of_elaboration() override;
  void end_frame(std::uint64_t cycle);
  void finish_behind_last();

  config m_config;
  stall_generator m_stalls;
  stream* m_in = nullptr;
  std::uint64_t m_beats_per_frame = 0, m_beat = 0;
  bool m_has_finished = false;
  std::vector<std::int64_t> m_words;
  std::vector<std::uint64_t> m_frame_cycles;
};

}  // namespace spillway
