// SPDX-License-Identifier: Apache-2.0
// A register that overflows: one dot product through 8 bits, wrapping and saturating, with every event it causes.
//
// Everything here rests on one primitive, *exact sum, then fit*: the sum is taken at full width, what P bits keep of
// it is `stored`, and an overflow is any difference between the two.
#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "spillway/models/numbers/dot_product.h"

using namespace spillway;

int main() {
  constexpr std::array<std::int64_t, 4> weights = {100, 60, -90, 45};
  constexpr std::array<std::int64_t, 4> inputs = {1, 1, 1, 1};

  for (const overflow_mode mode : {overflow_mode::wrap, overflow_mode::saturate}) {
    // 8 bits hold -128 to 127; `per_product` looks at them after every product, the innermost loop.
    const accumulator_format format{8, mode, limit_scope::per_product};
    fmt::print("{}\n", to_string(format));

    const auto result = accumulate<std::int64_t>(weights, inputs, 1, format, [](const dot_event<std::int64_t>& event) {
      fmt::print("  product {}: {} + {} = {} does not fit, {} is kept\n", event.step, event.before, event.addend,
                 event.exact, event.stored);
    });

    // The finished sum, 115, would fit: the overflow is transient. Wrapping therefore ends where it should (two errors
    // of 256 cancel), saturation does not.
    fmt::print("  {} overflow(s), {}; ends at {}, exact is {}\n", result.events,
               result.persistent(format.bits, mode) ? "persistent" : "transient", result.stored, result.exact);
  }
}
