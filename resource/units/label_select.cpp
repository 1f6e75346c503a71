// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_label_select.sv.
#include <algorithm>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

}  // namespace

unit_estimate estimate(const label_select& unit) {
  const std::int64_t beats = unit.labels / unit.pe, label = address_bits(unit.labels);
  const std::int64_t value = beats > 1 ? unit.input_type.bits : 0;  // of one beat no value need be kept
  resources places;
  places.ff = as_double(unit.k * (value + label) + (beats > 1 ? ceil_div(unit.k, unit.pe) : 0));
  // A lane's place takes the value or that of the place above; the first place of one lane is a register's enable.
  const std::int64_t moves = unit.k * unit.pe - (unit.pe == 1 || beats == 1 ? 1 : 0);
  places.luts = as_double(moves * (unit.input_type.bits + label));
  const resources compare = as_double(unit.k * unit.pe - (beats > 1 ? 0 : 1)) * comparison_rule(unit.input_type.bits);
  resources control = only_luts(as_double(3 * unit.k));
  control.ff = 1;
  resources counter;
  if (beats > 1) {
    counter = rounds_rule(beats);
    counter.ff += as_double(label);
    counter.luts += as_double(label + 2);
    add_chains(counter, label);
  }
  unit_estimate result;
  result.parts = {{part::compute, "comparators", "K * PE * 2*ceil(B/3)", compare},
                  {part::memory, "places", "K * PE * (B + label bits)", places},
                  {part::control, "label counter", "by bits of the beats and labels", counter},
                  {part::control, "handshake", "3, and a valid bit", control}};
  return result;
}

}  // namespace spillway
