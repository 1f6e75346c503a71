// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_global_accumulate.sv.
#include <cstdint>

#include "spillway/resource/estimate.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

}  // namespace

unit_estimate estimate(const global_accumulate& unit) {
  const integer_type in = unit.input_type;
  const std::int64_t folds = unit.channels / unit.pe;
  const int bits = unit.output_type.bits;  // whatever positions leave of them
  resources lane = only_luts(in.is_signed || in.is_bipolar ? 2 * bits : bits);
  lane.ff = bits;
  add_chains(lane, bits);
  resources control = only_luts(3);
  control.ff = unit.positions > 1 ? 2 : 1;
  unit_estimate result;
  result.parts = {{part::compute, "adders", "PE * sum bits, twice if signed", as_double(unit.pe) * lane},
                  {part::control, "position counter", "by bits of the positions", rounds_rule(unit.positions)},
                  {part::control, "handshake", "3, valid and first", control}};
  if (folds == 1) return result;
  const std::int64_t places = address_bits(folds);
  resources address = only_luts(as_double(2 * places + 2));
  address.ff = as_double(places);
  add_chains(address, places);
  result.parts.push_back({part::control, "fold counter", "by bits of the folds", rounds_rule(folds)});
  result.parts.push_back({part::control, "address", "2*ceil(log2 folds) + 2", address});
  resources memory = ram_rule(std::int64_t{unit.pe} * bits, folds, true);
  if (folds > 64 && folds <= 128) memory.luts = 0;  // a choice of two goes into the adders' LUTs
  result.parts.push_back({part::memory, "sums so far", "LUT RAM of PE * sum bits by folds", memory});
  return result;
}

}  // namespace spillway
