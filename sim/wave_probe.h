// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "spillway/sim/clock_domain.h"
#include "spillway/sim/clocked_module.h"
#include "spillway/sim/units/mvau_unit.h"
#include "spillway/traces/vcd_writer.h"

namespace spillway {

/// Writes a waveform of a clock domain: `clk`; of every stream the reader's side (tvalid, tready, tlast, tdata, and
/// how many beats it holds); of every unit its state, and of an MVAU each PE's register and overflow flag.
///
/// A cycle lasts from one rising edge to the next, 10 ns: its handshakes, and the registers as its iteration leaves
/// them. tready is high where the beat is taken, so that tvalid && tready are exactly the transfers.
class wave_probe final : public cycle_probe {
 public:
  /// Creates the file. Throws `io_error`, as `sample` and `close` do.
  wave_probe(const std::filesystem::path& path, const clock_domain& domain);

  /// Writes what changed in this cycle: handshakes, states and registers.
  void sample(std::uint64_t cycle) override;

  /// Ends the waveform where the last cycle does.
  void close();

 private:
  struct stream_signals {
    const stream* from;
    vcd_writer::signal tvalid, tready, tlast, tdata, fill;
  };
  struct unit_signals {
    const clocked_module* from;
    const mvau_unit* mvau;  ///< null for other kinds
    vcd_writer::signal state;
    std::vector<vcd_writer::signal> accumulators, overflows;  ///< by PE
  };

  void declare();
  void add(const stream& link);
  void add(const clocked_module& member);
  void sample(const stream_signals& to);
  void sample(const unit_signals& to);

  const clock_domain& m_domain;
  vcd_writer m_file;
  vcd_writer::signal m_clk = 0;
  std::vector<stream_signals> m_streams;
  std::vector<unit_signals> m_units;
  std::uint64_t m_cycles = 0;
  std::vector<std::uint64_t> m_bits;
  std::vector<std::int64_t> m_words;
};

}  // namespace spillway
