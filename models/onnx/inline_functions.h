// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace onnx {
class ModelProto;
}

namespace spillway {

/// Puts the body of each of the model's own functions in the place of the nodes that call it. Tensors and nodes of a
/// body get the name of the calling node in front. Throws `input_error`, naming the node, for a function that calls
/// itself, that was written for another opset, or that makes the graph longer than 2^17 nodes or
/// 256 MiB. Not installed.
void inline_functions(onnx::ModelProto& model);

}  // namespace spillway
