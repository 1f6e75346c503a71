// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/align/aligned_allocator.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/dataflow/units/mvau.h"
#include "spillway/sim/units/activation.h"
#include "spillway/sim/units/dot_core.h"
#include "spillway/sim/units/lane_kernels.h"

namespace spillway {

/// An MVAU core whose exact sums fit 32 bits: PE accumulators side by side in vector registers. Overflows are counted
/// there, too; only an iteration that has one, while the log still takes events, is looked at addition by addition.
class lane_core final : public dot_core {
 public:
  /// `bits`: the registers' width, at most 32.
  lane_core(const mvau& unit, int bits, recorder& events, std::uint32_t index, detail::lane_target target);

  void keep(std::int64_t sf, const std::int64_t* beat) override;
  void iterate(std::int64_t nf, std::int64_t sf, std::uint64_t cycle) override;
  void finish(std::int64_t nf, const dot_address& where, std::uint64_t cycle, std::int64_t* beat) override;
  void read_accumulator(int pe, std::span<std::int64_t> words) const override;
  bool overflowed(int pe) const override { return m_now[static_cast<std::size_t>(pe)] != 0; }

 private:
  template <class T>
  using aligned = std::vector<T, boost::alignment::aligned_allocator<T, 64>>;

  template <class Weight>
  void lay_out(const mvau& unit, aligned<Weight>& weights);
  std::int64_t weight(std::int64_t fold, std::int64_t lane, int pe) const;
  void log_iteration(std::int64_t fold, std::int64_t sf, std::uint64_t cycle);
  void fit_final_sums(std::uint64_t cycle);

  int m_pe, m_simd;
  bool m_is_xnor;
  std::int64_t m_lanes;  ///< rows of weights of an iteration: SIMD, or twice as many
  std::int64_t m_sf, m_stride;
  accumulator_format m_format;
  bool m_int8_weights;
  detail::lane_kernel m_kernel;
  activation<std::int64_t> m_activation;
  pending_events m_pending;
  std::int64_t m_output_words;

  /// [NF, SF, lanes, stride], one of the two. With xnor_popcount an input picks its row: of the first SIMD lanes, which
  /// hold 1 where the weight is +1, if it is 1; of the others, which hold 1 where the weight is -1, if it is 0.
  aligned<std::int8_t> m_weights8;
  aligned<std::int32_t> m_weights32;
  std::vector<detail::lane_input> m_inputs;  ///< the replay buffer: [SF, SIMD], the nonzero ones first
  std::vector<std::int64_t> m_input_counts;  ///< [SF]
  aligned<std::int32_t> m_zeros, m_registers, m_before, m_exact, m_events, m_now;  ///< [stride]
  std::vector<unsigned char> m_persistent;                                         ///< [PE]
};

}  // namespace spillway
