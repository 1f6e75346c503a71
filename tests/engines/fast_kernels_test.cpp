// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "spillway/models/numbers/dot_product.h"
#include "spillway/sim/fast/byte_product.h"
#include "spillway/sim/fast/nonzero_inputs.h"
#include "spillway/sim/fast/register_lanes.h"

using namespace spillway;
using namespace spillway::detail;

namespace {

struct draws {
  std::mt19937_64 random;

  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  }
  /// Mostly small and often 0, now and then an end of the range.
  std::int64_t value(std::int64_t low, std::int64_t high) {
    const std::int64_t kind = pick(0, 9);
    if (kind < 3 && low <= 0) return 0;
    return kind == 9 ? low : kind == 8 ? high : pick(low, high);
  }
};

accumulator_format draw_format(draws& random, limit_scope scope, int most_bits) {
  return {static_cast<int>(random.pick(1, most_bits)),
          random.pick(0, 1) == 0 ? overflow_mode::wrap : overflow_mode::saturate, scope};
}

}  // namespace

TEST_CASE("products of bytes are those of the plain sum, on every target, for any number of rows, channels and taps") {
  draws random{std::mt19937_64(1)};
  for (int c = 0; c < 300; ++c) {
    CAPTURE(c);
    const std::int64_t channels = random.pick(1, 200), taps = random.pick(1, 9), width = random.pick(1, 40);
    const std::int64_t rows = random.pick(1, 30), stride = (channels + 31) / 32 * 32;
    std::vector<std::int8_t> weights(static_cast<std::size_t>(channels * taps * width));
    for (auto& weight : weights) weight = static_cast<std::int8_t>(random.value(-128, 127));
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(1000 + width + 64));
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.value(0, 255));
    std::vector<const std::uint8_t*> begins;
    for (std::int64_t r = 0; r < rows; ++r) begins.push_back(bytes.data() + random.pick(0, 500));
    std::vector<std::int64_t> offsets;
    for (std::int64_t t = 0; t < taps; ++t) offsets.push_back(random.pick(0, 500));
    for (const product_target target : product_targets()) {
      CAPTURE(static_cast<int>(target));
      std::vector<std::int32_t> sums(static_cast<std::size_t>(rows * stride), 7);
      byte_matrix(weights, channels, taps, width, stride, target).multiply({begins, offsets}, sums.data());
      bool equal = true;
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t n = 0; n < channels; ++n) {
          std::int32_t sum = 0;
          for (std::int64_t t = 0; t < taps; ++t)
            for (std::int64_t i = 0; i < width; ++i)
              sum += weights[static_cast<std::size_t>((n * taps + t) * width + i)] *
                     begins[static_cast<std::size_t>(r)][offsets[static_cast<std::size_t>(t)] + i];
          equal = equal && sums[static_cast<std::size_t>(r * stride + n)] == sum;
        }
      CHECK(equal);
    }
  }
}

TEST_CASE("registers side by side are those of the plain loop, in lanes of 16, 32 and 64 bits") {
  draws random{std::mt19937_64(2)};
  std::int64_t overflows = 0, fitting = 0, beyond = 0;
  struct value_range {
    std::int64_t low, high;
  };
  const auto compare = [&]<class Lane>(Lane, value_range of_weights, value_range of_inputs, int most_bits) {
    const std::int64_t rows = random.pick(1, 300), columns = random.pick(1, 40) * random.pick(1, 3);
    std::vector<std::int64_t> divisors;
    for (std::int64_t d = 1; d <= columns; ++d)
      if (columns % d == 0) divisors.push_back(d);
    const auto simd = static_cast<int>(divisors[static_cast<std::size_t>(random.pick(0, std::ssize(divisors) - 1))]);
    const limit_scope scope = random.pick(0, 1) == 0 ? limit_scope::per_product : limit_scope::per_cycle;
    const accumulator_format format = draw_format(random, scope, most_bits);
    std::vector<std::int64_t> weights(static_cast<std::size_t>(rows * columns)), inputs;
    for (auto& weight : weights) weight = random.value(of_weights.low, of_weights.high);
    std::vector<dot_input> listed;
    for (std::int64_t k = 0; k < columns; ++k) {
      inputs.push_back(random.value(of_inputs.low, of_inputs.high));
      const auto step = static_cast<std::int32_t>(scope == limit_scope::per_cycle ? k / simd : k);
      if (inputs.back() != 0) listed.push_back({static_cast<std::int32_t>(k), step, inputs.back()});
    }
    std::int64_t greatest = 0;
    for (const std::int64_t weight : {of_weights.low, of_weights.high})
      for (const std::int64_t input : {of_inputs.low, of_inputs.high}) greatest = std::max(greatest, weight * input);
    const register_lanes<Lane> lanes(weights, rows, format, simd, {of_inputs.low, of_inputs.high});
    if (format.bits <= 16) (greatest < std::int64_t{1} << (format.bits - 1) ? fitting : beyond) += 1;
    aligned_vector<Lane> stored(static_cast<std::size_t>(lanes.stride())), events(stored), sums(stored);
    for (std::int64_t block = 0; block < lanes.blocks(); ++block)
      lanes.run(listed, block, stored.data(), events.data());
    lanes.sum(listed, sums.data());
    bool equal = true;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::vector<std::int64_t> own;
      for (std::int64_t k = 0; k < columns; ++k) own.push_back(weights[static_cast<std::size_t>(k * rows + row)]);
      const auto plain = accumulate<std::int64_t>(own, inputs, simd, format, [](const auto&) {});
      const auto at = static_cast<std::size_t>(row);
      equal = equal && stored[at] == plain.stored && events[at] == plain.events && sums[at] == plain.exact;
      overflows += plain.events;
    }
    CHECK(equal);
  };
  for (int c = 0; c < 1000; ++c) {
    CAPTURE(c);
    const auto within = [&](std::int64_t most) {
      const std::int64_t greatest = random.pick(1, most);
      return value_range{-greatest, greatest};
    };
    compare(std::int32_t{}, within(15), within(15), 14);
    compare(std::int32_t{}, {-128, 127}, {0, random.pick(0, 1) == 0 ? 255 : 1}, 16);
    compare(std::int32_t{}, {-128, 127}, {-128, 127}, 16);
    compare(std::int32_t{}, within(1000), within(1000), 24);
    compare(std::int64_t{}, within(1'000'000), within(1'000'000), 48);
  }
  CHECK(overflows > 100'000);
  CHECK(fitting > 200);
  CHECK(beyond > 200);
}

