// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/rules.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include "spillway/models/dataflow/units/lut_ram.h"
#include "spillway/models/numbers/integer_math.h"
#include "spillway/models/numbers/integer_type.h"
#include "spillway/resource/fitted.h"

namespace spillway {

namespace {

/// What spillway_multiplier compares to choose the factor whose digits it takes.
int luts_expected(int m, int n, bool n_signed) { return (n / 2) * (m + 2) + (n % 2 == 1 ? m + 1 : n_signed ? 0 : m); }

/// Of radix 4, that reach into the product.
int digits_of(int n, bool n_signed, int p_bits) {
  return std::min(n_signed ? (n + 1) / 2 : n / 2 + 1, (p_bits + 1) / 2);
}

/// Rows that add digits of an n-bit factor times an m-bit one. A row's low bits are its sum, the sign of the next one's
/// operand comes with it: m + 1 LUTs, or m + 2 where an unsigned factor is extended.
resources booth_rows(int m, bool m_signed, int n, bool n_signed, int p_bits) {
  resources r;
  for (int k = 0; k < digits_of(n, n_signed, p_bits); ++k) {
    const bool is_short = 2 * k + 1 == n || 2 * k == n;  // the digit is -1, 0 or 1 (a bit of an odd or unsigned factor)
    int bits = k == 0 || m_signed ? m + 1 : m + 2;
    if (is_short) bits = k == 0 ? m : m_signed && n_signed ? m : m + 1;
    bits = std::min(bits, p_bits - 2 * k);
    r.luts += bits;
    // The chain has a place below for the borrow of a digit that may be negative. A first digit of 0 or 1 is an AND.
    const bool is_positive = is_short && !n_signed;
    if (k > 0 || !is_positive) add_chains(r, std::min(m + 2, p_bits - 2 * k) + (is_positive ? 0 : 1));
  }
  return r;
}

bool recodes_a(int a_bits, bool a_signed, int b_bits, bool b_signed) {
  return luts_expected(b_bits, a_bits, a_signed) < luts_expected(a_bits, b_bits, b_signed);
}

}  // namespace

void add_chains(resources& to, std::int64_t bits, double chains) {
  if (bits <= 2) return;
  to.carry += chains * static_cast<double>(ceil_div(bits, 4));
  to.carry8 += chains * static_cast<double>(ceil_div(bits, 8));
  to.chained += chains * static_cast<double>(bits);
  to.chain_luts += chains * static_cast<double>(bits);
}

resources multiplier_rule(int a_bits, bool a_signed, int b_bits, bool b_signed, int p_bits) {
  return recodes_a(a_bits, a_signed, b_bits, b_signed) ? booth_rows(b_bits, b_signed, a_bits, a_signed, p_bits)
                                                       : booth_rows(a_bits, a_signed, b_bits, b_signed, p_bits);
}

row_count multiplier_rows(int a_bits, bool a_signed, int b_bits, bool b_signed, int p_bits) {
  const bool recodes = recodes_a(a_bits, a_signed, b_bits, b_signed);
  const int m = recodes ? b_bits : a_bits;
  row_count rows;
  rows.recodes_b = !recodes;
  rows.all = recodes ? digits_of(a_bits, a_signed, p_bits) : digits_of(b_bits, b_signed, p_bits);
  for (int k = 1; k < rows.all; ++k) rows.whole += p_bits - 2 * k > m;
  return rows;
}

resources negation_rule(int bits, int out_bits) {
  resources r;
  r.luts = std::min(bits, out_bits);  // the last bit is the chain's carry
  add_chains(r, out_bits + 1);
  return r;
}

int sum_bits(const tree_shape& tree, std::int64_t lanes) {
  return std::min(tree.cap,
                  bits_for(std::min(tree.lane_min, std::int64_t{0}) * lanes, tree.lane_max * lanes, tree.lane_min < 0));
}

namespace {

/// A node of a tree of adders, or what goes up through one that has nothing to add to it.
struct tree_node {
  leaf_shape shape;
  std::int64_t level = 0;   ///< that it was made at
  std::int64_t length = 1;  ///< registers in a row without logic between them
  bool is_made = false;     ///< in another tree
};

/// Registers in a row: from three on they are a shift register. DSPs have taken in those next to them.
void add_registers(resources& to, const tree_node& node, bool is_of_dsps) {
  if (node.shape.is_zero || node.is_made) return;
  const std::int64_t taken = is_of_dsps && node.level < 2 ? 2 - node.level : 0;
  const std::int64_t length = std::max<std::int64_t>(0, node.length - taken);
  const int bits = node.shape.bits - node.shape.low - node.shape.copies;
  (length > 2 ? to.srl : to.ff) += static_cast<double>(length > 2 ? bits : length * bits);
}

/// Places of an adder where both operands have a bit. The last of two signed ones is the chain's.
int shared_places(const leaf_shape& a, const leaf_shape& b, int bits) {
  if (a.is_zero || b.is_zero) return 0;
  const int wide = std::max(a.bits, b.bits);
  const int end = std::min({a.is_signed ? wide : a.bits, b.is_signed ? wide : b.bits, bits});
  return std::max(0, end - std::max(a.low, b.low));
}

/// What is known of a sum of at most `bits` bits.
leaf_shape sum_of(const leaf_shape& a, const leaf_shape& b, int bits) {
  const bool is_signed = a.is_signed || b.is_signed;
  const int wide = std::max(a.bits + (is_signed && !a.is_signed), b.bits + (is_signed && !b.is_signed)) + 1;
  return {false, std::min(a.low, b.low), std::min(bits, wide), is_signed};
}

std::uint64_t key_of_sum(std::uint64_t left, std::uint64_t right) {
  const std::uint64_t mixed = (left ^ std::rotl(right, 23)) * 0x9E3779B97F4A7C15;
  return mixed ^ mixed >> 29;
}

/// The adder trees that share what they have in common.
class tree_maker {
 public:
  tree_maker(const tree_shape& tree, known_trees* others) : m_tree(tree), m_others(others) {}

