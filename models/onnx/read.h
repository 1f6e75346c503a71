// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "spillway/models/network/network.h"

namespace spillway {

/// Reads a QONNX or QCDQ file; docs/formats.md lists the operators and what is refused.
///
/// Throws `io_error` if the file can't be opened, and `input_error` if it is no ONNX model (truncated, corrupt), if it
/// contradicts itself (shapes, names, cycles), or if it has something that can't be taken. Messages are one line that
/// begins with the path, and name the node or tensor.
network read_qonnx(const std::filesystem::path& path);

/// `read_qonnx` of the bytes of a file, which has all its data inside; `name` stands for the path in messages.
network read_qonnx_bytes(std::string_view bytes, const std::string& name);

}  // namespace spillway