TEST_CASE("registers that take a cycle's bytes at once are those of the plain loop") {
  if (!cycle_lanes::supported()) return;
  draws random{std::mt19937_64(3)};
  std::int64_t overflows = 0;
  for (int c = 0; c < 2000; ++c) {
    CAPTURE(c);
    const std::int64_t rows = random.pick(1, 300), steps = random.pick(1, 20);
    const auto simd = static_cast<int>(random.pick(1, 20));
    const accumulator_format format = draw_format(random, limit_scope::per_cycle, 20);
    const bool is_signed = random.pick(0, 1) == 0, has_offsets = random.pick(0, 2) == 0;
    std::vector<std::int64_t> weights(static_cast<std::size_t>(rows * steps * simd)), offsets;
    for (auto& weight : weights) weight = random.value(-128, 127);
    if (has_offsets)
      for (std::size_t i = 0; i < weights.size(); ++i) offsets.push_back(random.pick(-3, 3));
    std::vector<std::int64_t> inputs;
    std::vector<std::uint8_t> bytes;
    for (std::int64_t k = 0; k < steps * simd; ++k) {
      inputs.push_back(is_signed ? random.value(-128, 127) : random.value(0, 255));
      bytes.push_back(static_cast<std::uint8_t>(inputs.back() + (is_signed ? 128 : 0)));
    }
    const cycle_lanes lanes(weights, rows, format, simd, is_signed ? 128 : 0, offsets);
    std::vector<std::uint8_t> padded(static_cast<std::size_t>(lanes.padded_columns()), 99);
    lanes.pad(bytes.data(), padded.data());
    std::vector<std::int32_t> stored(static_cast<std::size_t>(rows + 16)), events(stored);
    for (std::int64_t block = 0; block * register_block < rows; ++block)
      lanes.run(padded.data(), block, stored.data(), events.data());
    bool equal = true;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::vector<std::int64_t> products, ones(static_cast<std::size_t>(steps * simd), 1);
      for (std::int64_t k = 0; k < steps * simd; ++k) {
        const auto at = static_cast<std::size_t>(k * rows + row);
        products.push_back(weights[at] * inputs[static_cast<std::size_t>(k)] + (has_offsets ? offsets[at] : 0));
      }
      const auto plain = accumulate<std::int64_t>(products, ones, simd, format, [](const auto&) {});
      const auto at = static_cast<std::size_t>(row);
      equal = equal && stored[at] == plain.stored && events[at] == plain.events;
      overflows += plain.events;
    }
    CHECK(equal);
  }
  CHECK(overflows > 100'000);
}

TEST_CASE("bytes that are not zero are listed in their order, on every target, signed and unsigned, of any number") {
  draws random{std::mt19937_64(7)};
  for (int c = 0; c < 300; ++c) {
    CAPTURE(c);
    const bool is_signed = random.pick(0, 1) == 1;
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(random.pick(1, 200)));
    const std::int64_t zeros = random.pick(0, 10);
    for (auto& byte : bytes)
      byte = random.pick(0, 9) < zeros ? std::uint8_t{0} : static_cast<std::uint8_t>(random.value(0, 255));
    std::vector<std::pair<std::int64_t, std::int64_t>> right;
    for (std::size_t k = 0; k < bytes.size(); ++k)
      if (bytes[k] != 0) right.emplace_back(k, is_signed ? static_cast<std::int8_t>(bytes[k]) : int{bytes[k]});
    for (const lane_target target : lane_targets()) {
      CAPTURE(to_string(target));
      std::vector<dot_input> list(bytes.size() + list_padding);
      const dot_input* end = list_nonzero(bytes.data(), std::ssize(bytes), is_signed, list.data(), target);
      std::vector<std::pair<std::int64_t, std::int64_t>> listed;
      bool are_steps_columns = true;
      for (const dot_input* input = list.data(); input != end; ++input) {
        listed.emplace_back(input->column, input->value);
        are_steps_columns = are_steps_columns && input->step == input->column;
      }
      CHECK(listed == right);
      CHECK(are_steps_columns);
    }
  }
}
