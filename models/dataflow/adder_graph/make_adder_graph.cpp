// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/adder_graph/make_adder_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "spillway/models/dataflow/adder_graph/shared_pairs.h"
#include "spillway/models/dataflow/adder_graph/stages.h"
#include "spillway/models/numbers/integer_math.h"
#include "spillway/models/numbers/integer_type.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

constexpr int widest_sum = 60;

/// What the pairs of all rows may come to: beyond it columns are divided into blocks, which share nothing.
constexpr std::int64_t most_pairs = 1'500'000;

/// Coefficients of inputs, and a constant: what a node is of the inputs.
struct linear_form {
  std::map<int, std::int64_t> of_inputs;
  std::int64_t constant = 0;

  void add(const linear_form& other, int shift, bool negative) {
    const auto scaled = [&](std::int64_t value) { return (negative ? -value : value) * (std::int64_t{1} << shift); };
    for (const auto& [input, weight] : other.of_inputs)
      if ((of_inputs[input] += scaled(weight)) == 0) of_inputs.erase(input);
    constant += scaled(other.constant);
  }

  /// For inputs of which each is anything in `input`.
  word_range range(word_range input) const {
    word_range sum{constant, constant};
    for (const auto& [k, weight] : of_inputs) {
      sum.low += weight * (weight > 0 ? input.low : input.high);
      sum.high += weight * (weight > 0 ? input.high : input.low);
    }
    return sum;
  }
};

/// Digits -1, 0 and 1 of which no two neighbours are other than 0.
std::vector<graph_term> signed_digits(int node, std::int64_t value) {
  std::vector<graph_term> digits;
  for (int shift = 0; value != 0; ++shift, value /= 2) {
    if (value % 2 == 0) continue;
    const std::int64_t digit = ((value % 4) + 4) % 4 == 3 ? -1 : 1;
    digits.push_back({node, shift, digit < 0});
    value -= digit;
  }
  return digits;
}

/// What the rows add: weights of inputs or of their bits, and a constant.
struct weight_rows {
  std::vector<std::vector<std::int64_t>> weights;
  std::vector<std::int64_t> constants;
  word_range input;

  explicit weight_rows(const mvau& unit) {
    const bool of_bits = unit.input_type.is_bipolar;
    input = {of_bits ? 0 : unit.input_type.min64(), unit.input_type.max64()};
    for (std::int64_t row = 0; row < unit.mh(); ++row) {
      std::int64_t constant = 0;
      std::vector<std::int64_t>& of_row = weights.emplace_back();
      for (std::int64_t k = 0; k < unit.mw(); ++k) {
        const std::int64_t weight = *unit.weights.at(row * unit.mw() + k);
        of_row.push_back(of_bits ? 2 * weight : weight);
        if (of_bits) constant -= weight;
        if (unit.xnor_popcount && weight < 0) ++constant;  // 1 - x
      }
      constants.push_back(constant);
    }
  }
};

class graph_builder {
 public:
  graph_builder(const mvau& unit, adder_graph& graph) : m_rows(unit), m_graph(graph) {
    graph.inputs = unit.mw();
    for (std::int64_t k = 0; k < graph.inputs; ++k) {
      linear_form form;
      form.of_inputs[static_cast<int>(k)] = 1;
      add_node({}, std::move(form));
    }
  }

  void run() {
    for (const std::vector<graph_term>& terms : shared_terms()) m_graph.outputs.push_back(sum_of(terms));
  }

 private:
  int add_node(graph_node node, linear_form form) {
    node.range = form.range(m_rows.input);
    m_graph.nodes.push_back(std::move(node));
    m_forms.push_back(std::move(form));
    return static_cast<int>(m_graph.nodes.size()) - 1;
  }

  int constant_node(std::int64_t value) {
    graph_node node;
    node.is = graph_node::kind::constant;
    node.value = value;
    return add_node(node, {{}, value});
  }

