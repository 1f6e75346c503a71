// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/integer_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/tensor_shape.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

/// True if the words at `value` are one of the type's, extended as integer_type says.
bool is_value(const std::int64_t* value, integer_type type) {
  if (type.is_bipolar) return *value == 1 || *value == -1;
  if (type.fits_int64()) return *value >= type.min64() && *value <= type.max64();
  const int used = type.bits - 64 * (type.words() - 1);  // bits of the last word, 1 to 64
  if (used == 64) return true;
  const std::int64_t top = value[type.words() - 1];
  if (type.is_signed) return top >> (used - 1) == 0 || top >> (used - 1) == -1;
  return static_cast<std::uint64_t>(top) >> used == 0;
}

/// is_value of many words of a narrow type that is not bipolar, without a branch for each.
bool all_within(std::span<const std::int64_t> words, integer_type type) {
  const auto least = static_cast<std::uint64_t>(type.min64()), greatest = static_cast<std::uint64_t>(type.max64());
  bool beyond = false;
  for (const std::int64_t word : words) beyond |= static_cast<std::uint64_t>(word) - least > greatest - least;
  return !beyond;
}

/// Elements of a positive shape; throws if it isn't, or if its words could not be counted in int64.
std::int64_t checked_size(const std::vector<std::int64_t>& shape, int words, std::string_view path) {
  if (shape.empty()) throw config_error(fmt::format("{}: the shape is empty; nearest: [1]", path));
  std::int64_t size = 1, total = words;
  for (const std::int64_t n : shape) {
    if (n < 1)
      throw config_error(
          fmt::format("{}: shape [{}] has {} where at least 1 is right", path, fmt::join(shape, ", "), n));
    if (__builtin_mul_overflow(total, n, &total) || total > (std::int64_t{1} << 48))
      throw config_error(fmt::format("{}: shape [{}] is beyond 2^48 words", path, fmt::join(shape, ", ")));
    size *= n;
  }
  return size;
}

}  // namespace

integer_tensor integer_tensor::zeros(integer_type type, std::vector<std::int64_t> shape) {
  spillway::validate(type, "tensor type");
  const std::int64_t size = checked_size(shape, type.words(), "tensor");
  return {type, std::move(shape),
          std::vector<std::int64_t>(static_cast<std::size_t>(size * type.words()), type.is_bipolar ? -1 : 0)};
}

integer_tensor integer_tensor::from(integer_type type, std::vector<std::int64_t> shape,
                                    std::vector<std::int64_t> elements) {
  spillway::validate(type, "tensor type");
  const std::int64_t size = checked_size(shape, type.words(), "tensor");
  if (type.words() != 1)
    throw config_error(
        fmt::format("tensor: {} is wider than the 64-bit elements given; nearest: INT64, UINT64", to_string(type)));
  if (static_cast<std::int64_t>(elements.size()) != size)
    throw config_error(
        fmt::format("tensor: shape [{}] has {} elements, not {}", fmt::join(shape, ", "), size, elements.size()));
  return {type, std::move(shape), std::move(elements)};
}

std::int64_t integer_tensor::size() const {
  if (shape.empty()) return 0;
  std::int64_t product = 1;
  for (const std::int64_t n : shape) product *= n;
  return product;
}

double to_double(const integer_tensor& tensor, std::int64_t element) {
  if (tensor.type.fits_int64()) return static_cast<double>(*tensor.at(element));
  const auto words = static_cast<std::size_t>(tensor.type.words());
  return static_cast<double>(load({tensor.at(element), words}, tensor.type));
}

void validate_shape(const integer_tensor& tensor, std::string_view path) {
  validate(tensor.type, path);
  const int words = tensor.type.words();
  const std::int64_t size = checked_size(tensor.shape, words, path);
  if (static_cast<std::int64_t>(tensor.words.size()) != size * words)
    throw config_error(fmt::format("{}: {} elements of {} need {} words, not {}", path, size, to_string(tensor.type),
                                   size * words, tensor.words.size()));
}

void validate_elements(const integer_tensor& tensor, std::string_view path, std::int64_t first, std::int64_t count) {
  const int words = tensor.type.words();
  const std::span<const std::int64_t> all{tensor.at(first), static_cast<std::size_t>(count * words)};
  if (tensor.type.fits_int64() && !tensor.type.is_bipolar && all_within(all, tensor.type)) return;
  for (std::int64_t i = first; i < first + count; ++i)
    if (!is_value(tensor.at(i), tensor.type))
      throw config_error(fmt::format("{}[{}] = {} is not a value of {}; its range is {} to {}", path, i,
                                     load({tensor.at(i), static_cast<std::size_t>(words)}, tensor.type).str(),
                                     to_string(tensor.type), min_value(tensor.type).str(),
                                     max_value(tensor.type).str()));
}

void validate(const integer_tensor& tensor, std::string_view path) {
  validate_shape(tensor, path);
  validate_elements(tensor, path, 0, tensor.size());
}

}  // namespace spillway
