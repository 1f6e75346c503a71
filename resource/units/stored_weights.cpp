// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/units/stored_weights.h"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>
#include <vector>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/rom_functions.h"

namespace spillway::detail {

namespace {

/// Weights have no more bits, so that the values of a lane are few.
constexpr int most_bits = 8;
/// And of inputs, so that products are exact.
constexpr int most_input_bits = 32;

/// A search asks for the price of a network a million times: no more weights are looked at.
constexpr std::int64_t most_weights = 1 << 15;

/// Which weights there are: bit `code & 63` of a word for each code, of the first word where codes have no more bits.
struct weight_codes {
  std::array<std::uint64_t, (std::size_t{1} << most_bits) / 64> words{};

  static constexpr int word_bits = 6;
  static std::size_t place_of(std::uint8_t code, int bits) {
    return bits <= word_bits ? 0 : std::size_t{code} >> word_bits;
  }
  bool has(std::uint8_t code, int bits) const { return (words[place_of(code, bits)] >> (code & 63U) & 1) != 0; }
  friend bool operator==(const weight_codes&, const weight_codes&) = default;
};

struct weight_codes_hash {
  std::size_t operator()(const weight_codes& codes) const {
    std::uint64_t sum = 0;
    for (const std::uint64_t word : codes.words) sum = (sum ^ word) * 0x9E3779B97F4A7C15;
    return static_cast<std::size_t>(sum ^ sum >> 32);
  }
};

/// The weights of one lane, whatever the word.
struct lane_values {
  std::vector<int> all;  ///< different ones
  int low = 0, high = 0;
  unsigned turns = 0;   ///< bit i: bits i and i - 1 of some value differ
  int always_even = 0;  ///< low bits that are 0 in all of them

  bool is_zero() const { return low == 0 && high == 0; }
};

/// Factors of the words, by which a sum of weights says which words have which.
std::vector<std::uint64_t> word_factors(std::int64_t words) {
  std::vector<std::uint64_t> factors(static_cast<std::size_t>(words));
  std::uint64_t state = 0;
  for (std::uint64_t& factor : factors) {  // G. L. Steele and others, "Fast splittable pseudorandom number generators"
    std::uint64_t mixed = state += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
    factor = (mixed ^ mixed >> 31) | 1;
  }
  return factors;
}

lane_values values_of(const dot_element& e, const weight_codes& seen) {
  lane_values of;
  unsigned any = 0;
  const auto last = static_cast<int>(e.weight.max64());
  for (auto code = static_cast<int>(e.weight.min64()); code <= last; ++code) {
    if (!seen.has(static_cast<std::uint8_t>(code), e.weight.bits)) continue;
    if (of.all.empty()) of.low = code;
    of.high = code;
    of.all.push_back(code);
    any |= static_cast<unsigned>(code);
    of.turns |= static_cast<unsigned>(code) ^ static_cast<unsigned>(code) << 1;
  }
  of.always_even = any == 0 ? e.weight.bits : std::countr_zero(any);
  return of;
}

/// The words of each lane of an element: which weights they are, and a number that says in which order.
struct lane_words {
  std::vector<weight_codes> seen;
  std::vector<std::uint64_t> keys;

