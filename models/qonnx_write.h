// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "models/network.h"

namespace spillway {

/// Writes a network as QONNX (opset 13, IR version 8, quantizers in `qonnx.custom_op.general`, constants as raw
/// little-endian float32). `read_qonnx` gives the same network back, and the same network gives the same bytes.
///
/// The file appears whole or not at all: it is written beside `path` and renamed. Throws `io_error` if the system
/// refuses (no such folder, no permission, a full disk) and `input_error` if the network's shapes don't fit.
void write_qonnx(const network& net, const std::filesystem::path& path);

/// The bytes of that file. Throws `input_error` as above.
std::string qonnx_bytes(const network& net);

}  // namespace spillway
