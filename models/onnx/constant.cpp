// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/constant.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "spillway/models/support/error.h"

namespace spillway {

graph_constant integer_constant(tensor_shape shape, std::vector<std::int64_t> integers) {
  using limits = std::numeric_limits<std::int64_t>;
  return {std::move(shape), true, {}, std::move(integers), limits::min(), limits::max()};
}

graph_constant real_constant(float_tensor tensor) {
  return {std::move(tensor.shape), false, std::move(tensor.values), {}, 0, 0};
}

float_tensor as_floats(const graph_constant& constant, const std::string& what) {
  if (!constant.is_integer) return {constant.shape, constant.reals};
  float_tensor result{constant.shape, {}};
  result.values.reserve(constant.size());
  for (const std::int64_t value : constant.integers) {
    const auto real = static_cast<float>(value);
    // 2^63 is what int64's greatest values are rounded to; it has no int64 to compare with.
    if (real >= 0x1p63F || static_cast<std::int64_t>(real) != value)
      throw input_error(fmt::format("{}: element {} = {} is not a float32", what, result.values.size(), value));
    result.values.push_back(real);
  }
  return result;
}

std::vector<std::int64_t> as_integers(const graph_constant& constant, const std::string& what) {
  if (constant.is_integer) return constant.integers;
  std::vector<std::int64_t> result;
  for (const float value : constant.reals) {
    if (std::trunc(value) != value || std::abs(value) >= 0x1p63F)
      throw input_error(fmt::format("{}: element {} = {}; right: whole numbers", what, result.size(), value));
    result.push_back(static_cast<std::int64_t>(value));
  }
  return result;
}

double_tensor in_double(const graph_constant& constant, const std::string& what) {
  if (!constant.unrounded.empty()) return {constant.shape, constant.unrounded};
  const float_tensor reals = as_floats(constant, what);
  return {reals.shape, {reals.values.begin(), reals.values.end()}};
}

std::int64_t rounded_otherwise(const graph_constant& constant) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < constant.unrounded.size(); ++i)
    if (static_cast<float>(constant.unrounded[i]) != constant.reals[i]) ++count;
  return count;
}

graph_constant gathered(const graph_constant& from, tensor_shape shape, const std::vector<std::int64_t>& indices) {
  graph_constant result{std::move(shape), from.is_integer, {}, {}, from.least, from.greatest};
  for (const std::int64_t index : indices) {
    if (from.is_integer)
      result.integers.push_back(from.integers.at(static_cast<std::size_t>(index)));
    else
      result.reals.push_back(from.reals.at(static_cast<std::size_t>(index)));
    if (!from.unrounded.empty()) result.unrounded.push_back(from.unrounded.at(static_cast<std::size_t>(index)));
  }
  return result;
}

}  // namespace spillway
