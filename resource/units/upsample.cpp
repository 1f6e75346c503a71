// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_upsample.sv.
#include <algorithm>
#include <cstdint>

#include "spillway/models/dataflow/units/lut_ram.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

}  // namespace

unit_estimate estimate(const upsample& unit) {
  const std::int64_t bits = std::int64_t{unit.pe} * unit.type.bits, folds = unit.channels / unit.pe;
  const std::int64_t depth = unit.factor_h > 1 ? unit.width * folds : folds;
  const bool in_luts = is_cheaper_in_luts(depth, bits);
  resources first;
  first.ff = (unit.factor_h > 1 ? 1 : 0) + (unit.factor_w > 1 ? 1 : 0);
  first.luts = 4;
  resources address;
  address.ff = as_double(address_bits(depth));
  address.luts = as_double(2 * address_bits(depth) + 2);
  add_chains(address, address_bits(depth));
  if (folds > 1 && unit.factor_w > 1) {  // back to the pixel's first: one more sum, and a multiplexer
    address.luts += fitted_costs::back_luts * as_double(address_bits(depth));
    add_chains(address, address_bits(depth));
  }
  // Of two words of LUT RAM and the beat that comes in a LUT of six inputs chooses; more words take one of their own.
  resources row = ram_rule(bits, depth, in_luts);
  if (in_luts && depth > 96 && depth <= 128) row.luts = std::max(0.0, row.luts - as_double(bits));
  const resources counters =
      rounds_rule(folds) + rounds_rule(unit.factor_w) + rounds_rule(unit.width) + rounds_rule(unit.factor_h);
  unit_estimate result;
  result.parts = {{part::memory, "row", "LUT RAM or block RAM of PE * B bits", row},
                  {part::compute, "multiplexer", "PE * B", only_luts(as_double(bits))},
                  {part::control, "counters", "folds, copies, columns", counters},
                  {part::control, "address", "on, back to the pixel's first, or to the row's", address},
                  {part::control, "handshake", "what is a first copy", first}};
  return result;
}

}  // namespace spillway
