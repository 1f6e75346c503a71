// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "models/network.h"

namespace onnx {
class TensorProto;
}

namespace spillway {

/// A constant of the file, of any type whose values float32 holds: float, double, (u)int8, (u)int16, int32, int64,
/// bool, float16, bfloat16; in raw_data or in the typed fields.
///
/// Sizes are compared with the bytes at hand before anything is allocated. Throws `input_error`, naming `what`, for
/// another type, a negative or huge shape, too few or too many values, external data, and values that are not
/// float32's.
float_tensor read_tensor(const onnx::TensorProto& tensor, const std::string& what);

}  // namespace spillway
