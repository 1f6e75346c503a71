// SPDX-License-Identifier: Apache-2.0
#include "spillway/python/arrays.h"

#include <fmt/format.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <span>

#include "spillway/models/data/load_dataset.h"
#include "spillway/models/support/error.h"

namespace spillway::python {

namespace py = pybind11;

namespace {

/// int64 of an array; uint64 beyond it is refused. NumPy does the rest: strides, byte order, narrower types.
py::array_t<std::int64_t> words_of(const py::array& array, const std::string& name) {
  const char kind = array.dtype().kind();
  if (kind != 'i' && kind != 'u' && kind != 'b')
    throw config_error(
        fmt::format("{}: an array of {}; expected integers", name, py::str(array.dtype()).cast<std::string>()));
  if (kind == 'u' && array.itemsize() == 8 && array.size() > 0 &&
      py::cast<bool>(array.attr("max")().attr("__gt__")(py::int_(std::numeric_limits<std::int64_t>::max()))))
    throw config_error(fmt::format("{}: holds numbers beyond 2^63 - 1; expected integers that int64 holds", name));
  return py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>(array);
}

std::vector<std::int64_t> shape_of(const py::array& array) { return {array.shape(), array.shape() + array.ndim()}; }

integer_type type_of(const py::array& array) {
  const char kind = array.dtype().kind();
  if (kind == 'b') return unsigned_type(1);
  const auto bits = static_cast<int>(8 * array.itemsize());
  return kind == 'u' ? unsigned_type(bits) : signed_type(bits);
}

template <class T>
void widen(const py::array& array, std::vector<std::int64_t>& words) {
  const auto* const values = static_cast<const T*>(array.data());
  words.assign(values, values + array.size());
}

}  // namespace

py::int_ int_of(const big_int& value) {
  const std::string text = value.str();
  return py::reinterpret_steal<py::int_>(PyLong_FromString(text.c_str(), nullptr, 10));
}

py::array array_of(integer_tensor tensor) {
  if (tensor.type.fits_int64()) return array_of(std::move(tensor.words), tensor.shape);
  const auto words = static_cast<std::size_t>(tensor.type.words());
  py::list values;
  for (std::int64_t i = 0; i < tensor.size(); ++i) values.append(int_of(load({tensor.at(i), words}, tensor.type)));
  py::array result = py::module_::import("numpy").attr("array")(values, py::arg("dtype") = "O");
  return result.attr("reshape")(py::cast(tensor.shape));
}

dataset frames_of(const py::array& frames, const std::string& name) {
  if (frames.dtype().kind() == 'f') {
    const auto* const values = static_cast<const float*>(frames.data());
    return dataset_of(name, name, float_tensor{shape_of(frames), {values, values + frames.size()}});
  }
  integer_tensor tensor{type_of(frames), shape_of(frames), {}};
  if (frames.itemsize() == 1 && frames.dtype().kind() != 'i')
    widen<std::uint8_t>(frames, tensor.words);
  else {
    const py::array_t<std::int64_t> words = words_of(frames, name);
    tensor.words.assign(words.data(), words.data() + words.size());
  }
  return dataset_of(name, name, std::move(tensor));
}

integer_tensor integers_of(const py::array& array, const std::string& name) {
  const py::array_t<std::int64_t> words = words_of(array, name);
  integer_tensor result{signed_type(64), shape_of(array), {words.data(), words.data() + words.size()}};
  if (result.words.empty()) return result;
  const auto [low, high] = std::minmax_element(result.words.begin(), result.words.end());
  result.type = signed_type(bits_for(*low, *high, true));
  return result;
}

}  // namespace spillway::python
