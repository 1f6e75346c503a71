// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "spillway/models/dataflow/units/vvau.h"
#include "spillway/sim/units/dot_core.h"
#include "spillway/sim/units/result_pipeline.h"
#include "spillway/sim/units/streaming_unit.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// The vector-vector-activation unit: a dot product of kh * kw weights for each channel, PE channels and SIMD window
/// elements a cycle, FINN's VVAU.
///
/// One iteration a cycle, each with a beat of its own: NF = C/PE channel folds outside, SF = kh * kw / SIMD inside.
/// After a fold's last iteration the PE results (through the thresholds, if any) leave as one beat, `vvau::latency()`
/// cycles later: 2 + ceil(log2 SIMD), and 1 for thresholds. Throughput: NF * SF cycles a vector. While a result finds
/// no room at the output the whole pipeline stands still. Contract: docs/units/vvau.md.
class vvau_unit final : public streaming_unit {
 public:
  /// Overflows go to `events`, where the unit adds itself. Throws `config_error` if the description is illegal.
  vvau_unit(sc_core::sc_module_name name, const vvau& description, recorder& events);

  outcome tick(std::uint64_t cycle) override;

  /// The accumulators and the arithmetic of the unit, for waveforms.
  const dot_core& core() const { return *m_core; }
  /// Processing elements: the channels that are summed side by side, and the lanes of an output beat.
  int pe() const { return m_pe; }
  /// The width P of each register.
  int accumulator_bits() const { return m_accumulator_bits; }
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::vvau_unit"; }

 private:
  void finish_fold(std::uint64_t cycle);

  std::unique_ptr<dot_core> m_core;
  recorder& m_events;
  std::uint32_t m_unit;  ///< in m_events
  int m_pe, m_accumulator_bits;
  std::int64_t m_nf_count, m_sf_count, m_vectors_per_frame;
  result_pipeline m_results;

  std::int64_t m_nf = 0, m_sf = 0;  ///< of the next iteration
  std::int64_t m_position = 0;      ///< of its vector in the frame
  bool m_computes = true;           ///< false in frames of which only the time counts
  std::uint64_t m_frame = 0;
};

}  // namespace spillway
