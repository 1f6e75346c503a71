// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "spillway/models/onnx/constant.h"
#include "spillway/models/onnx/node_reader.h"

namespace spillway {

/// The value of a node that constants decide, or that asks for a shape; nothing if it has to stay a node: because the
/// graph's input decides it, or because it is a quantizer, a product or a window, whose constants mean something as
/// they are. Integers are computed as int64, exactly; reals as float32, as an ONNX runtime does.
///
/// `budget` is how many elements may still be made: 2^26 a file, so that a small file can't fill the memory. Throws
/// `input_error`, naming the node, beyond it, and for results that overflow or are not finite.
std::optional<graph_constant> propagate(node_reader& reader, std::int64_t& budget);

}  // namespace spillway
