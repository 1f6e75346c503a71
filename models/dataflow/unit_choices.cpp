// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/unit_choices.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

template <class T>
void merge(std::optional<T>& into, const std::optional<T>& own, const std::optional<T>& by_default, bool has,
           const std::string& name, const char* what) {
  if (own && !has) throw config_error(fmt::format("{}.{} is set, but such a unit has none", name, what));
  if (has) into = own ? own : by_default;
}

}  // namespace

int largest_divisor(std::int64_t n, std::int64_t limit) {
  for (std::int64_t d = std::min(n, limit); d > 1; --d)
    if (n % d == 0) return static_cast<int>(d);
  return 1;
}

unit_options own_choice(const lowering_options& options, const std::string& name, bool has_accumulator) {
  const auto found = options.units.find(name);
  unit_options own = found == options.units.end() ? unit_options{} : found->second;
  if (!has_accumulator) return own;
  const unit_options& before = options.dot_products;
  if (before.pe) own.pe = before.pe;
  if (before.simd) own.simd = before.simd;
  if (before.multipliers) own.multipliers = before.multipliers;
  return own;
}

std::string unit_choices::next_name(std::string_view kind) {
  return *m_names.insert(fmt::format("{}_{}", kind, m_counts[std::string(kind)]++)).first;
}

unit_options unit_choices::of(const std::string& name, const unit_properties& has) const {
  const unit_options own = own_choice(m_options, name, has.accumulator);
  const unit_options& defaults = m_options.defaults;
  unit_options result;
  merge(result.pe, own.pe, defaults.pe, has.pe, name, "PE");
  merge(result.simd, own.simd, defaults.simd, has.simd, name, "SIMD");
  merge(result.accumulator, own.accumulator, defaults.accumulator, has.accumulator, name, "accumulator");
  merge(result.memory, own.memory, defaults.memory, has.memory, name, "ram_style");
  merge(result.constant_weights, own.constant_weights, defaults.constant_weights, has.constant_weights, name,
        "mem_mode");
  merge(result.multipliers, own.multipliers, defaults.multipliers, has.multipliers, name, "resType");
  merge(result.thresholds, own.thresholds, defaults.thresholds, has.thresholds, name, "threshold style");
  merge(result.parallel_window, own.parallel_window, defaults.parallel_window, has.parallel_window, name,
        "parallel_window");
  result.input_depths = own.input_depths;
  result.output_depths = own.output_depths;
  return result;
}

std::optional<register_choice> unit_choices::register_of(const std::string& name, const std::string& layer,
                                                         const unit_options& choice) {
  m_register_names.insert({name, layer});
  std::optional<register_choice> result = choice.accumulator;
  for (const register_rule& rule : m_options.registers)
    if (rule.name.empty() || rule.name == name || rule.name == layer) result = rule.choice;
  return result;
}

void unit_choices::require_all_used() const {
  for (const register_rule& rule : m_options.registers) {
    if (rule.name.empty() || m_register_names.contains(rule.name)) continue;
    const std::vector<std::string_view> names(m_register_names.begin(), m_register_names.end());
    throw config_error(fmt::format("accumulator of {}: there is no such unit or layer with accumulators; nearest: {}",
                                   printable(rule.name), nearest_name(rule.name, names)));
  }
  for (const auto& [name, options] : m_options.units) {
    if (m_names.contains(name)) continue;
    const std::vector<std::string_view> names(m_names.begin(), m_names.end());
    throw config_error(fmt::format("there is no unit {}; nearest: {}", name, nearest_name(name, names)));
  }
}

}  // namespace spillway
