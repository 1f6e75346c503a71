// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/lane_kernels.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "spillway/models/numbers/fit.h"

using namespace spillway;
using namespace spillway::detail;

namespace {

struct lane_state {
  std::vector<std::int32_t> registers, exact, events, now;
  bool any = false;
  bool operator==(const lane_state&) const = default;
};

template <class Weight>
struct lane_case {
  std::int64_t stride;
  std::vector<Weight> weights;
  std::vector<lane_input> inputs;
  std::vector<std::int32_t> before;
  accumulator_format format;

  lane_case(std::mt19937_64& random, std::int64_t stride_, std::int64_t simd, const accumulator_format& format_,
            std::int32_t largest_weight)
      : stride(stride_), format(format_) {
    std::uniform_int_distribution<std::int32_t> weight(-largest_weight, largest_weight - 1), input(-8, 7);
    for (std::int64_t i = 0; i < simd * stride; ++i) weights.push_back(static_cast<Weight>(weight(random)));
    for (std::int32_t lane = 0; lane < simd; ++lane)
      if (const std::int32_t value = input(random); value != 0) inputs.push_back({lane, value});
    const std::int64_t limit = std::int64_t{1} << (format.bits - 1);
    std::uniform_int_distribution<std::int64_t> stored(-limit, limit - 1);
    for (std::int64_t pe = 0; pe < stride; ++pe) before.push_back(static_cast<std::int32_t>(stored(random)));
  }

  lane_state run(lane_target target, int width) const {
    lane_state to{before, std::vector<std::int32_t>(before.size(), 3), std::vector<std::int32_t>(before.size(), 5),
                  std::vector<std::int32_t>(before.size(), 0)};
    const lane_iteration iteration{weights.data(),     stride,           inputs.data(),
                                   std::ssize(inputs), before.data(),    to.registers.data(),
                                   to.exact.data(),    to.events.data(), to.now.data()};
    to.any = find_lane_kernel(target, sizeof(Weight) == 1, width, format)(iteration, format.bits);
    return to;
  }

  /// One PE after the other, with the scalar `fit`.
  lane_state expected() const {
    lane_state to{before, std::vector<std::int32_t>(before.size(), 3), std::vector<std::int32_t>(before.size(), 5),
                  std::vector<std::int32_t>(before.size(), 0)};
    for (std::size_t pe = 0; pe < before.size(); ++pe) {
      std::int64_t stored = before[pe], sum = 0, events = 0;
      const auto add = [&](std::int64_t addend) {
        const auto fits = fit(stored + addend, format.bits, format.overflow);
        events += fits.overflowed() ? 1 : 0;
        stored = fits.stored;
      };
      for (const lane_input& input : inputs) {
        const std::int64_t product =
            std::int64_t{weights[static_cast<std::size_t>(input.lane * stride) + pe]} * input.value;
        sum += product;
        if (format.scope == limit_scope::per_product) add(product);
      }
      if (format.scope == limit_scope::per_cycle) add(sum);
      to.registers[pe] = static_cast<std::int32_t>(stored);
      to.exact[pe] += static_cast<std::int32_t>(sum);
      to.now[pe] = static_cast<std::int32_t>(events);
      to.events[pe] += to.now[pe];
      to.any = to.any || events > 0;
    }
    return to;
  }
};

template <class Weight>
std::uint64_t check_all(std::int32_t largest_weight, int most_bits) {
  std::mt19937_64 random(11);
  std::uint64_t overflows = 0;
  for (int i = 0; i < 400; ++i) {
    const accumulator_format format{1 + static_cast<int>(random() % static_cast<unsigned>(most_bits)),
                                    random() % 2 ? overflow_mode::wrap : overflow_mode::saturate,
                                    static_cast<limit_scope>(random() % 3)};
    const int width = random() % 2 ? 4 : 16;
    const lane_case<Weight> one(random, width * static_cast<std::int64_t>(1 + random() % 3),
                                static_cast<std::int64_t>(1 + random() % 9), format, largest_weight);
    const lane_state expected = one.expected();
    overflows += expected.any ? 1 : 0;
    for (const lane_target target : lane_targets()) {
      CAPTURE(to_string(target));
      REQUIRE(one.run(target, width) == expected);
    }
  }
  return overflows;
}

}  // namespace

TEST_CASE("every kernel of every target does what the scalar fit says") {
  CHECK(check_all<std::int8_t>(128, 20) > 50);
  CHECK(check_all<std::int32_t>(1 << 20, 30) > 50);
}

TEST_CASE("a kernel of every target is held to the ends of 32 bits") {
  constexpr std::int32_t greatest = 2147483647;
  for (const lane_target target : lane_targets()) {
    CAPTURE(to_string(target));
    for (const overflow_mode overflow : {overflow_mode::wrap, overflow_mode::saturate}) {
      std::vector<std::int32_t> weights(16, 1), registers(16, greatest - 1), exact(16), events(16), now(16);
      const lane_input one{0, 1};
      const lane_iteration iteration{weights.data(),   16,           &one,          1,         registers.data(),
                                     registers.data(), exact.data(), events.data(), now.data()};
      const lane_kernel kernel = find_lane_kernel(target, false, 16, {32, overflow, limit_scope::per_product});
      CHECK_FALSE(kernel(iteration, 32));
      CHECK(registers == std::vector<std::int32_t>(16, greatest));
    }
  }
}
