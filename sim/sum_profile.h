// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/accumulator_format.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// Where sums of a dot product stand, by the scope in which a register would be looked at: after each product, after
/// each cycle's, or at the end. Each scope's sums include those of the next one.
inline constexpr int scope_count = 3;

/// The sums of one kind: the least and the greatest, 0 included, and how many dot products need how many bits for them.
struct sum_range {
  static constexpr int most_bits = 63;

  std::int64_t low = 0;   ///< the least sum, at most 0
  std::int64_t high = 0;  ///< the greatest sum, at least 0
  /// [bits]: dot products all of whose sums fit a signed register of as many bits, and not one of one bit less.
  std::array<std::uint64_t, most_bits + 1> needs{};

  /// Dot products that overflow a register of `bits` bits.
  std::uint64_t beyond(int bits) const;
  /// Bits that hold every one of the sums.
  int bits() const;
};

/// What the dot products of a channel came to, by `limit_scope`: `final` has the finished sums.
struct channel_sums {
  std::array<sum_range, scope_count> by_scope;

  /// Adds what other dot products came to.
  void add(const channel_sums& other);

  /// The sums that a register of this scope would look at.
  sum_range& of(limit_scope scope) { return by_scope[static_cast<std::size_t>(scope)]; }
  /// The same, to read.
  const sum_range& of(limit_scope scope) const { return by_scope[static_cast<std::size_t>(scope)]; }
};

/// Sums of some frames of a dataflow, exactly: what data asks of registers.
struct sum_profile {
  std::uint64_t frames = 0;
  bool stopped = false;                          ///< `on_progress` said so; `frames` are there
  integer_tensor outputs;                        ///< of registers that hold everything
  std::vector<std::vector<channel_sums>> units;  ///< by unit and channel; none of units without registers
  /// [frames, units]: bits that the sums of that unit need in that frame, by scope; 0 without registers.
  std::vector<std::array<unsigned char, scope_count>> frame_bits;

  /// The sums of all channels of a unit together.
  channel_sums total(std::size_t unit) const;
};

/// How much a profile tells.
struct profile_options {
  bool partial_sums = true;  ///< those before the end, too; without them it is as quick as a run without overflows
  unsigned threads = 1;
  std::function<bool(std::uint64_t frames_done)> on_progress = {};  ///< as in `run_options`
};

/// One exact pass over `inputs`. The registers of `flow` must hold every sum (the policy `certified`), and folds say in
/// which cycle which products are added. Throws `config_error` for sums of more than 62 bits.
sum_profile profile_sums(const dataflow& flow, const integer_tensor& inputs, const profile_options& options = {});

}  // namespace spillway
