// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/models/onnx/constant.h"

namespace onnx {
class TensorProto;
}

namespace spillway {

/// A constant of the file: float, double, float16, bfloat16, bool, (u)int2, (u)int4, (u)int8 to (u)int64; in raw_data
/// or in the typed fields. Bools are integers. An empty tensor, [0], is taken for what it is.
///
/// Sizes are compared with the bytes at hand before anything is allocated. Throws `input_error`, naming `what`, for
/// another type, a negative or huge shape, too few or too many values, external data, reals that are not float32's, and
/// integers that are not int64's.
graph_constant read_tensor(const onnx::TensorProto& tensor, const std::string& what);

/// The bytes that a tensor's raw_data has, by its shape and type. Throws `input_error` as `read_tensor`.
std::int64_t bytes_of(const onnx::TensorProto& tensor, const std::string& what);

/// The ends of an element type's range. Throws `input_error`, naming `what`, for one that is no integer.
void set_integer_range(int type, const std::string& what, graph_constant& constant);

}  // namespace spillway
