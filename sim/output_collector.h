// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/clock_domain.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/units/sink.h"

namespace spillway {

/// The sinks of an accelerator, one for each output, and what came of all of them. A frame is done when every sink has
/// it.
class output_collector {
 public:
  /// Makes the sinks: `sink`, or where there are several `sink_0`, `sink_1`, ... `flow` outlives the collector.
  output_collector(const dataflow& flow, std::uint64_t frames, const stall_options& stalls, clock_domain& clock);

  /// The sink of an output.
  sink& of(std::size_t output) { return *m_sinks.at(output); }

  /// What came, as `output_format` says, whole frames only. Call once: it is moved out.
  integer_tensor take_values();

  /// The words of the first `frames` frames, which must be done; until the next cycle.
  std::span<const std::int64_t> words_of(std::uint64_t frames);

  /// The cycle in which each frame's last beat was taken; until the next cycle.
  std::span<const std::uint64_t> frame_cycles();
  std::uint64_t frames_done() const;

  /// Ends the run after `frames` frames; at once if they are there already.
  void expect(std::uint64_t frames);

 private:
  const dataflow& m_flow;
  std::vector<stream_shape> m_shapes;
  std::vector<std::unique_ptr<sink>> m_sinks;
  std::vector<std::int64_t> m_words;    ///< that `words_of` shows of several outputs
  std::vector<std::uint64_t> m_cycles;  ///< that `frame_cycles` shows of them
};

}  // namespace spillway
