// SPDX-License-Identifier: Apache-2.0
#include "models/lowering_folds.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "models/error.h"
#include "models/nearest_name.h"

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

std::string unit_choices::next_name(const std::string& kind) {
  return *m_names.insert(fmt::format("{}_{}", kind, m_counts[kind]++)).first;
}

unit_options unit_choices::of(const std::string& name, const properties& has) {
  const auto found = m_options.units.find(name);
  const unit_options own = found == m_options.units.end() ? unit_options{} : found->second;
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

void unit_choices::require_all_used() const {
  for (const auto& [name, options] : m_options.units) {
    if (m_names.contains(name)) continue;
    const std::vector<std::string_view> names(m_names.begin(), m_names.end());
    throw config_error(fmt::format("there is no unit {}; nearest: {}", name, nearest_name(name, names)));
  }
}

}  // namespace spillway
