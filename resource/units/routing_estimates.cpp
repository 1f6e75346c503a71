// SPDX-License-Identifier: Apache-2.0
// Units that move beats and compute nothing: duplicate, concat, split, width converter, upsample, padding.
#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include "models/integer_math.h"
#include "models/units/lut_ram.h"
#include "resource/estimate.h"
#include "resource/fitted.h"
#include "resource/rules.h"
#include "resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// spillway_turn: a bit a port, and a counter each.
resources turn_rule(const std::vector<std::int64_t>& channels, int pe) {
  constexpr std::array<double, 3> beside{0, 1, 1.5};  // by bits: of a counter that only counts at its turn
  resources r;
  if (channels.size() == 1) return r;
  r = only_luts(1);
  r.ff = as_double(static_cast<std::int64_t>(channels.size()));
  for (const std::int64_t one : channels) {
    const resources counter = rounds_rule(one / pe);
    const auto bits = static_cast<std::size_t>(counter.ff);
    r += counter + only_luts(bits < beside.size() ? beside[bits] : 0.5);
  }
  return r;
}

/// Data LUTs a bit of a converter between widths of which neither divides the other: of each place the number that its
/// register is one of, itself, the one `out` above, and the elements of the input that may come there.
std::int64_t places_luts(std::int64_t in, std::int64_t out) {
  const std::int64_t places = in + out - 1;
  std::int64_t luts = 0;
  for (std::int64_t i = 0; i < places; ++i) {
    const std::int64_t taken = std::min(i, out - 1) - std::max<std::int64_t>(i - in + 1, 0) + 1;
    const std::int64_t choices = taken + 1 + (i + out < places ? 1 : 0);
    luts += choices <= 4 ? 1 : choices <= 5 ? 2 : ceil_div(choices - 1, 2);
  }
  return luts;
}

}  // namespace

unit_estimate estimate(const duplicate_streams& unit) {
  unit_estimate result;
  result.parts = {{part::control, "handshake", "all outputs have room", only_luts(unit.copies <= 6 ? 2 : 4)}};
  return result;
}

unit_estimate estimate(const concat_streams& unit) {
  const auto ports = static_cast<std::int64_t>(unit.channels.size());
  const auto bits = as_double(std::int64_t{unit.pe} * unit.type.bits);
  unit_estimate result;
  result.parts = {{part::compute, "multiplexer", "PE * B * ceil((2*ports - 1) / 5)",
                   only_luts(ports == 1 ? 0 : bits * as_double(ceil_div(2 * ports - 1, 5)))},
                  {part::control, "turn", "a bit a port, and their counters", turn_rule(unit.channels, unit.pe)},
                  {part::control, "handshake", "a valid bit, ports of ready", only_luts(as_double(1 + ports))}};
  return result;
}

unit_estimate estimate(const split_stream& unit) {
  const auto ports = static_cast<std::int64_t>(unit.channels.size());
  unit_estimate result;
  result.parts = {{part::control, "turn", "a bit a port, and their counters", turn_rule(unit.channels, unit.pe)},
                  {part::control, "handshake", "a ready bit, ports of valid", only_luts(as_double(1 + ports))}};
  return result;
}

unit_estimate estimate(const width_converter& unit) {
  const std::int64_t gcd = std::gcd(unit.from, unit.to), in = unit.from / gcd, out = unit.to / gcd;
  const std::int64_t places = in + out - 1;
  const std::int64_t group = gcd * unit.type.bits;
  resources elements, control;
  elements.ff = as_double(places * group);
  unit_estimate result;
  if (in == 1) {
    control = rounds_rule(out) + only_luts(out == 2 ? 3 : 2);
    control.ff += 1;
    result.parts = {{part::memory, "shift register", "the wider beat's bits FF", elements},
                    {part::control, "group counter", "by bits of the ratio", control}};
    return result;
  }
  if (out == 1) {
    elements.luts = elements.ff;
    control = rounds_rule(in);
    constexpr std::array<int, 5> few{0, 4, 8, 7, 6};
    const auto bits = static_cast<std::size_t>(control.ff);
    control.luts = bits < few.size() ? few[bits] : 7;
    control.ff += 1;
    result.parts = {{part::memory, "shift register", "a multiplexer a bit of the wider beat", elements},
                    {part::control, "group counter", "by bits of the ratio", control}};
    return result;
  }
  elements.luts = as_double(places_luts(in, out) * group);
  control =
      only_luts(as_double(places) * (out > in ? fitted_costs::place_luts_wider : fitted_costs::place_luts_narrower));
  control.ff = as_double(places + 1);
  result.parts = {{part::memory, "shift register", "from + to - gcd elements", elements},
                  {part::control, "groups held", "a bit each number of groups", control}};
  return result;
}

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
  const resources counters =
      rounds_rule(folds) + rounds_rule(unit.factor_w) + rounds_rule(unit.width) + rounds_rule(unit.factor_h);
  unit_estimate result;
  result.parts = {{part::memory, "row", "LUT RAM or block RAM of PE * B bits", ram_rule(bits, depth, in_luts)},
                  {part::compute, "multiplexer", "PE * B", only_luts(as_double(bits))},
                  {part::control, "counters", "folds, copies, columns", counters},
                  {part::control, "address", "on, back to the pixel's first, or to the row's", address},
                  {part::control, "handshake", "what is a first copy", first}};
  return result;
}

namespace {

/// spillway_padding_axis. Whether a row has ended is looked at, whether a frame has isn't.
resources axis_rule(std::int64_t size, std::int64_t before, std::int64_t after, std::int64_t stride, bool ends) {
  const std::int64_t places = (size - 1) * stride + 1 + before + after, border = before + after;
  resources r;
  if (ends) r += rounds_rule(places);
  if (places == size) return r;
  const std::int64_t gap_bits = ceil_log2(std::max(stride - 1, border) + 1);
  if (border != stride - 1) r += rounds_rule(size);  // else the gap behind the last one is as any other
  r.ff += as_double(gap_bits);
  r.luts += as_double(gap_bits > 2 ? gap_bits + 3 : gap_bits + 1);
  add_chains(r, gap_bits);
  return r;
}

}  // namespace

unit_estimate estimate(const padding& unit) {
  const std::int64_t bits = std::int64_t{unit.simd} * unit.type.bits;
  unit_estimate result;
  result.parts = {{part::compute, "multiplexer", "SIMD * B", only_luts(as_double(bits))},
                  {part::control, "fold counter", "by bits of the folds",
                   rounds_rule(unit.channels / unit.simd) + only_luts(unit.channels > unit.simd ? 3 : 0)},
                  {part::control, "columns", "by bits of the row, the input's and the gap",
                   axis_rule(unit.width, unit.left, unit.right, unit.stride_w, true)},
                  {part::control, "rows", "by bits of the input's and the gap",
                   axis_rule(unit.height, unit.top, unit.bottom, unit.stride_h, false)},
                  {part::control, "handshake", "4", only_luts(4)}};
  return result;
}

}  // namespace spillway
