// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// A channel that some input overflows, with such an input.
struct refuted_channel {
  channel_certificate certificate;
  witness example;
  std::int64_t events = 0;  ///< overflows when the example runs through a wrapping register, product by product
};

/// What is proven of the register of one unit, over every input of its type and every order of addition.
struct register_proof {
  std::string unit, layer;
  integer_type weight_type, input_type;
  std::int64_t rows = 0, columns = 0;
  std::optional<int> bits;  ///< the width that was to be proven; none: nothing was asked for or claimed
  bool claimed = false;     ///< the file says so
  int minimal_bits = 1;     ///< the least P that no input overflows
  int data_type_bits = 1;   ///< the published bounds, for comparison
  int l1_bits = 1;
  std::vector<refuted_channel> failures;  ///< the channels that do not fit `bits`

  /// Whether a width was to be proven and no input of the type overflows it, in any order of addition.
  bool proved() const { return bits && failures.empty(); }
};

/// Proves a width of `unit` (none: only what it needs), or finds an input for each channel that leaves it.
register_proof prove_register(const dot_product_view& unit, std::optional<int> bits);

/// One proof for each unit with accumulators, in their order: of the width that was asked for, else of the one that the
/// file claims (`dataflow::registers`). Units of a dataflow that was put together by hand are proven at their width.
std::vector<register_proof> prove_registers(const dataflow& flow);

}  // namespace spillway
