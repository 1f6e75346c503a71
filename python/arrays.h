// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/numpy.h>

#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway::python {

/// An array that owns the vector, without a copy of its elements.
template <class T>
pybind11::array_t<T> array_of(std::vector<T> values, std::vector<std::int64_t> shape) {
  auto* const held = new std::vector<T>(std::move(values));
  const pybind11::capsule owner(held, [](void* vector) { delete static_cast<std::vector<T>*>(vector); });
  return pybind11::array_t<T>(std::move(shape), held->data(), owner);
}

/// The same in one dimension.
template <class T>
pybind11::array_t<T> array_of(std::vector<T> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  return array_of(std::move(values), std::vector<std::int64_t>{size});
}

/// A number of any size as a Python int.
pybind11::int_ int_of(const big_int& value);

/// Integers of up to 64 bits as int64 (uint64 where only that holds them), others as Python ints.
pybind11::array array_of(integer_tensor tensor);

/// The frames in an array of [frames, ...] that is contiguous and in the machine's byte order: bool, integers, float32.
dataset frames_of(const pybind11::array& frames, const std::string& name);

/// An array's elements as integers; the array is one of bool or integers, of any strides and byte order. Throws
/// `config_error`, with `name` in front, for other kinds and for what int64 does not hold.
integer_tensor integers_of(const pybind11::array& array, const std::string& name);

}  // namespace spillway::python
