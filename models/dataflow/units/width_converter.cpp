// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/width_converter.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/unit_checks.h"

namespace spillway {

std::int64_t width_converter::capacity() const {
  return std::int64_t{from} + to - std::gcd(from, to);  // the wider one where one divides the other
}

unit_ports width_converter::ports() const { return {{{type, from, elements / from}}, {{type, to, elements / to}}}; }

std::int64_t width_converter::cycles_per_frame() const { return elements / std::min(from, to); }

void validate(const width_converter& unit, const std::string& path) {
  validate(unit.type, fmt::format("{}.type", path));
  check_at_least(path, "elements", unit.elements, 1);
  check_fold(path, "from", unit.from, "elements", unit.elements);
  check_fold(path, "to", unit.to, "elements", unit.elements);
}

std::vector<integer_tensor> evaluate(const width_converter& unit, std::span<const integer_tensor> beats) {
  const std::int64_t frames = count_frames(unit.name, unit.ports(), beats);
  return {{unit.type, {frames * unit.elements / unit.to, unit.to}, beats[0].words}};
}

}  // namespace spillway
