// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/certificates/published_bounds.h"

#include <fmt/format.h>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

/// The least P with 2^(P-1) - 1 >= magnitude.
int register_for(const big_int& magnitude) { return bits_for(0, magnitude, true); }

/// N - 1s of the papers: the greatest |input| is taken as 2 to this power.
int magnitude_bits(integer_type input) { return input.bits - (input.is_signed ? 1 : 0); }

/// 2^N - 1 for every two's complement and unsigned type; 2 for bipolar, which the papers do not treat.
big_int input_span(integer_type input) { return max_value(input) - min_value(input); }

void require_norm(const big_int& l1_norm) {
  if (l1_norm < 0) throw config_error(fmt::format("l1 norm = {} is negative; nearest: 0", l1_norm.str()));
}

void require_accumulator(int bits) {
  if (bits < 1) throw config_error(fmt::format("accumulator: P = {} is below 1; nearest: 1", bits));
}

}  // namespace

int data_type_bound(std::int64_t k, int weight_bits, integer_type input) {
  validate(input, "input");
  validate(signed_type(weight_bits), "weight");
  if (k < 1) throw config_error(fmt::format("dot product: K = {} is below 1; nearest: 1", k));
  return register_for(big_int(k) << (magnitude_bits(input) + weight_bits - 1));
}

int l1_bound(const big_int& l1_norm, integer_type input) {
  validate(input, "input");
  require_norm(l1_norm);
  return register_for(l1_norm << magnitude_bits(input));
}

int zero_centred_bound(const big_int& l1_norm, integer_type input) {
  validate(input, "input");
  require_norm(l1_norm);
  // 2^P >= n + 2 is 2^P - 1 >= n + 1: the bits of n + 1.
  return bits_for(0, l1_norm * input_span(input) + 1, false);
}

big_int l1_budget(int accumulator_bits, integer_type input) {
  validate(input, "input");
  require_accumulator(accumulator_bits);
  return max_value(signed_type(accumulator_bits)) >> magnitude_bits(input);
}

big_int zero_centred_budget(int accumulator_bits, integer_type input) {
  validate(input, "input");
  require_accumulator(accumulator_bits);
  return ((big_int(1) << accumulator_bits) - 2) / input_span(input);
}

}  // namespace spillway
