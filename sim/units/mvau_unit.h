// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <systemc>

#include "spillway/models/dataflow/units/mvau.h"
#include "spillway/sim/stream.h"
#include "spillway/sim/unit.h"
#include "spillway/sim/units/dot_core.h"
#include "spillway/sim/units/frame_ends.h"
#include "spillway/sim/units/result_pipeline.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// The matrix-vector-activation unit: MH x MW weights, PE rows and SIMD columns a cycle, FINN's MVAU.
///
/// One iteration a cycle, NF = MH/PE neuron folds outside, SF = MW/SIMD synapse folds inside. The iterations of the
/// first neuron fold take a beat of SIMD lanes each, and keep it for the other NF-1. After a fold's last iteration the
/// PE results (through the thresholds, if any) leave as one beat of PE lanes, `mvau::latency()` cycles later:
/// 2 + ceil(log2 SIMD), and 1 for thresholds. Throughput: NF*SF cycles a vector. While a result finds no room at the
/// output the whole pipeline stands still. TLAST is checked at the input and made anew at the output.
/// Source: FINN's matrix-vector unit (finn-hlslib, finn-rtllib); contract in docs/units/mvau.md.
class mvau_unit final : public unit {
 public:
  sc_core::sc_port<stream_in_if> in{"in"};     ///< [vectors, SF] beats of SIMD lanes
  sc_core::sc_port<stream_out_if> out{"out"};  ///< [vectors, NF] beats of PE lanes

  /// Overflows go to `events`, where the unit adds itself. Throws `config_error` if the description is illegal.
  mvau_unit(sc_core::sc_module_name name, const mvau& description, recorder& events);

  /// Connects `link` to `in`. Throws `config_error` unless `port` is 0.
  void bind_input(std::size_t port, stream& link) override;
  /// Connects `link` to `out`. Throws `config_error` unless `port` is 0.
  void bind_output(std::size_t port, stream& link) override;
  outcome tick(std::uint64_t cycle) override;

  std::uint64_t vectors() const { return m_vectors; }  ///< of which all iterations were issued
  const dot_core& core() const { return *m_core; }
  int pe() const { return m_pe; }
  int accumulator_bits() const { return m_accumulator_bits; }
  const char* kind() const override { return "spillway::mvau_unit"; }

 private:
  void end_of_elaboration() override;
  void finish_fold(std::uint64_t cycle);

  std::unique_ptr<dot_core> m_core;
  recorder& m_events;
  std::uint32_t m_unit;  ///< in m_events
  unit_ports m_ports;
  int m_pe, m_accumulator_bits;
  std::int64_t m_nf_count, m_sf_count, m_vectors_per_frame;
  frame_reader m_in;
  frame_writer m_out;
  result_pipeline m_results;

  std::int64_t m_nf = 0, m_sf = 0;  ///< of the next iteration
  std::int64_t m_position = 0;      ///< of its vector in the frame
  bool m_computes = true;           ///< false in frames of which only the time counts
  std::uint64_t m_frame = 0, m_vectors = 0;
};

}  // namespace spillway
