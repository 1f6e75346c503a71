// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/units/constant_mvau.h"

#include <algorithm>

#include "spillway/models/dataflow/adder_graph/make_adder_graph.h"
#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

const graph_node& node_of(const adder_graph& graph, int node) { return graph.nodes[static_cast<std::size_t>(node)]; }

/// Bits that stand in registers at the ends of `stages` of them in a row without being read in between.
void add_run(resources& to, int stages, int bits) {
  if (bits <= 0) return;
  if (stages > 2)
    to.srl += static_cast<double>(ceil_div(stages, 32)) * bits;
  else
    to.ff += static_cast<double>(stages) * bits;
}

/// Of one bit: from a register to the next one that is read.
void add_registers(resources& to, const graph_node& node) {
  for (int bit = 0; bit < node.own_bits(); ++bit) {
    int run = 0;
    for (std::size_t i = 0; i < node.kept.size() && (node.kept[i] >> bit & 1) != 0; ++i) {
      ++run;
      if ((node.read[i] >> bit & 1) == 0) continue;
      add_run(to, run, 1);
      run = 0;
    }
  }
}

}  // namespace

adder_shape shape_of(const adder_graph& graph, int node) {
  const graph_node& of = node_of(graph, node);
  const graph_node& high = node_of(graph, of.high);
  adder_shape shape;
  shape.bits = of.own_bits();
  const int skipped = of.passed_bits();
  shape.negate_low = of.negate_low;
  shape.negate_high = of.negate_high;
  shape.high_bits = std::clamp(high.bits + of.shift - skipped, 0, shape.bits);
  shape.high_signed = high.is_signed;
  if (of.low >= 0) {
    shape.low_bits = std::clamp(node_of(graph, of.low).bits - skipped, 0, shape.bits);
    shape.low_signed = node_of(graph, of.low).is_signed;
  }
  return shape;
}

resources adder_rule(const adder_shape& adder) {
  resources r;
  for (int place = 0; place < adder.bits; ++place) {
    const bool low = place < adder.low_bits || adder.low_signed;
    const bool high = place < adder.high_bits || adder.high_signed;
    const bool is_extension = place >= adder.low_bits && place >= adder.high_bits && place > 0;
    if (is_extension) break;
    const bool inverts = (low && adder.negate_low) || (high && adder.negate_high) || (!low && adder.negate_low) ||
                         (!high && adder.negate_high);
    if ((low && high) || inverts) r.luts += 1;
  }
  add_chains(r, adder.bits);
  return r;
}

resources pipeline_rule(const adder_graph& graph, int accumulator_bits) {
  resources r;
  for (const graph_node& node : graph.nodes) add_registers(r, node);
  for (const bool is_clamped : graph.is_clamped)
    if (is_clamped) r.ff += accumulator_bits;
  return r;
}

unit_estimate estimate_constant(const mvau& unit) {
  const adder_graph graph = make_adder_graph(unit);
  unit_estimate result;
  resources adders, clamps, control, thresholds;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    if (graph.nodes[n].is == graph_node::kind::sum && graph.nodes[n].own_bits() > 0)
      adders += adder_rule(shape_of(graph, static_cast<int>(n)));
  const int p = unit.accumulator.bits;
  for (std::size_t row = 0; row < graph.outputs.size(); ++row)
    if (graph.is_clamped[row]) clamps.luts += p - 1 + static_cast<double>(ceil_div(graph.output_bits[row] - p + 1, 4));
  control.luts = 1;
  control.ff = graph.stages;
  result.parts.push_back({part::compute, "adder graph", "of each adder, a LUT a place where two bits meet", adders});
  result.parts.push_back(
      {part::compute, "registers", "the bits of each stage that a later one reads", pipeline_rule(graph, p)});
  result.parts.push_back({part::compute, "clamps", "P - 1 a row, and what looks beyond", clamps});
  result.parts.push_back({part::control, "pipeline", "a valid bit a stage", control});
  if (unit.thresholds) {
    const std::int64_t steps = unit.thresholds->shape[1];
    thresholds = chainless_threshold_rule(steps, p);
    thresholds.ff = static_cast<double>(ceil_log2(steps + 1));
    thresholds = static_cast<double>(unit.mh()) * thresholds;
    thresholds.ff += 1;
    result.parts.push_back({part::threshold, "comparators", "with constants, by their bits", thresholds});
  }
  // Thresholds, clamps and the smallest adders, of 1-bit inputs, are rough.
  result.is_calibrated = !unit.thresholds && clamps.luts == 0 && unit.input_type.bits > 1;
  return result;
}

}  // namespace spillway
