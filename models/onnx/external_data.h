// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace onnx {
class ModelProto;
}

namespace spillway {

/// Puts the data of tensors that lie in other files into the model. The files must be below `folder`, the model's,
/// whatever links they are reached by; their sizes are compared with the tensors' before anything is read. Throws
/// `input_error`, naming the tensor, for a place outside, a file that is missing or too short, sizes that don't fit the
/// shape, and more than 2 GiB in all. Not installed.
void read_external_data(onnx::ModelProto& model, const std::filesystem::path& folder);

}  // namespace spillway
