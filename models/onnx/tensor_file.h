// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/models/numbers/float_tensor.h"

namespace spillway {

/// A file of one ONNX TensorProto, which is what ONNX's own tests keep inputs and outputs in (input_0.pb). Throws
/// `input_error`, naming the file and what is wrong with it; `io_error` if it can't be read.
float_tensor read_onnx_tensor(const std::string& path);

}  // namespace spillway
