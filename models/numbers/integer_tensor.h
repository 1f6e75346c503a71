// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// A dense row-major tensor of integers of one type; each element is `type.words()` 64-bit words (see integer_type),
/// so for every type of at most 63 bits (64 signed) `words` is simply the elements.
struct integer_tensor {
  integer_type type;
  std::vector<std::int64_t> shape;  ///< elements a dimension, outermost first
  std::vector<std::int64_t> words;

  /// A tensor of zeros (of -1 if bipolar: 0 is not a value of it).
  static integer_tensor zeros(integer_type type, std::vector<std::int64_t> shape);

  /// A tensor of a type that fits int64, with these elements. Throws `config_error` if their number is not the shape's.
  static integer_tensor from(integer_type type, std::vector<std::int64_t> shape, std::vector<std::int64_t> elements);

  std::int64_t size() const;  ///< elements
  const std::int64_t* at(std::int64_t element) const { return words.data() + element * type.words(); }
  std::int64_t* at(std::int64_t element) { return words.data() + element * type.words(); }

  friend bool operator==(const integer_tensor&, const integer_tensor&) = default;
};

/// An element in double precision: exact up to 53 bits.
double to_double(const integer_tensor& tensor, std::int64_t element);

/// Throws `config_error`, naming `path`, unless the shape is positive, the words are as many as it needs, and every
/// element is a value of the type.
void validate(const integer_tensor& tensor, std::string_view path);
/// The parts of that: all but the elements, and `count` elements from `first` on.
void validate_shape(const integer_tensor& tensor, std::string_view path);
void validate_elements(const integer_tensor& tensor, std::string_view path, std::int64_t first, std::int64_t count);

}  // namespace spillway