  /// +-low +- (high << shift).
  int sum_node(int low, int high, int shift, bool negate_low, bool negate_high) {
    const auto [place, is_new] = m_made.try_emplace(std::tuple(low, high, shift, negate_low, negate_high), -1);
    if (!is_new) return place->second;
    graph_node node;
    node.is = graph_node::kind::sum;
    node.low = low;
    node.high = high;
    node.shift = shift;
    node.negate_low = negate_low;
    node.negate_high = negate_high;
    linear_form form;
    if (low >= 0) form.add(m_forms[static_cast<std::size_t>(low)], 0, negate_low);
    form.add(m_forms[static_cast<std::size_t>(high)], shift, negate_high);
    const int low_level = low < 0 ? 0 : at(low).level;
    node.level = 1 + std::max(low_level, at(high).level);
    const bool is_apart = low >= 0 && !negate_low && !negate_high && at(low).range.low >= 0 &&
                          at(low).range.high < std::int64_t{1} << shift;
    if (is_apart) {
      node.is = graph_node::kind::joined;
      --node.level;
    }
    return place->second = add_node(node, std::move(form));
  }

  const graph_node& at(int node) const { return m_graph.nodes[static_cast<std::size_t>(node)]; }

  /// The terms of each row, what is common to several made a node. Columns in blocks, if there are so many pairs.
  std::vector<std::vector<graph_term>> shared_terms() {
    std::vector<std::vector<graph_term>> digits(m_rows.weights.size()), result(m_rows.weights.size());
    std::int64_t pairs = 0, columns = m_graph.inputs;
    for (std::size_t row = 0; row < digits.size(); ++row) {
      std::int64_t terms = 0;
      for (const std::int64_t weight : m_rows.weights[row]) terms += std::ssize(signed_digits(0, weight));
      pairs += terms * terms / 2;
    }
    const std::int64_t block =
        std::max<std::int64_t>(1, columns / ceil_div(std::max<std::int64_t>(pairs, 1), most_pairs));
    for (std::int64_t first = 0; first < columns; first += block) {
      for (std::size_t row = 0; row < digits.size(); ++row) {
        digits[row].clear();
        for (std::int64_t k = first; k < std::min(first + block, columns); ++k)
          for (const graph_term& digit :
               signed_digits(static_cast<int>(k), m_rows.weights[row][static_cast<std::size_t>(k)]))
            digits[row].push_back(digit);
      }
      share(digits);
      for (std::size_t row = 0; row < digits.size(); ++row)
        result[row].insert(result[row].end(), digits[row].begin(), digits[row].end());
    }
    for (std::size_t row = 0; row < result.size(); ++row) add_constant(m_rows.constants[row], result[row]);
    return result;
  }

  void share(std::vector<std::vector<graph_term>>& rows) {
    const int first = static_cast<int>(m_graph.nodes.size());
    std::vector<graph_term> made;
    const auto term_of = [&](int node, int shift, bool negative) {
      if (node < first) return graph_term{node, shift, negative};
      const graph_term& of = made[static_cast<std::size_t>(node - first)];
      return graph_term{of.node, of.shift + shift, of.negative != negative};
    };
    for (const term_pair& pair : share_pairs(rows, first))
      made.push_back(sum_of(term_of(pair.a, 0, false), term_of(pair.b, pair.shift, pair.is_difference), false));
    for (std::vector<graph_term>& row : rows)
      for (graph_term& term : row) term = term_of(term.node, term.shift, term.negative);
  }

  void add_constant(std::int64_t value, std::vector<graph_term>& row) {
    if (value == 0) return;
    int shift = 0;
    const bool negative = value < 0;
    for (value = negative ? -value : value; value % 2 == 0; value /= 2) ++shift;
    row.push_back({constant_node(value), shift, negative});
  }

