// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/register_oracle.h"

#include <fmt/format.h>

#include <vector>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

/// What a register of P bits holds, from the definitions: for wrap the one integer of [-2^(P-1), 2^(P-1)) that is
/// congruent to `value` modulo 2^P, for saturate the one that is nearest.
big_int held(const big_int& value, const accumulator_format& format) {
  const big_int modulus = boost::multiprecision::pow(big_int(2), static_cast<unsigned>(format.bits));
  const big_int half = modulus / 2;
  if (format.overflow == overflow_mode::wrap) {
    const big_int residue = ((value + half) % modulus + modulus) % modulus;  // of 0 .. 2^P - 1
    return residue - half;
  }
  if (value < -half) return -half;
  if (value >= half) return half - 1;
  return value;
}

/// The products in the order asked for, summed over the additions that the scope makes of them.
std::vector<big_int> addends(std::span<const big_int> weights, std::span<const big_int> inputs,
                             std::span<const std::int64_t> order, int simd, limit_scope scope) {
  const std::size_t length = weights.size();
  const std::size_t group = scope == limit_scope::per_product ? 1
                            : scope == limit_scope::per_cycle ? static_cast<std::size_t>(simd)
                                                              : length;
  std::vector<big_int> sums(length / group);
  for (std::size_t k = 0; k < length; ++k) {
    const std::size_t from = order.empty() ? k : static_cast<std::size_t>(order[k]);
    sums[k / group] += weights[from] * inputs[from];
  }
  return sums;
}

void require(bool condition, std::string_view what) {
  if (!condition) throw config_error(fmt::format("oracle: {}", what));
}

void check_order(std::span<const std::int64_t> order, std::size_t length) {
  if (order.empty()) return;
  require(order.size() == length, fmt::format("the order has {} entries, not {}", order.size(), length));
  std::vector<bool> seen(length);
  for (const std::int64_t k : order) {
    require(k >= 0 && k < static_cast<std::int64_t>(length),
            fmt::format("order entry {} is outside 0 to {}", k, static_cast<std::int64_t>(length) - 1));
    require(!seen[static_cast<std::size_t>(k)], fmt::format("order entry {} stands twice", k));
    seen[static_cast<std::size_t>(k)] = true;
  }
}

}  // namespace

oracle_result oracle_dot_product(std::span<const big_int> weights, std::span<const big_int> inputs,
                                 std::span<const std::int64_t> order, int simd, const accumulator_format& format) {
  validate(format, "oracle");
  require(
      !weights.empty() && weights.size() == inputs.size(),
      fmt::format("{} weights and {} inputs; as many of each, at least 1, is right", weights.size(), inputs.size()));
  require(simd >= 1 && weights.size() % static_cast<std::size_t>(simd) == 0,
          fmt::format("simd = {} does not divide K = {}", simd, weights.size()));
  check_order(order, weights.size());
  oracle_result result;
  std::int64_t step = 0;
  for (const big_int& addend : addends(weights, inputs, order, simd, format.scope)) {
    const big_int exact = result.stored + addend;
    const big_int kept = held(exact, format);
    if (kept != exact) result.events.push_back({step, result.stored, addend, exact, kept});
    result.exact += addend;
    result.stored = kept;
    ++step;
  }
  result.persistent = held(result.exact, format) != result.exact;
  return result;
}

}  // namespace spillway