  resources make(std::span<const leaf_shape> leaves) {
    std::vector<tree_node> nodes;
    nodes.reserve(leaves.size());
    for (const leaf_shape& leaf : leaves) nodes.push_back({leaf, 0, 1, is_made(leaf.key)});
    std::int64_t level = 0;
    while (nodes.size() > 1) {
      ++level;
      for (std::size_t n = 0; 2 * n < nodes.size(); ++n)
        nodes[n] = 2 * n + 1 < nodes.size() ? pair(nodes[2 * n], nodes[2 * n + 1], level, n) : passed_on(nodes[2 * n]);
      nodes.resize((nodes.size() + 1) / 2);
    }
    nodes.front().length += m_tree.stages - level - 1;
    add_registers(m_made, nodes.front(), m_tree.is_of_dsps);
    return m_made;
  }

 private:
  static tree_node passed_on(tree_node node) {
    ++node.length;
    return node;
  }

  bool is_made(std::uint64_t key) { return m_others != nullptr && !m_others->made.insert(key).second; }

  tree_node pair(const tree_node& left, const tree_node& right, std::int64_t level, std::size_t place) {
    const std::int64_t most = m_tree.group << level;
    const int bits = sum_bits(m_tree, std::min(m_tree.lanes - static_cast<std::int64_t>(place) * most, most));
    const bool folds = m_others == nullptr || m_others->folds;
    if ((left.shape.is_zero || right.shape.is_zero) && (folds || bits <= 2))
      return passed_on(left.shape.is_zero ? right : left);
    add_registers(m_made, left, m_tree.is_of_dsps);
    add_registers(m_made, right, m_tree.is_of_dsps);
    tree_node sum{folds ? sum_of(left.shape, right.shape, bits) : leaf_shape{false, 0, bits, m_tree.lane_min < 0},
                  level};
    sum.shape.key = key_of_sum(left.shape.key, right.shape.key);
    sum.is_made = is_made(sum.shape.key);
    // Above the narrower operand's bits the sum is the wider one's and a carry, or its sign.
    const bool is_of_dsp = m_tree.is_of_dsps && level < 2;
    if (!is_of_dsp && !sum.is_made) {
      m_made.luts += shared_places(left.shape, right.shape, sum.shape.bits);
      add_chains(m_made, sum.shape.bits - sum.shape.low);
    }
    return sum;
  }

