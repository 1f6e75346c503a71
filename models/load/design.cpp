// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/load/design.h"

#include <fmt/format.h>

#include <utility>

#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/onnx/read.h"

namespace spillway {

namespace {

template <class T>
void take(std::optional<T>& from, const std::optional<T>& to) {
  if (to) from = to;
}

void take(std::vector<int>& from, const std::vector<int>& to) {
  if (!to.empty()) from = to;
}

/// What `over` leaves open stays as it is.
void merge(unit_options& into, const unit_options& over) {
  take(into.pe, over.pe);
  take(into.simd, over.simd);
  take(into.accumulator, over.accumulator);
  take(into.memory, over.memory);
  take(into.constant_weights, over.constant_weights);
  take(into.multipliers, over.multipliers);
  take(into.thresholds, over.thresholds);
  take(into.parallel_window, over.parallel_window);
  take(into.input_depths, over.input_depths);
  take(into.output_depths, over.output_depths);
}

lowering_options choices_of(const integer_network& net, const design_options& options, std::vector<assumption>& said) {
  if (options.folding.empty() && options.folding_text.empty()) return options.lowering;
  lowering_options result = options.folding_text.empty()
                                ? read_folding_config(options.folding, unit_names(net), &said)
                                : parse_folding_config(options.folding_text, "folding", unit_names(net), &said);
  result.stream_depth = options.lowering.stream_depth;
  result.dot_products = options.lowering.dot_products;
  result.registers = options.lowering.registers;
  merge(result.defaults, options.lowering.defaults);
  for (const auto& [name, own] : options.lowering.units) merge(result.units[name], own);
  return result;
}

}  // namespace

design load_design(const std::filesystem::path& model, const design_options& options) {
  design result = streamline_design(read_qonnx(model), model.string(), options.streamline);
  lower_design(result, options);
  return result;
}

design streamline_design(network file, std::string model, const streamline_options& options) {
  design result;
  result.model = std::move(model);
  result.file = std::move(file);
  streamline_report report;
  result.integers = streamline(result.file, &report, options);
  result.streamlining = options;
  result.output = std::move(report.output);
  result.assumptions = std::move(report.assumptions);
  return result;
}

void take_choices(design& of, const design_options& options) {
  of.choices = choices_of(of.integers, options, of.assumptions);
}

void lower_design(design& of, const design_options& options) {
  take_choices(of, options);
  of.flow = lower(of.integers, of.choices);
}

std::vector<std::string> refuted_claims(const dataflow& flow) {
  std::vector<std::string> lines;
  for (const dataflow_unit& unit : flow.units) {
    const auto found = flow.registers.find(name_of(unit));
    if (found == flow.registers.end() || !found->second.refuted_needs) continue;
    const register_origin& origin = found->second;
    lines.push_back(fmt::format("{} (layer {}): claim refuted: {} bits are claimed (needs {})", name_of(unit),
                                origin.layer, *origin.claimed_bits, *origin.refuted_needs));
  }
  return lines;
}

}  // namespace spillway
