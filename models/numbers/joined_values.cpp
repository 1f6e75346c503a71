// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/joined_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/support/error.h"

namespace spillway {

integer_type common_type(std::span<const integer_type> types) {
  const integer_type first = types.front();
  if (std::all_of(types.begin(), types.end(), [&](const integer_type& type) { return type == first; })) return first;
  const bool is_signed = std::any_of(types.begin(), types.end(),
                                     [](const integer_type& type) { return type.is_signed || type.is_bipolar; });
  int bits = 1;
  for (const integer_type& type : types)
    bits = std::max(bits, type.is_bipolar ? 2 : type.bits + (is_signed && !type.is_signed ? 1 : 0));
  return is_signed ? signed_type(bits) : unsigned_type(bits);
}

integer_tensor in_type(integer_tensor values, integer_type type) {
  if (values.type.words() == type.words()) {
    values.type = type;
    return values;
  }
  integer_tensor result = integer_tensor::zeros(type, values.shape);
  const auto words_of = [](auto& tensor, std::int64_t i) {
    return std::span(tensor.at(i), static_cast<std::size_t>(tensor.type.words()));
  };
  for (std::int64_t i = 0; i < result.size(); ++i)
    store(load(words_of(std::as_const(values), i), values.type), type, words_of(result, i));
  return result;
}

integer_tensor join_frames(std::vector<integer_tensor> parts, std::int64_t frames) {
  std::vector<integer_type> types;
  for (const integer_tensor& part : parts) types.push_back(part.type);
  const integer_type type = common_type(types);
  std::int64_t elements = 0;
  for (integer_tensor& part : parts) {
    if (frames == 0 ? part.size() != 0 : part.size() % frames != 0)
      throw config_error(fmt::format("{} elements of an output are not {} whole frames", part.size(), frames));
    part = in_type(std::move(part), type);
    elements += frames == 0 ? 0 : part.size() / frames;
  }
  integer_tensor result{type, {frames, elements}, {}};
  result.words.reserve(static_cast<std::size_t>(frames * elements * type.words()));
  for (std::int64_t frame = 0; frame < frames; ++frame)
    for (const integer_tensor& part : parts) {
      const std::int64_t size = part.size() / frames;
      result.words.insert(result.words.end(), part.at(frame * size), part.at((frame + 1) * size));
    }
  return result;
}

}  // namespace spillway
