// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <systemc>

#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/stall_generator.h"
#include "spillway/sim/stream.h"
#include "spillway/sim/unit.h"

namespace spillway {

/// Feeds a tensor into a stream: one beat a cycle where there is room, TLAST on the last beat of a frame.
class source final : public unit {
 public:
  struct config {
    std::int64_t vectors_per_frame = 1;
    double stall = 0;  ///< probability that a cycle's beat is withheld
    std::uint64_t seed = 1;
  };

  sc_core::sc_port<stream_out_if> out{"out"};  ///< beats of the tensor's type

  /// `values` is [vectors, elements], whole frames of vectors_per_frame; it outlives the run and is not copied. The
  /// stream's lanes must divide a frame's elements. Throws `config_error` otherwise.
  source(sc_core::sc_module_name name, const integer_tensor& values, const config& options);
  source(sc_core::sc_module_name name, integer_tensor&& values, const config& options) = delete;  // would dangle

  outcome tick(std::uint64_t cycle) override;

  std::uint64_t frames() const { return m_frames; }            ///< to be sent
  std::uint64_t frames_begun() const;                          ///< of which at least one beat was sent
  void stop_after_this_frame() { m_frames = frames_begun(); }  ///< sends no further frame
  const char* kind() const override { return "spillway::source"; }

 private:
  void end_of_elaboration() override;

  const integer_tensor& m_values;
  stall_generator m_stalls;
  std::int64_t m_vectors_per_frame;
  std::uint64_t m_frames;
  stream* m_out = nullptr;
  std::uint64_t m_beats_per_frame = 0;
  std::uint64_t m_frame = 0, m_beat = 0;  ///< the next beat's frame, and its place there
  const std::int64_t* m_next = nullptr;
};

}  // namespace spillway