  void read(const dot_element& e, std::int64_t element, const std::vector<std::uint64_t>& factors) {
    const auto lanes = static_cast<std::size_t>(e.simd);
    seen.assign(lanes, {});
    keys.assign(lanes, 1);
    const std::uint64_t* factor = factors.data();
    for (std::int64_t fold = 0; fold < e.folds; ++fold) {
      const std::int64_t* weight = e.weights->at((fold * e.pe + element) * e.products);
      for (std::int64_t round = 0; round < e.rounds; ++round, weight += lanes, ++factor)
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          const auto code = static_cast<std::uint8_t>(weight[lane]);
          seen[lane].words[weight_codes::place_of(code, e.weight.bits)] |= std::uint64_t{1} << (code & 63U);
          keys[lane] += code * *factor;
        }
    }
  }
};

/// What is left of a product.
struct lane_product {
  leaf_shape leaf;
  double luts = 0;
};

/// The greatest magnitude that an input has.
std::int64_t most_input(const dot_element& e) { return std::max(e.input.max64(), -e.input.min64()); }

/// Whether synthesis knows what always is zero before it makes carry chains: digits are known where they are read, and
/// so is a weight that an input takes or leaves. Not of digits of the input: their rows of a weight that is zero are
/// chains that come to zero.
bool are_seen_early(const dot_element& e) {
  if (e.is_table || e.input.bits == 1) return !e.is_table;
  return e.rows().recodes_b || (e.words() == 1 && !e.is_multiplied());
}

/// A bit of a product, for each weight and input that there are.
using bit_column = std::vector<std::uint64_t>;

bool is_zero(const bit_column& column) {
  return std::all_of(column.begin(), column.end(), [](std::uint64_t word) { return word == 0; });
}

std::vector<bit_column> columns_of(const dot_element& e, const lane_values& values) {
  const auto bits = static_cast<std::size_t>(e.leaf_bits());
  const auto inputs = static_cast<std::size_t>(e.input.max64() - e.input.min64() + 1);
  std::vector<bit_column> columns(bits, bit_column((values.all.size() * inputs + 63) / 64));
  std::size_t row = 0;
  for (const int weight : values.all)
    for (std::int64_t x = e.input.min64(); x <= e.input.max64(); ++x, ++row) {
      const std::int64_t product = weight * x;
      for (std::size_t bit = 0; bit < bits; ++bit)
        columns[bit][row / 64] |= static_cast<std::uint64_t>(product >> bit & 1) << row % 64;
    }
  return columns;
}

/// A product that is a table of weight and input, or a weight or nothing: its bits are functions of the values.
lane_product table_product(const dot_element& e, const lane_values& values) {
  const int bits = e.leaf_bits();
  std::vector<bit_column> columns = columns_of(e, values);
  lane_product result;
  result.leaf = {false, 0, bits, e.weight.is_signed || e.input.is_signed};
  while (result.leaf.low < bits && is_zero(columns[static_cast<std::size_t>(result.leaf.low)])) ++result.leaf.low;
  while (result.leaf.bits > 0 && is_zero(columns[static_cast<std::size_t>(result.leaf.bits - 1)])) {
    --result.leaf.bits;
    result.leaf.is_signed = false;
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  std::erase_if(columns, is_zero);
  result.luts = static_cast<double>(columns.size());
  // What tables have alike is seen when their registers are there.
  if (!e.is_table) result.leaf.copies = result.leaf.bits - result.leaf.low - static_cast<int>(columns.size());
  return result;
}

/// A product of rows, the digits those of the weight: rows of digits that always are zero are gone.
lane_product recoded_product(const dot_element& e, const lane_values& values) {
  const int m = e.input.bits, n = e.weight.bits, bits = e.leaf_bits();
  const bool is_constant = e.words() == 1;
  lane_product result;
  int first = -1, last = 0, rows = 0;
  for (int k = 0; 2 * k < std::min(n + !e.weight.is_signed, bits); ++k) {
    if ((values.turns >> (2 * k) & 3) == 0) continue;
    const bool is_first = first < 0, is_short = 2 * k + 1 == n || 2 * k == n;
    int luts = is_first || e.input.is_signed ? m + 1 : m + 2;
    if (is_short) luts = is_first ? m : m + 1;
    // A chain takes in the first row of a constant, and inverts it where it has to.
    if (!is_constant || !is_first) result.luts += std::min(luts, bits - 2 * k);
    if (is_first) first = k;
    last = k;
    ++rows;
  }
  result.leaf = {false, 2 * first, bits, true};
  const std::int64_t most = std::max(std::abs(values.low), values.high) * most_input(e);
  if (is_constant) {
    result.leaf.low = std::max(2 * first, values.always_even);
    result.leaf.bits = std::min(bits, 2 * last + m + 2);
  }
  if (values.low >= 0 && !e.input.is_signed && rows == 1) {
    result.leaf.bits = std::min(bits, bits_for(0, most, false));
    result.leaf.is_signed = false;
  }
  return result;
}

/// A product of rows: all of them where the digits are those of the input.
lane_product multiplied(const dot_element& e, const lane_values& values) {
  const row_count rows = e.rows();
  if (rows.recodes_b) return recoded_product(e, values);
  lane_product result;
  result.luts = multiplier_rule(e.input.bits, e.input.is_signed, e.weight.bits, e.weight.is_signed, e.leaf_bits()).luts;
  // Above the weights' own bits those of the first row are copies of each other.
  result.luts -= e.weight.bits - std::max(bits_for(values.low, values.high, e.weight.is_signed), 1);
  result.leaf = {false, 0, e.leaf_bits(), true};
  return result;
}

/// Of a lane that is always zero: nothing where that is known in time, else a chain of constants.
leaf_shape zero_leaf(const dot_element& e) {
  if (e.is_table || are_seen_early(e)) return {true, 0, 0, false};
  return {false, 1, e.leaf_bits(), true};
}

/// A lane of certain weights. Lanes often have the same.
struct known_lane {
  lane_values values;
  lane_product product;  ///< where each is a leaf
};

/// The leaves of one element after the other.
class element_view {
 public:
  explicit element_view(const dot_element& e) : m_e(e), m_factors(word_factors(e.words())) {}

  void look_at(std::int64_t element) { m_words.read(m_e, element, m_factors); }

  lane_product leaf(std::int64_t number) {
    const std::int64_t first = number * m_e.tree.group;
    const std::int64_t last = std::min<std::int64_t>(first + m_e.tree.group, m_e.simd);
    lane_product product;
    std::int64_t low = 0, high = 0, live = 0;
    std::uint64_t key = static_cast<std::uint64_t>(number) + 1;
    for (auto lane = static_cast<std::size_t>(first); lane < static_cast<std::size_t>(last); ++lane) {
      const known_lane& known = lane_of(m_words.seen[lane]);
      key = (std::rotl(key, 7) ^ m_words.keys[lane]) * 0x9E3779B97F4A7C15;
      if (known.values.is_zero()) continue;
      ++live;
      if (m_e.tree.group == 1) product = known.product;
      low += std::min<std::int64_t>({0, known.values.low * m_e.input.max64(), known.values.high * m_e.input.min64()});
      high += std::max<std::int64_t>({0, known.values.high * m_e.input.max64(), known.values.low * m_e.input.min64()});
    }
    m_live_lanes += live;
    if (live == 0) {
      product.leaf = zero_leaf(m_e);
    } else if (m_e.tree.group > 1) {
      product.leaf = {false, 0, std::min(sum_bits(m_e.tree, last - first), bits_for(low, high, low < 0)), low < 0};
      product.luts = product.leaf.bits;
    }
    product.leaf.key = key;
    return product;
  }

  /// Of all elements that were looked at.
  std::int64_t live_lanes() const { return m_live_lanes; }

 private:
  const known_lane& lane_of(const weight_codes& seen) {
    const auto [known, is_new] = m_lanes.try_emplace(seen);
    known_lane& lane = known->second;
    if (!is_new) return lane;
    lane.values = values_of(m_e, seen);
    if (m_e.tree.group == 1 && !lane.values.is_zero())
      lane.product =
          m_e.is_table || m_e.input.bits == 1 ? table_product(m_e, lane.values) : multiplied(m_e, lane.values);
    return lane;
  }

  const dot_element& m_e;
  std::vector<std::uint64_t> m_factors;
  lane_words m_words;
  std::int64_t m_live_lanes = 0;
  std::unordered_map<weight_codes, known_lane, weight_codes_hash> m_lanes;
};

}  // namespace

bool are_words_known(const dot_element& e) {
  return e.is_in_luts() && !e.xnor && !e.weight.is_bipolar && !e.input.is_bipolar && e.weight.bits <= most_bits &&
         e.input.bits <= most_input_bits && e.weights->type.words() == 1 && !e.is_in_dsps();
}

bool are_sparse(const dot_element& e, const stored_products& stored) {
  const std::int64_t lanes = stored.elements * e.simd;
  return stored.live_lanes < lanes || 4 * stored.memory.functions < 3 * lanes * e.weight.bits;
}

rom_layout layout_of_weights(const dot_element& e, int bits) {
  rom_layout rom{*e.weights, {}, {}, bits};
  rom.words.reserve(static_cast<std::size_t>(e.words()));
  for (std::int64_t fold = 0; fold < e.folds; ++fold)
    for (std::int64_t round = 0; round < e.rounds; ++round)
      rom.words.push_back(fold * e.pe * e.products + round * e.simd);
  return rom;
}

void add_lanes(const dot_element& e, std::int64_t element, rom_layout& to) {
  for (std::int64_t lane = 0; lane < e.simd; ++lane) to.elements.push_back(element * e.products + lane);
}

stored_products look_at_words(const dot_element& e) {
  stored_products result;
  result.elements = std::clamp<std::int64_t>(most_weights / (e.simd * e.words()), 1, e.pe);
  known_trees trees;
  trees.folds = are_seen_early(e);
  std::vector<leaf_shape> leaves(static_cast<std::size_t>(e.leaves()));
  element_view view(e);
  rom_layout rom = layout_of_weights(e, e.weight.bits);
  for (std::int64_t n = 0; n < result.elements; ++n) {
    const std::int64_t at = n * e.pe / result.elements;
    view.look_at(at);
    add_lanes(e, at, rom);
    for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
      const lane_product product = view.leaf(static_cast<std::int64_t>(leaf));
      leaves[leaf] = product.leaf;
      if (!trees.made.contains(product.leaf.key)) result.product_luts += product.luts;
    }
    result.trees += adder_tree_rule(e.tree, leaves, trees);
  }
  result.live_lanes = view.live_lanes();
  if (e.words() > 64)
    result.memory = deep_rom_functions(rom);
  else
    result.memory.functions = rom_functions(rom);
  return result;
}

}  // namespace spillway::detail
