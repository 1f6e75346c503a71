// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/ascending_rows.h"

#include "spillway/models/numbers/storage.h"

namespace spillway {

namespace {

template <class Less>
std::optional<std::int64_t> first_descent(const integer_tensor& tensor, const Less& less) {
  const std::int64_t columns = tensor.shape[1], size = tensor.size();
  for (std::int64_t first = 0; first < size; first += columns)
    for (std::int64_t i = first + 1; i < first + columns; ++i)
      if (less(tensor.at(i), tensor.at(i - 1))) return i;
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> first_descent(const integer_tensor& tensor) {
  if (tensor.type.fits_int64())
    return first_descent(tensor, [](const std::int64_t* a, const std::int64_t* b) { return *a < *b; });
  return first_descent(tensor, [&](const std::int64_t* a, const std::int64_t* b) {
    return load_as<big_int>(a, tensor.type) < load_as<big_int>(b, tensor.type);
  });
}

}  // namespace spillway
