// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/constant_mvau.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "spillway/models/dataflow/adder_graph/make_adder_graph.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/sha256.h"
#include "spillway/rtl/threshold_words.h"
#include "spillway/rtl/units/dot_parameters.h"

namespace spillway {

namespace {

/// Writes the adders and their registers. A node n is a signal `n` followed by its number; the bits of it that are kept
/// at the end of stage k are `n..._k`. Places that a node has in common with another are the other's.
class graph_text {
 public:
  graph_text(const mvau& unit, const adder_graph& graph) : m_unit(unit), m_graph(graph) {}

  /// Everything between the ports and the control.
  std::string write() {
    for (std::size_t n = 0; n < m_graph.nodes.size(); ++n) add_node(static_cast<int>(n));
    for (std::size_t row = 0; row < m_graph.outputs.size(); ++row) add_output(row);
    line("  always_ff @(posedge clk)");
    line("    if (enable) begin");
    m_text += m_registers;
    line("    end");
    add_unread_inputs();
    if (!m_unread.empty()) line("  logic unused;\n  assign unused = &{{1'b0{}}};", m_unread);
    return std::move(m_text);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(m_text), format, std::forward<Args>(args)...);
    m_text += '\n';
  }

  const graph_node& at(int node) const { return m_graph.nodes[static_cast<std::size_t>(node)]; }

  /// A node's own bits as they stand in the given stage: from the adder itself, or from the register before it.
  std::string signal(int node, int stage) const {
    return stage > at(node).first_register() || (at(node).is == graph_node::kind::input && stage > 1)
               ? fmt::format("n{}_{}", node, stage - 1)
               : fmt::format("n{}", node);
  }

  /// Places `first` and on of a signal of the node's own bits: all that it has, or a part.
  std::string part(int node, int first, int bits, int stage) const {
    const range has = range_of(node, stage);
    std::string name = signal(node, stage);
    if (has.first == first && has.last == first + bits - 1) return name;
    return bits == 1 ? fmt::format("{}[{}]", name, first) : fmt::format("{}[{}:{}]", name, first + bits - 1, first);
  }

  struct range {
    int first, last;
  };
  static range range_of(std::uint64_t mask) {
    return {std::countr_zero(mask), static_cast<int>(std::bit_width(mask)) - 1};
  }
  range range_of(int node, int stage) const {
    const int place = stage - at(node).first_register() - 1;
    return place < 0 ? range{0, at(node).own_bits() - 1} : range_of(at(node).kept[static_cast<std::size_t>(place)]);
  }

  /// The low `bits` of a node in a stage, all of them its own or another's.
  std::string places(int node, int bits, int stage) const {
    const graph_node& of = at(node);
    if (of.is == graph_node::kind::constant)
      return fmt::format("{}'d{}", bits, of.value & ((std::int64_t{1} << bits) - 1));
    const int passed = of.passed_bits();
    std::string low = passed > 0 ? value(of.low, std::min(bits, passed), stage) : std::string();
    if (bits <= passed) return low;
    const std::string own =
        of.is == graph_node::kind::joined ? value(of.high, bits - passed, stage) : part(node, 0, bits - passed, stage);
    return passed > 0 ? fmt::format("{{{}, {}}}", own, low) : own;
  }

  /// A node as exactly so many bits: its low ones, or all of them, extended.
  std::string value(int node, int bits, int stage) const {
    const graph_node& of = at(node);
    if (bits <= of.bits) return places(node, bits, stage);
    const std::string all = places(node, of.bits, stage);
    return of.is_signed ? fmt::format("{}'($signed({}))", bits, all) : fmt::format("{}'({})", bits, all);
  }

  /// What an adder adds: the places of a node from `from` on, in `bits` bits.
  std::string operand(int node, int from, int bits, int stage) const {
    const graph_node& of = at(node);
    if (from == 0) return value(node, bits, stage);
    const int left = std::min(of.bits - from, bits);
    if (left <= 0) {
      if (!of.is_signed) return fmt::format("{}'d0", bits);
      return fmt::format("{{{}{{{}}}}}", bits, sign_of(node, stage));
    }
    std::string upper = upper_places(node, from, left, stage);
    if (left == bits) return upper;
    return of.is_signed ? fmt::format("{}'($signed({}))", bits, upper) : fmt::format("{}'({})", bits, upper);
  }

