// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>

#include "spillway/resource/resources.h"

namespace spillway {

// What the modules of rtl/sv take on a 7-series device, one rule a module. The rules follow from how a module is built,
// and hold exactly on the grids of calibration/points/components.jsonl (tests/resource/rules_test.cpp): synthesised by
// Yosys, each alone. LUTs are cells, before any packing.

/// Adds so many carry chains of so many bits, for both families; up to two bits are LUTs alone.
void add_chains(resources& to, std::int64_t bits, double chains = 1);

/// Radix-4 Booth rows: `a_bits` x `b_bits`, the low `p_bits` of the product.
resources multiplier_rule(int a_bits, bool a_signed, int b_bits, bool b_signed, int p_bits);

/// Its rows: all of them, and those after the first that the product does not cut short.
struct row_count {
  int all = 0, whole = 0;
  bool recodes_b = false;  ///< the digits are those of the second factor
};
row_count multiplier_rows(int a_bits, bool a_signed, int b_bits, bool b_signed, int p_bits);

/// x * +-1: the low `out_bits` bits of what has `bits`.
resources negation_rule(int bits, int out_bits);

/// A pipelined adder tree over `lanes` products in [lane_min, lane_max], leaves holding the sums of `group` lanes each,
/// sums never wider than `cap` bits, `stages` registers deep.
struct tree_shape {
  std::int64_t lanes = 1, group = 1;
  std::int64_t lane_min = 0, lane_max = 1;
  int cap = 62;
  int stages = 1;
  bool is_of_dsps = false;  ///< leaves are DSPs' products: the register behind, and the adder and register of each
                            ///< first pair are the DSPs' own; of a leaf without a partner so are two registers
};
resources adder_tree_rule(const tree_shape& tree);

/// What is known of a leaf's bits: that it is always zero, that so many low ones are, how many others there are, and
/// whether the last of them repeats itself above.
struct leaf_shape {
  bool is_zero = false;
  int low = 0, bits = 1;  ///< `bits` with the low ones
  bool is_signed = true;
  int copies = 0;         ///< of these bits, those that are always another one: they share its register
  std::uint64_t key = 0;  ///< leaves of trees side by side that have the same are the same
};

/// Trees side by side over leaves of which that is known.
struct known_trees {
  /// Whether adders of a zero are wires and a sum's bits are known; else an adder of more than two bits stays, its
  /// chain having been made before it was known.
  bool folds = true;
  std::unordered_set<std::uint64_t> made = {};  ///< keys of nodes that another tree has already
};

/// One tree of them, but for what others have already: a place where only one operand has a bit takes no LUT, and a
/// leaf that is alone in its pair goes up as it is.
resources adder_tree_rule(const tree_shape& tree, std::span<const leaf_shape> leaves, known_trees& others);

/// Bits of the sum of so many lanes of a tree.
int sum_bits(const tree_shape& tree, std::int64_t lanes);

/// The register of a processing element, with its adder. `sum_bits` of what is added, unsigned if not `sum_signed`. One
/// that saturates is exact where the register is wider than what is added, else a few LUTs off.
resources accumulator_rule(int bits, bool saturates, int sum_bits, bool sum_signed);

/// `steps` comparators of `bits` bits (6 at least), thresholds that change from fold to fold, and the number of those
/// reached.
resources threshold_rule(std::int64_t steps, int bits);

/// Of so many comparators' outputs, ones from below, the number of ones.
resources threshold_count_rule(std::int64_t steps);

/// Comparators with thresholds that never change, ascending, and the number of those reached, for a value of `bits`
/// bits (13 at least). A place of the chain compares six bits; places of several thresholds that are the same function
/// are shared.
resources constant_threshold_rule(std::span<const std::int64_t> thresholds, int bits);

/// Comparators with thresholds that are known and change from fold to fold, without the count: `rows` of 2 folds and
/// more, ascending, for a value of `bits` bits. A place of the chain compares three bits, and places of several
/// thresholds that compare with the same in every fold are shared; functions of four and five inputs, which those of up
/// to four folds are, are taken apart now and then.
resources known_threshold_rule(std::span<const std::span<const std::int64_t>> rows, int bits);

/// How many times there are twice as many thresholds as the 15 that most constants of resource/fitted.h are of; 0 for
/// fewer.
double doublings_of_levels(std::int64_t steps);

/// A random access memory of LUTs: `depth` words of `bits` bits. With one port four LUTs hold 32 words of 8 bits, or
/// one 64 bits; with a port for writing and one for reading, which synthesis makes of a unit's replay buffer, four of
/// them hold 32 words of 6 bits or 64 of 3.
resources lutram_rule(std::int64_t bits, std::int64_t depth, int ports);

/// The beats of a vector, kept for the rounds after the first.
resources replay_rule(std::int64_t bits, std::int64_t depth, int ports);

/// What is read of a counter: its value, also whether it is at the end, or also its next value. Reset and enable are
/// the flip-flops' own unless the next value is asked for.
enum class counter_use : unsigned char { value, last, next_value };

/// Counts 0 to count - 1.
resources counter_rule(std::int64_t count, counter_use use = counter_use::next_value);

/// LUTs of a bit of a read-only memory with `depth` words of no pattern, at least 16.
double rom_luts_per_bit(std::int64_t depth);

/// RAMB18 (a RAMB36 is two) of a memory that is written: a word is as many blocks side by side.
double block_ram_rule(std::int64_t bits, std::int64_t depth);

/// A read-only memory in block RAM. Words that lie deeper than a block lie beside those of lower addresses, so that
/// blocks are shared across words, and the high bits of the address choose among them.
resources block_rom_rule(std::int64_t bits, std::int64_t depth);

}  // namespace spillway
