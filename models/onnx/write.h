// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "spillway/models/network/network.h"
#include "spillway/models/onnx/dialect.h"

namespace spillway {

/// Writes a network as ONNX (opset 13, IR version 8, quantizers of QONNX in `qonnx.custom_op.general`, constants raw
/// and little-endian). `read_qonnx` gives the same network back, and the same network gives the same bytes. Of QCDQ,
/// what comes back instead of a quantized constant is its integers' real values, behind the same quantizer.
///
/// The file appears whole or not at all: it is written beside `path` and renamed. Throws `io_error` if the system
/// refuses (no such folder, no permission, a full disk) and `input_error`, naming the node, if the network's shapes
/// don't fit or the dialect can't say what it does.
void write_qonnx(const network& net, const std::filesystem::path& path, onnx_dialect dialect = onnx_dialect::qonnx);

/// The bytes that `write_qonnx` writes. Throws `input_error`, naming the node, for what has no form in the file.
std::string qonnx_bytes(const network& net, onnx_dialect dialect = onnx_dialect::qonnx);

}  // namespace spillway