  std::string sign_of(int node, int stage) const { return upper_places(node, at(node).bits - 1, 1, stage); }

  /// `bits` places of a node from `from` on, none beyond its own.
  std::string upper_places(int node, int from, int bits, int stage) const {
    const graph_node& of = at(node);
    if (from == 0) return places(node, bits, stage);
    if (of.is == graph_node::kind::constant)
      return fmt::format("{}'d{}", bits, of.value >> from & ((std::int64_t{1} << bits) - 1));
    const int passed = of.passed_bits();
    if (from < passed) {
      const int from_low = std::min(bits, passed - from);
      const std::string low = low_part(of.low, from, from_low, stage);
      return bits == from_low ? low
                              : fmt::format("{{{}, {}}}", upper_places(node, passed, bits - from_low, stage), low);
    }
    if (of.is == graph_node::kind::joined) return upper_places(of.high, from - passed, bits, stage);
    return part(node, from - passed, bits, stage);
  }

  /// As `upper_places`, of a node that may end before: then it is extended.
  std::string low_part(int node, int from, int bits, int stage) const {
    const graph_node& of = at(node);
    if (from + bits <= of.bits) return upper_places(node, from, bits, stage);
    return operand(node, from, bits, stage);
  }

  /// High bits of inputs, or all of them.
  void add_unread_inputs() {
    for (std::int64_t k = 0; k < m_graph.inputs; ++k) {
      const int used = at(static_cast<int>(k)).own_bits(), bits = m_unit.input_type.bits;
      if (used < bits) m_unread += fmt::format(", in_data[{}+:{}]", k * bits + used, bits - used);
    }
  }

  void add_node(int node) {
    const graph_node& of = at(node);
    const int own = of.own_bits();
    if (own <= 0) return;
    if (of.is == graph_node::kind::input)
      line("  logic [{0}:0] n{1};\n  assign n{1} = in_data[{2}+:{3}];", own - 1, node,
           static_cast<std::int64_t>(node) * m_unit.input_type.bits, own);
    else
      line("  logic [{0}:0] n{1};\n  assign n{1} = {2} {3} {4};", own - 1, node, low_operand(of, own),
           of.negate_high || of.negate_low ? "-" : "+", high_operand(of, own));
    add_registers(node);
  }

  std::string high_operand(const graph_node& of, int own) const {
    if (of.negate_low) return value(of.low, own, of.stage);
    return operand(of.high, 0, own, of.stage);
  }

  std::string low_operand(const graph_node& of, int own) const {
    if (of.low < 0) return fmt::format("{}'d0", own);
    if (!of.negate_low) return operand(of.low, of.shift, own, of.stage);
    if (of.shift == 0) return value(of.high, own, of.stage);
    if (own <= of.shift) return fmt::format("{}'d0", own);
    return fmt::format("{{{}, {}'d0}}", value(of.high, own - of.shift, of.stage), of.shift);
  }

  void add_registers(int node) {
    const graph_node& of = at(node);
    for (std::size_t i = 0; i < of.kept.size(); ++i) {
      const int stage = of.first_register() + static_cast<int>(i);
      const auto [first, last] = range_of(of.kept[i]);
      const std::string name = fmt::format("n{}_{}", node, stage);
      line("  logic [{}:{}] {};", last, first, name);
      fmt::format_to(std::back_inserter(m_registers), "      {} <= {};\n", name,
                     part(node, first, last - first + 1, stage));
      // Between those that are read later there may be some that are not.
      for (int bit = first; bit <= last; ++bit)
        if ((of.kept[i] >> bit & 1) == 0) m_unread += fmt::format(", {}[{}]", name, bit);
    }
  }

