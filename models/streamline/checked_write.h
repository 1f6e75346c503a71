// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/network.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/streamline/report.h"

namespace spillway {

/// Writes a network as `write_qonnx` does, but only once its bytes have been read back and say the same integers, to
/// the last threshold and claim. Returns those integers, and what
/// streamlining says of them. Throws as `write_qonnx` and `streamline` do; and `error` if
/// the file would say others (a defect of ours).
integer_network write_checked(const network& net, const std::filesystem::path& path, onnx_dialect dialect,
                              streamline_report* report = nullptr);

}  // namespace spillway
