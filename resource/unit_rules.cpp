// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/unit_rules.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "spillway/models/dataflow/units/lut_ram.h"
#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/rules.h"

namespace spillway {

resources of_inputs(std::int64_t inputs, resources amount) {
  if (inputs >= 6) amount.six_inputs = amount.luts;
  return amount;
}

resources only_luts(double luts) {
  resources r;
  r.luts = luts;
  return r;
}

resources only_ff(double ff) {
  resources r;
  r.ff = ff;
  return r;
}

std::int64_t address_bits(std::int64_t depth) { return std::max<std::int64_t>(1, ceil_log2(depth)); }

int range_bits(std::int64_t low, std::int64_t high) {
  return bits_for(std::min<std::int64_t>(low, 0), std::max<std::int64_t>(high, 0), low < 0);
}

resources rounds_rule(std::int64_t count) {
  // By bits of the count: the lowest bit's inverter, "is the last", reset and enable.
  constexpr std::array<int, 15> luts{0, 1, 3, 3, 3, 3, 3, 5, 5, 4, 5, 6, 7, 7, 7};
  resources r;
  if (count < 2) return r;
  const auto bits = static_cast<std::size_t>(ceil_log2(count));
  r.ff = static_cast<double>(bits);
  r.luts = luts[std::min(bits, luts.size() - 1)];
  add_chains(r, static_cast<std::int64_t>(bits));
  return r;
}

namespace {

/// LUT RAM in blocks of so many words.
struct blocks_of_ram {
  std::int64_t luts = 0, count = 1;
};

/// With a port each for writing and reading: of RAM32M (6 bits in four LUTs), five of them at most, or RAM64M (3 bits),
/// what takes fewer, and of one bit RAM128X1D, up to its depth.
blocks_of_ram two_port_ram(std::int64_t bits, std::int64_t depth) {
  if (bits == 1 && depth > 64 && depth <= 128) return {4, 1};
  const std::int64_t shallow = 4 * ceil_div(bits, 6) * ceil_div(depth, 32);
  const std::int64_t deep = 4 * ceil_div(bits, 3) * ceil_div(depth, 64);
  if (shallow < deep && depth <= 160) return {shallow, ceil_div(depth, 32)};
  return {deep, ceil_div(depth, 64)};
}

/// With one port for both: a LUT holds 64 words of a bit, two and four of them have a multiplexer of their own.
blocks_of_ram one_port_ram(std::int64_t bits, std::int64_t depth) {
  const std::int64_t blocks = depth <= 128 ? 2 : ceil_div(depth, 64);
  if (blocks == 2 || blocks == 4) return {bits * blocks, 1};
  if (bits == 1 && depth <= 256) return {4, 1};
  return {bits * blocks, blocks};
}

/// A multiplexer of the blocks for each bit, and of more than four, which of them is written. A LUT chooses among four
/// of a power of two, and about among three of other numbers.
double choice_of_block(std::int64_t bits, std::int64_t blocks) {
  const double choices = static_cast<double>(bits * (blocks - 1));
  if (blocks <= 4) return static_cast<double>(bits * ceil_div(blocks - 1, 3));
  if (std::has_single_bit(static_cast<std::uint64_t>(blocks))) return std::ceil(choices / 3) + as_double(blocks);
  return std::ceil(choices / 2) + as_double(blocks);
}

}  // namespace

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

resources ram_rule(std::int64_t bits, std::int64_t depth, bool in_luts, bool is_addressed) {
  resources r;
  if (in_luts) {
    const blocks_of_ram ram = two_port_ram(bits, depth);
    r.lutram = static_cast<double>(ram.luts);
    r.lutram_plus = static_cast<double>(lut_ram_luts_plus(depth, bits));
    r.luts = choice_of_block(bits, ram.count);
    if (is_addressed) r.ff = static_cast<double>(address_bits(depth));
    return r;
  }
  r.bram18 = block_ram_rule(bits, depth);
  r.ff = static_cast<double>(bits + 1);
  r.luts = static_cast<double>(bits + ceil_div(2 * address_bits(depth), 5) + 1);
  return r;
}

resources shift_register_rule(std::int64_t bits, std::int64_t length) {
  resources r;
  const auto width = static_cast<double>(bits);
  if (length < 3) {
    r.ff = width * static_cast<double>(length);
    return r;
  }
  // One word more than whole or half LUTs hold is a register behind them.
  const bool has_odd_one = length % 16 == 1;
  if (has_odd_one) r.ff = width;
  r.srl = width * static_cast<double>(ceil_div(length - (has_odd_one ? 1 : 0), 32));
  return r;
}

resources delay_rule(std::int64_t bits, std::int64_t length) {
  if (length <= 65) return shift_register_rule(bits, length);
  const std::int64_t places = length - 1;
  resources r = rounds_rule(places);
  r.ff += static_cast<double>(bits);
  if (places * bits >= 8192) {
    r.bram18 = block_ram_rule(bits, places);
    return r;
  }
  const blocks_of_ram ram = one_port_ram(bits, places);
  r.lutram = r.lutram_plus = static_cast<double>(ram.luts);
  r.luts += choice_of_block(bits, ram.count) + 5;  // 5: the place after the last one is 0
  return r;
}

resources comparison_rule(int bits) {
  resources r;
  if (bits >= 7) {  // a chain: two LUTs for three bits
    r.luts = static_cast<double>(2 * ceil_div(bits, 3));
    add_chains(r, ceil_div(bits, 3));
    return r;
  }
  constexpr std::array<int, 7> luts{0, 1, 1, 2, 3, 4, 5};
  r.luts = luts[static_cast<std::size_t>(std::max(bits, 0))];
  return r;
}

std::vector<std::span<const std::int64_t>> element_rows(const integer_tensor& thresholds, std::int64_t folds,
                                                        std::int64_t pe, std::int64_t element) {
  const std::int64_t steps = thresholds.shape[1];
  std::vector<std::span<const std::int64_t>> rows(static_cast<std::size_t>(folds));
  for (std::int64_t fold = 0; fold < folds; ++fold)
    rows[static_cast<std::size_t>(fold)] = {thresholds.at((fold * pe + element) * steps),
                                            static_cast<std::size_t>(steps)};
  return rows;
}

resources chainless_threshold_rule(std::int64_t steps, int bits) {
  return threshold_count_rule(steps) + only_luts(as_double(steps) * bits * fitted_costs::constant_short);
}

}  // namespace spillway
