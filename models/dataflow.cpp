// SPDX-License-Identifier: Apache-2.0
#include "models/dataflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "models/big_int.h"
#include "models/error.h"

namespace spillway {

namespace {

constexpr int widest_default_simd = 64, widest_default_pe = 16;

int largest_divisor(std::int64_t n, int limit) {
  for (int d = static_cast<int>(std::min<std::int64_t>(n, limit)); d > 1; --d)
    if (n % d == 0) return d;
  return 1;
}

void check_fold(std::string_view path, std::string_view fold, int value, std::string_view size, std::int64_t n) {
  if (value >= 1 && n % value == 0) return;
  throw config_error(fmt::format("{}.{} = {} does not divide {} = {}; nearest: {}", path, fold, value, size, n,
                                 nearest_divisors(n, value)));
}

void check_thresholds(const mvau& unit, std::string_view path) {
  const integer_tensor& thresholds = *unit.thresholds;
  validate(thresholds, fmt::format("{}.thresholds", path));
  if (thresholds.shape.size() != 2 || thresholds.shape[0] != unit.mh())
    throw config_error(fmt::format("{}.thresholds must be [MH, steps] with MH = {}, but has {} rows", path, unit.mh(),
                                   thresholds.shape.empty() ? 0 : thresholds.shape[0]));
  const std::int64_t steps = thresholds.shape[1];
  const auto value = [&](std::int64_t element) {
    return load({thresholds.at(element), static_cast<std::size_t>(thresholds.type.words())}, thresholds.type);
  };
  for (std::int64_t row = 0; row < unit.mh(); ++row)
    for (std::int64_t t = 1; t < steps; ++t)
      if (value(row * steps + t) < value(row * steps + t - 1))
        throw config_error(fmt::format("{}.thresholds[{}] is not ascending at step {}", path, row, t));
  const big_int low = unit.output_offset, high = low + steps;
  if (unit.output_type.is_bipolar || low < min_value(unit.output_type) || high > max_value(unit.output_type))
    throw config_error(fmt::format("{}.output_type {} does not hold the levels {} to {} of its thresholds", path,
                                   to_string(unit.output_type), low.str(), high.str()));
}

void check_unit(const mvau& unit, std::string_view path) {
  validate(unit.input_type, fmt::format("{}.input_type", path));
  validate(unit.accumulator, fmt::format("{}.accumulator", path));  // first: the output's type may follow from it
  validate(unit.output_type, fmt::format("{}.output_type", path));
  validate(unit.weights, fmt::format("{}.weights", path));
  if (unit.weights.shape.size() != 2)
    throw config_error(
        fmt::format("{}.weights must be [MH, MW], but have {} dimensions", path, unit.weights.shape.size()));
  check_fold(path, "pe", unit.pe, "MH", unit.mh());
  check_fold(path, "simd", unit.simd, "MW", unit.mw());
  if (unit.vectors_per_frame < 1)
    throw config_error(fmt::format("{}.vectors_per_frame = {} must be at least 1", path, unit.vectors_per_frame));
  if (unit.thresholds)
    check_thresholds(unit, path);
  else if (unit.output_type != signed_type(unit.accumulator.bits))
    throw config_error(fmt::format("{}.output_type {} must be that of its accumulator, {}", path,
                                   to_string(unit.output_type), to_string(signed_type(unit.accumulator.bits))));
}

/// What leaves `from` must be what `to` takes: type, lanes a beat, values a frame.
void check_stream(const mvau& from, const mvau& to) {
  if (from.output_type != to.input_type)
    throw config_error(fmt::format("{} emits {}, but {} takes {}", from.name, to_string(from.output_type), to.name,
                                   to_string(to.input_type)));
  if (from.mh() != to.mw() || from.vectors_per_frame != to.vectors_per_frame)
    throw config_error(fmt::format("{} emits {} vectors of {} a frame, but {} takes {} of {}", from.name,
                                   from.vectors_per_frame, from.mh(), to.name, to.vectors_per_frame, to.mw()));
  if (from.pe != to.simd)
    throw config_error(
        fmt::format("{} emits beats of PE = {} lanes, but {} takes SIMD = {}: set both to one value "
                    "(there is no width converter yet)",
                    from.name, from.pe, to.name, to.simd));
}

}  // namespace

int mvau::latency() const {
  const int tree_levels = static_cast<int>(std::bit_width(static_cast<unsigned>(simd - 1)));
  return 1 + tree_levels + 1 + (thresholds ? 1 : 0);
}

std::string nearest_divisors(std::int64_t n, std::int64_t value) {
  std::int64_t below = 1, above = n;
  for (std::int64_t d = 1; d * d <= n; ++d) {
    if (n % d != 0) continue;
    for (const std::int64_t divisor : {d, n / d}) {
      if (divisor <= value) below = std::max(below, divisor);
      if (divisor >= value) above = std::min(above, divisor);
    }
  }
  return below == above ? std::to_string(below) : fmt::format("{}, {}", below, above);
}

dataflow lower(const integer_network& net, const std::vector<unit_options>& options) {
  validate(net);
  if (options.size() > net.layers.size())
    throw config_error(
        fmt::format("options for {} units, but the network has {} layers", options.size(), net.layers.size()));
  dataflow flow;
  flow.name = net.name;
  int previous_pe = 0;
  for (std::size_t l = 0; l < net.layers.size(); ++l) {
    const integer_layer& layer = net.layers[l];
    const unit_options choice = l < options.size() ? options[l] : unit_options{};
    mvau unit;
    unit.name = fmt::format("MVAU_{}", l);
    unit.input_type = layer.input_type;
    unit.weights = layer.weights;
    unit.thresholds = layer.thresholds;
    unit.output_offset = layer.output_offset;
    unit.accumulator = choice.accumulator.value_or(accumulator_format{});
    unit.output_type = layer.thresholds ? layer.output_type : signed_type(unit.accumulator.bits);
    unit.pe = choice.pe.value_or(largest_divisor(layer.rows(), widest_default_pe));
    unit.simd = choice.simd.value_or(l > 0 ? previous_pe : largest_divisor(layer.columns(), widest_default_simd));
    unit.weight_memory = choice.weight_memory.value_or(memory_style::automatic);
    unit.vectors_per_frame = layer.vectors_per_frame;
    previous_pe = unit.pe;
    check_unit(unit, fmt::format("layers[{}]", l));
    flow.units.emplace_back(std::move(unit));
  }
  validate(flow);
  return flow;
}

void validate(const dataflow& flow) {
  if (flow.units.empty()) throw config_error(fmt::format("dataflow {} has no units", flow.name));
  if (flow.stream_depth < 2)
    throw config_error(
        fmt::format("stream_depth = {} must be at least 2 (registered ready and valid)", flow.stream_depth));
  const mvau* previous = nullptr;
  for (const dataflow_unit& any : flow.units) {
    const mvau& unit = std::get<mvau>(any);
    check_unit(unit, unit.name);
    if (previous != nullptr) check_stream(*previous, unit);
    previous = &unit;
  }
}

}  // namespace spillway
