// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/file_output.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Takes the dimension away where everything along it is alike.
void reduce(double_tensor& numbers, std::size_t dimension) {
  const auto size = static_cast<std::size_t>(numbers.shape[dimension]);
  std::size_t inner = 1;
  for (std::size_t d = dimension + 1; d < numbers.shape.size(); ++d)
    inner *= static_cast<std::size_t>(numbers.shape[d]);
  const std::vector<double>& all = numbers.values;
  std::vector<double> first;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t along = i / inner % size;
    if (along == 0) first.push_back(all[i]);
    if (all[i] != all[i - along * inner]) return;
  }
  numbers.values = std::move(first);
  numbers.shape[dimension] = 1;
}

}  // namespace

integer_tensor in_file_order(const file_output& of, const integer_tensor& outputs) {
  const auto size = static_cast<std::int64_t>(of.places.size());
  const std::int64_t elements = of.frame_elements > 0 ? of.frame_elements : size;
  if (size == 0 || outputs.size() % elements != 0)
    throw config_error(fmt::format("{} outputs are not a whole number of frames of {}", outputs.size(), elements));
  const std::int64_t frames = outputs.size() / elements;
  std::vector<std::int64_t> shape{frames};
  shape.insert(shape.end(), of.shape.begin(), of.shape.end());
  integer_tensor result = integer_tensor::zeros(outputs.type, std::move(shape));
  const int words = outputs.type.words();
  for (std::int64_t frame = 0; frame < frames; ++frame)
    for (std::int64_t e = 0; e < size; ++e)
      std::copy_n(outputs.at(frame * elements + of.places[static_cast<std::size_t>(e)]), words,
                  result.at(frame * size + e));
  return result;
}

double_tensor in_file_order(const file_output& of, std::span<const double> of_channels) {
  double_tensor result{of.shape, {}};
  for (const std::int64_t place : of.places)
    result.values.push_back(of_channels[static_cast<std::size_t>(place) % of_channels.size()]);
  for (std::size_t d = 0; d < result.shape.size(); ++d) reduce(result, d);
  return result;
}

file_output output_of(const file_output& all, const file_output_part& part) {
  const auto first = all.places.begin() + part.first;
  return {part.name, part.shape, {first, first + part.size}, {}, all.frame_elements};
}

integer_tensor part_of(const integer_tensor& in_file_order, const file_output_part& part) {
  const std::int64_t frames = in_file_order.shape[0], all = in_file_order.size() / frames;
  std::vector<std::int64_t> shape{frames};
  shape.insert(shape.end(), part.shape.begin(), part.shape.end());
  integer_tensor result = integer_tensor::zeros(in_file_order.type, std::move(shape));
  for (std::int64_t frame = 0; frame < frames; ++frame)
    std::copy_n(in_file_order.at(frame * all + part.first), part.size * in_file_order.type.words(),
                result.at(frame * part.size));
  return result;
}

}  // namespace spillway