  /// A bit times a number is that number's ones, side by side: no adder, whatever the two terms are. Digits of one
  /// number never cancel, so it is not 0.
  std::optional<graph_term> multiple_of_bit(const graph_term& low, const graph_term& high) {
    const auto& a = m_forms[static_cast<std::size_t>(low.node)];
    const auto& b = m_forms[static_cast<std::size_t>(high.node)];
    const bool are_bits = m_rows.input.low == 0 && m_rows.input.high == 1 && a.constant == 0 && b.constant == 0;
    if (!are_bits || a.of_inputs.size() != 1 || b.of_inputs.size() != 1) return std::nullopt;
    const auto [input, of_low] = *a.of_inputs.begin();
    const auto [other, of_high] = *b.of_inputs.begin();
    if (input != other) return std::nullopt;
    std::int64_t number = (low.negative ? -of_low : of_low) * (std::int64_t{1} << low.shift) +
                          (high.negative ? -of_high : of_high) * (std::int64_t{1} << high.shift);
    graph_term result{input, 0, number < 0};
    for (number = std::abs(number); number % 2 == 0; number /= 2) ++result.shift;
    for (int shift = 1; number >> shift != 0; ++shift)
      if ((number >> shift & 1) != 0) result.node = sum_node(result.node, input, shift, false, false);
    return result;
  }

  /// As few adders in a row as there can be: the two terms of the lowest level first. A result is only negative where
  /// all that is left is.
  graph_term sum_of(const std::vector<graph_term>& terms) {
    using ranked = std::tuple<int, int, int, bool>;
    std::multiset<ranked> left;
    const auto rank = [&](const graph_term& t) { return ranked(at(t.node).level, t.shift, t.node, t.negative); };
    for (const graph_term& term : terms) left.insert(rank(term));
    if (left.empty()) return {};
    const auto take = [&] {
      const auto [level, shift, node, negative] = *left.begin();
      left.erase(left.begin());
      return graph_term{node, shift, negative};
    };
    while (left.size() > 1) {
      const graph_term a = take(), b = take();
      const bool others_negative =
          std::all_of(left.begin(), left.end(), [](const ranked& r) { return std::get<3>(r); });
      left.insert(rank(sum_of(a, b, others_negative)));
    }
    const graph_term sum = take();
    if (!sum.negative) return sum;
    return {sum_node(-1, sum.node, 0, false, true), sum.shift, false};
  }

  graph_term sum_of(graph_term low, graph_term high, bool keep_positive) {
    if (std::tuple(low.shift, low.negative, low.node) > std::tuple(high.shift, high.negative, high.node))
      std::swap(low, high);
    const int shift = high.shift - low.shift;
    if (const auto multiple = multiple_of_bit(low, high)) return *multiple;
    const bool differ = low.negative != high.negative;
    // The low places of the first operand are those of the sum, unless it is the one that is subtracted.
    if (differ && low.negative && keep_positive)
      return {sum_node(low.node, high.node, shift, true, false), low.shift, false};
    return {sum_node(low.node, high.node, shift, false, differ), low.shift, low.negative};
  }

  weight_rows m_rows;
  adder_graph& m_graph;
  std::vector<linear_form> m_forms;
  std::map<std::tuple<int, int, int, bool, bool>, int> m_made;
};

/// Largest sums that can be met in between are those of magnitudes.
void check_sums(const mvau& unit) {
  const int bits = unit.weights.type.bits + unit.input_type.bits + static_cast<int>(ceil_log2(unit.mw())) + 3;
  if (bits > widest_sum)
    throw config_error(
        fmt::format("{}: constant weights take sums of up to {} bits, but {} products of {} and {} may "
                    "need {}; nearest: narrower weights or inputs",
                    unit.name, widest_sum, unit.mw(), to_string(unit.weights.type), to_string(unit.input_type), bits));
}

}  // namespace

adder_graph make_adder_graph(const mvau& unit) {
  check_sums(unit);
  adder_graph graph;
  graph_builder(unit, graph).run();
  for (const graph_term& output : graph.outputs) {
    const word_range range =
        output.node < 0 ? word_range{} : graph.nodes[static_cast<std::size_t>(output.node)].range;
    const int exact = bits_for(range.low << output.shift, range.high << output.shift, true);
    graph.is_clamped.push_back(unit.accumulator.overflow == overflow_mode::saturate && exact > unit.accumulator.bits);
    graph.output_bits.push_back(graph.is_clamped.back() ? exact : unit.accumulator.bits);
  }
  graph.stages = 2 + static_cast<int>(ceil_log2(unit.mw()));
  detail::assign_stages(graph);
  return graph;
}

}  // namespace spillway
