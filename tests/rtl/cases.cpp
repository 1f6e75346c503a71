// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/rtl/cases.h"

#include <utility>

namespace spillway::testing {

namespace {

std::uint64_t next(std::uint64_t& state) {  // splitmix64
  state += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Any value of `type`; words beyond 64 bits are drawn, too.
void draw(integer_type type, std::int64_t* words, std::uint64_t& state) {
  const std::uint64_t kind = next(state) % 8;
  for (int left = type.bits, w = 0; left > 0; left -= 64, ++w) {
    const int shift = left >= 64 ? 0 : 64 - left;
    std::uint64_t drawn = next(state);
    if (kind == 0) drawn = 0;                                                // the least, if unsigned
    if (kind == 1) drawn = ~std::uint64_t{0};                                // the greatest, or -1
    if (kind == 2) drawn = left <= 64 ? std::uint64_t{1} << (left - 1) : 0;  // the least
    if (kind == 3) drawn = left <= 64 ? ~(std::uint64_t{1} << (left - 1)) : ~std::uint64_t{0};  // the greatest
    if (type.is_bipolar)
      words[w] = drawn & 1 ? 1 : -1;
    else if (type.is_signed && left <= 64)
      words[w] = static_cast<std::int64_t>(drawn << shift) >> shift;
    else
      words[w] = static_cast<std::int64_t>(drawn << shift >> shift);
  }
}

}  // namespace

integer_tensor random_inputs(const dataflow& flow, std::int64_t frames, std::uint64_t seed) {
  const stream_shape shape = input_shape(flow);
  integer_tensor values = integer_tensor::zeros(shape.type, {frames * shape.beats, shape.lanes});
  for (std::int64_t i = 0; i < values.size(); ++i) draw(shape.type, values.at(i), seed);
  return values;
}

conformance_case random_case(std::string kind, std::string what, dataflow flow, std::int64_t frames) {
  integer_tensor inputs = random_inputs(flow, frames, 17);
  return {std::move(kind), std::move(what), std::move(flow), std::move(inputs), {}};
}

dataflow chain(std::vector<dataflow_unit> units, int depth) { return {"chain", std::move(units), depth, {}}; }

}  // namespace spillway::testing