  /// `results` of a row: from the registers at the end of the last stage, where the sum is not clamped before it.
  void add_output(std::size_t row) {
    const graph_term& out = m_graph.outputs[row];
    const int p = m_unit.accumulator.bits, sum = m_graph.output_bits[row];
    const std::string result = fmt::format("results[{}+:{}]", static_cast<std::int64_t>(row) * p, p);
    const bool is_clamped = m_graph.is_clamped[row];
    const std::string exact = shifted(out, sum, m_graph.stages + (is_clamped ? 0 : 1));
    if (!is_clamped) return line("  assign {} = {};", result, exact);
    line("  logic [{}:0] exact_{};\n  assign exact_{} = {};", sum - 1, row, row, exact);
    line("  logic [{}:0] fitted_{}, kept_{};", p - 1, row, row);
    line("  spillway_clamp #(.BITS({}), .OUT_BITS({})) fit_{} (.in(exact_{}), .out(fitted_{}));", sum, p, row, row,
         row);
    line("  assign {} = kept_{};", result, row);
    fmt::format_to(std::back_inserter(m_registers), "      kept_{0} <= fitted_{0};\n", row);
  }

  std::string shifted(const graph_term& term, int bits, int stage) const {
    if (term.node < 0 || term.shift >= bits) return fmt::format("{}'d0", bits);
    const std::string upper = value(term.node, bits - term.shift, stage);
    return term.shift == 0 ? upper : fmt::format("{{{}, {}'d0}}", upper, term.shift);
  }

  const mvau& m_unit;
  const adder_graph& m_graph;
  std::string m_text, m_registers;
  std::string m_unread;  ///< a comma and a signal each
};

}  // namespace

rtl_instance constant_twin_of(const mvau& unit) {
  const twin_limit limit =
      limit_of(unit.accumulator, unit.weights.type, unit.input_type, unit.xnor_popcount, unit.mw(), unit.simd);
  if (limit == twin_limit::per_product)
    throw config_error(
        fmt::format("{}: an adder graph has no register to saturate after each product; nearest: {}:saturate:per_cycle",
                    unit.name, unit.accumulator.bits));
  const adder_graph graph = make_adder_graph(unit);
  const std::int64_t in_bits = unit.mw() * unit.input_type.bits;
  std::string body = fmt::format(R"( #(
    parameter int STEPS = 0,
    parameter int T_BITS = 16,
    parameter int Y_BITS = {1},
    parameter int Y_OFFSET = 0,
    parameter T_FILE = "",
    parameter logic [(STEPS == 0 || T_FILE != "" ? 1 : {0}*STEPS*T_BITS)-1:0] T_WORD = '0
) (
    input  logic clk,
    input  logic rst,
    input  logic in_valid,
    output logic in_ready,
    input  logic [{2}:0] in_data,
    output logic out_valid,
    input  logic out_ready,
    output logic [{0}*Y_BITS-1:0] out_data
);
  logic enable;
  logic [{3}:0] results;
)",
                                 unit.mh(), unit.accumulator.bits, in_bits - 1, unit.mh() * unit.accumulator.bits - 1);
  body += graph_text(unit, graph).write();
  body += fmt::format(R"(  spillway_constant_control #(
      .PE({}), .STAGES({}), .P({}), .STEPS(STEPS), .T_BITS(T_BITS), .Y_BITS(Y_BITS), .Y_OFFSET(Y_OFFSET),
      .T_FILE(T_FILE), .T_WORD(T_WORD)
  ) control (
      .clk(clk), .rst(rst), .in_valid(in_valid), .in_ready(in_ready), .enable(enable), .results(results),
      .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
endmodule
)",
                      unit.mh(), graph.stages, unit.accumulator.bits);
  rtl_instance instance;
  instance.module = "spillway_constants_" + sha256(body).substr(0, 12);
  instance.source = fmt::format("// The adder graph of {} x {} constant weights.\nmodule {}{}", unit.mh(), unit.mw(),
                                instance.module, body);
  add_activation_parameters(instance, unit);
  return instance;
}

}  // namespace spillway
