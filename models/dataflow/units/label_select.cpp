// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/label_select.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/exact_values.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/support/error.h"

namespace spillway {

unit_ports label_select::ports() const { return {{{input_type, pe, labels / pe}}, {{output_type, k, 1}}}; }

std::int64_t label_select::cycles_per_frame() const { return labels / pe; }

void validate(const label_select& unit, const std::string& path) {
  validate(unit.input_type, fmt::format("{}.input_type", path));
  validate(unit.output_type, fmt::format("{}.output_type", path));
  check_at_least(path, "labels", unit.labels, 1);
  check_folds(path, unit);
  check_at_least(path, "k", unit.k, 1);
  if (unit.k > unit.labels)
    throw config_error(
        fmt::format("{}.k = {} is more than labels = {}; nearest: {}", path, unit.k, unit.labels, unit.labels));
  check_range(path, unit.output_type, 0, unit.labels - 1, "labels");
}

std::vector<integer_tensor> evaluate(const label_select& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  const std::int64_t frames = count_frames(unit.name, ports, beats);
  std::vector<integer_tensor> outputs = blank_outputs(ports, frames);
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(unit.labels));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return detail::value_at(beats[0], frame * unit.labels + a) > detail::value_at(beats[0], frame * unit.labels + b);
    });
    for (std::int64_t place = 0; place < unit.k; ++place)
      detail::set_value(outputs[0], frame * unit.k + place, order[static_cast<std::size_t>(place)]);
  }
  return outputs;
}

}  // namespace spillway
