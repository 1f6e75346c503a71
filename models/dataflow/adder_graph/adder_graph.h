// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/dataflow/units/product_range.h"

namespace spillway {

/// A node's value times 2^shift, or its negative. Without a node (-1): zero.
struct graph_term {
  int node = -1;
  int shift = 0;
  bool negative = false;

  friend bool operator==(const graph_term&, const graph_term&) = default;
};

/// A value of an adder graph: an input, a constant, or the sum of two others.
struct graph_node {
  enum class kind : unsigned char {
    input,     ///< the input of that index; a bipolar one as its bit
    constant,  ///< of `value`, positive
    sum,       ///< +-low +- (high << shift), at most one of them negative; `low` may be no node, which is 0
    joined,    ///< such a sum that needs no adder, for the two have no place in common: {high, zeros, low}
  } is = kind::input;
  int low = -1, high = -1, shift = 0;
  bool negate_low = false, negate_high = false;
  std::int64_t value = 0;
  word_range range;      ///< exactly, over all inputs
  int bits = 1;            ///< that somebody needs: at most those of the range, and of it modulo 2^P
  bool is_signed = false;  ///< how it is extended to more bits
  int level = 0;           ///< adders in a row up to here
  int stage = 0;           ///< in which it is computed, 1 to `stages`; 0 for inputs and constants
  /// Of its own bits, as a mask, those that are read in the stage behind stage first_register() + i, and those that are
  /// registered at that stage's end to be read there or later.
  std::vector<std::uint64_t> read, kept;

  /// Whether the value is made of two others, with an adder or by putting them side by side; false for inputs and
  /// constants.
  bool is_added() const { return is == kind::sum || is == kind::joined; }
  /// Low places that are those of `low`, without any logic.
  int passed_bits() const { return is_added() && low >= 0 && !negate_low ? shift : 0; }
  /// Those that are not another node's: what an adder makes, or an input.
  int own_bits() const;
  int first_register() const { return stage > 0 ? stage : 1; }
};

/// Adders that compute y[row] = sum over k of weights[row, k] * x[k], for weights that never change: canonical signed
/// digits, and what two or more rows or places have in common computed once (R. Hartley, "Subexpression sharing in
/// filters using canonic signed digit multipliers", IEEE TCAS-II 43(10), 1996: the most frequent pair of terms first).
/// It is a pipeline of `stages` registers: logic, a register, ..., logic, a register; each stage has one adder in a
/// row, or as many as it must.
///
/// Where inputs are bipolar, or products count agreements, inputs are bits b (x = 2 b - 1), and a row has a constant as
/// well.
struct adder_graph {
  std::int64_t inputs = 0;
  int stages = 1;
  std::vector<graph_node> nodes;    ///< inputs first; a node stands behind those that it adds
  std::vector<graph_term> outputs;  ///< a row each, not negative
  std::vector<int> output_bits;     ///< of the sum that leaves the adders: P, or more where it is clamped
  std::vector<bool> is_clamped;     ///< rows whose sum may leave a register that saturates
};

/// The sums of one vector of inputs (bits for bipolar ones), at full width: what the graph says, for tests.
std::vector<std::int64_t> evaluate(const adder_graph& graph, std::span<const std::int64_t> inputs);

}  // namespace spillway