  const tree_shape& m_tree;
  known_trees* m_others;
  resources m_made;
};

}  // namespace

resources adder_tree_rule(const tree_shape& tree) {
  const std::int64_t leaves = ceil_div(tree.lanes, tree.group);
  std::vector<leaf_shape> shapes(static_cast<std::size_t>(leaves),
                                 {false, 0, sum_bits(tree, tree.group), tree.lane_min < 0});
  shapes.back().bits = sum_bits(tree, tree.lanes - (leaves - 1) * tree.group);
  return tree_maker(tree, nullptr).make(shapes);
}

resources adder_tree_rule(const tree_shape& tree, std::span<const leaf_shape> leaves, known_trees& others) {
  return tree_maker(tree, &others).make(leaves);
}

resources accumulator_rule(int bits, bool saturates, int sum_bits, bool sum_signed) {
  resources r;
  r.ff = bits;
  if (!saturates) {
    r.luts = bits;
    add_chains(r, bits);
    return r;
  }
  const int sum_wide = sum_bits + (sum_signed ? 0 : 1), wide = std::max(sum_wide, bits) + 1;
  r.luts = sum_wide <= bits ? 2 * bits - 1 : wide + bits - 1 + static_cast<double>(ceil_div(wide - bits + 1, 4));
  add_chains(r, wide);
  return r;
}

double doublings_of_levels(std::int64_t steps) { return std::max(0.0, std::log2(static_cast<double>(steps) / 15)); }

resources threshold_count_rule(std::int64_t steps) {
  resources r;
  // A bit that turns over at each multiple of 2^b is the parity of those there.
  for (std::int64_t weight = 1; weight <= steps; weight *= 2)
    r.luts += static_cast<double>(ceil_div(steps / weight - 1, 5));
  return r;
}

resources threshold_rule(std::int64_t steps, int bits) {
  // A place of the chain compares three bits, in a LUT for "equal" and one for "greater".
  const std::int64_t places = ceil_div(bits, 3);
  resources r = threshold_count_rule(steps);
  r.luts += static_cast<double>(2 * steps * places);
  add_chains(r, places, static_cast<double>(steps));
  return r;
}

namespace {

/// LUTs of "equal" and "greater" at a place of a comparison with constants, of which `seen` has a bit a value.
double constant_place(std::uint64_t seen, int width, bool has_sign) {
  if (width == 1) return static_cast<double>(seen & 1);  // the bit itself, or its complement
  const std::uint64_t middle = (std::uint64_t{1} << (width - 1)) - 1;
  // Nothing is greater than the last value; what is greater than the middle one has the first bit.
  const std::uint64_t free = std::uint64_t{1} << (has_sign ? middle : 2 * middle + 1);
  const std::uint64_t wire = has_sign ? 0 : std::uint64_t{1} << middle;
  return std::popcount(seen) + std::popcount(seen & ~(free | wire));
}

}  // namespace

resources constant_threshold_rule(std::span<const std::int64_t> thresholds, int bits) {
  constexpr int place_bits = 6;
  const std::int64_t places = ceil_div(bits, place_bits);
  resources r = threshold_count_rule(static_cast<std::int64_t>(thresholds.size()));
  double equal = 0;
  int low = bits;
  for (std::int64_t place = 0; place < places; ++place) {
    const int width = std::min(place_bits, low);
    low -= width;
    std::uint64_t seen = 0;
    for (const std::int64_t threshold : thresholds)
      seen |= std::uint64_t{1} << ((static_cast<std::uint64_t>(threshold) >> low) & ((1U << width) - 1));
    r.luts += constant_place(seen, width, place == 0);
    equal += static_cast<double>(std::popcount(seen));
  }
  add_chains(r, places, static_cast<double>(thresholds.size()));
  r.chain_luts = std::min(r.chain_luts, equal);
  return r;
}

namespace {

/// What a place compares with, of all folds, as one number: of a sequence of numbers, a hash that needs no more than a
/// multiplication each.
std::uint64_t at_place(std::span<const std::span<const std::int64_t>> rows, std::size_t threshold, int low, int width) {
  std::uint64_t key = 0, factor = 0x9E3779B97F4A7C15U;
  for (const std::span<const std::int64_t> row : rows) {
    key += ((static_cast<std::uint64_t>(row[threshold]) >> low) & ((1U << width) - 1)) * factor;
    factor = factor * 0xBF58476D1CE4E5B9U + 1;
  }
  return key;
}

/// LUTs of a function of three bits and what so many folds make; where there are many alike, more.
double taken_apart(std::size_t folds, std::size_t steps) {
  const double alone = folds == 2 ? fitted_costs::taken_apart_of_2 : folds <= 4 ? fitted_costs::taken_apart_of_4 : 1;
  const double of_many = folds == 2   ? fitted_costs::many_apart_of_2
                         : folds <= 4 ? fitted_costs::many_apart_of_4
                                      : fitted_costs::many_apart;
  return alone + of_many * doublings_of_levels(static_cast<std::int64_t>(steps));
}

}  // namespace

resources known_threshold_rule(std::span<const std::span<const std::int64_t>> rows, int bits) {
  constexpr int place_bits = 3;
  const std::size_t steps = rows.front().size();
  double functions = 0;
  std::vector<std::uint64_t> keys(steps);
  for (int low = bits; low > 0;) {
    const int width = std::min(place_bits, low);
    low -= width;
    for (std::size_t t = 0; t < steps; ++t) keys[t] = at_place(rows, t, low, width);
    std::sort(keys.begin(), keys.end());
    functions += 2 * static_cast<double>(std::unique(keys.begin(), keys.end()) - keys.begin());
  }
  const auto all = 2 * static_cast<double>(steps) * static_cast<double>(ceil_div(bits, place_bits));
  resources r;
  r.luts = std::min(all, functions * taken_apart(rows.size(), steps));
  add_chains(r, ceil_div(bits, place_bits), static_cast<double>(steps));
  r.chain_luts = std::min(r.chain_luts, functions / 2);
  return r;
}

namespace {

/// Of two ports and 65 to 96 words: a memory of 64 words and one of 32, cut at the same bits, those of the latter.
std::int64_t mixed_lut_ram(std::int64_t bits, std::int64_t luts, std::int64_t wide_bits) {
  return 3 * luts * ceil_div(bits, wide_bits);
}

}  // namespace

resources lutram_rule(std::int64_t bits, std::int64_t depth, int ports) {
  const std::int64_t words = std::max<std::int64_t>(1, std::bit_ceil(static_cast<std::uint64_t>(depth)) / 64);
  resources r;
  if (ports == 2) {
    r.lutram = static_cast<double>(lut_ram_luts(depth, bits));
    r.lutram_plus = static_cast<double>(lut_ram_luts_plus(depth, bits));
    if (depth > 64 && depth <= 96) {
      r.lutram = std::min(r.lutram, static_cast<double>(mixed_lut_ram(bits, 4, 6)));
      r.lutram_plus = std::min(r.lutram_plus, static_cast<double>(mixed_lut_ram(bits, 8, 14)));
    }
  } else if (depth <= 32) {
    r.lutram = static_cast<double>(4 * ceil_div(bits, 8));
    r.lutram_plus = static_cast<double>(8 * ceil_div(bits, 16));
  } else {
    r.lutram = static_cast<double>(bits * words);
    r.lutram_plus = r.lutram;
  }
  return r;
}

resources replay_rule(std::int64_t bits, std::int64_t depth, int ports) {
  resources r;
  if (depth == 1)
    r.ff = static_cast<double>(bits);
  else
    r = lutram_rule(bits, depth, ports);
  r.luts += static_cast<double>(bits);  // the beat that is loaded, or the one that is kept
  return r;
}

resources counter_rule(std::int64_t count, counter_use use) {
  // By bits: the comparison with the last value, and the next one.
  constexpr std::array<int, 13> value{0, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4};
  constexpr std::array<int, 13> last{0, 1, 3, 3, 3, 3, 3, 5, 5, 4, 5, 5, 5};
  constexpr std::array<int, 13> next{0, 1, 3, 5, 7, 7, 8, 11, 12, 13, 14, 16, 17};
  resources r;
  if (count < 2) return r;
  const std::int64_t bits = ceil_log2(count);
  r.ff = static_cast<double>(bits);
  add_chains(r, bits);
  const std::array<int, 13>& luts = use == counter_use::value ? value : use == counter_use::last ? last : next;
  const auto place = static_cast<std::size_t>(bits);
  r.luts = place < luts.size() ? luts[place] : use == counter_use::next_value ? 1.5 * static_cast<double>(bits) : 6;
  return r;
}

double rom_luts_per_bit(std::int64_t depth) {
  const std::int64_t tables = ceil_div(depth, 64);
  if (tables == 1) return 1;
  if (depth <= 80) return 2.4;  // the last 16 words share a LUT with the choice, where nothing else is in it
  // A LUT chooses among four, and one more address bit takes another.
  return static_cast<double>(tables) + static_cast<double>(ceil_div(tables - 1, 3));
}

namespace {

struct block_ram_aspect {
  std::int64_t depth, bits, blocks;
};

/// Of a RAMB18, and of a RAMB36 as two.
constexpr std::array<block_ram_aspect, 12> block_ram_aspects{{{512, 36, 1},
                                                              {1024, 18, 1},
                                                              {2048, 9, 1},
                                                              {4096, 4, 1},
                                                              {8192, 2, 1},
                                                              {16384, 1, 1},
                                                              {512, 72, 2},
                                                              {1024, 36, 2},
                                                              {2048, 18, 2},
                                                              {4096, 9, 2},
                                                              {8192, 4, 2},
                                                              {32768, 1, 2}}};

/// LUTs that choose one of `words` bits by a number: a LUT chooses among four.
double choice_luts(std::int64_t words) {
  return words < 2 ? 0 : static_cast<double>(ceil_div(words - 1, 3) + (words == 7 ? 1 : 0));
}

}  // namespace

double block_ram_rule(std::int64_t bits, std::int64_t depth) {
  std::int64_t best = bits * depth;
  for (const block_ram_aspect& a : block_ram_aspects)
    best = std::min(best, a.blocks * ceil_div(bits, a.bits) * ceil_div(depth, a.depth));
  return static_cast<double>(best);
}

resources block_rom_rule(std::int64_t bits, std::int64_t depth) {
  // What Yosys' memory_libmap weighs, times two: 129 a RAMB18, 257 a RAMB36, a half for each input of a multiplexer.
  const auto weight = [&](const block_ram_aspect& a, std::int64_t rows) {
    return (a.blocks == 1 ? 258 : 514) * ceil_div(bits * rows, a.bits) + bits * (rows - 1);
  };
  std::int64_t least = 0;
  resources r;
  for (const block_ram_aspect& a : block_ram_aspects) {
    const std::int64_t rows = ceil_div(depth, a.depth), cost = weight(a, rows);
    if (least > 0 && cost >= least) continue;
    least = cost;
    r.bram18 = static_cast<double>(a.blocks * ceil_div(bits * rows, a.bits));
    r.luts = static_cast<double>(bits) * choice_luts(rows);
  }
  return r;
}

}  // namespace spillway
