// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "spillway/models/onnx/write.h"
#include "spillway/train/network_model.h"

namespace spillway {

/// Writes a trained network, with claims for the layers whose norms were limited.
///
/// Before it is written it is read back: it must say the same integers, and every claim must be proven of them. Throws
/// `error` if not (a defect of ours), `io_error` if the system refuses.
void save_network(const network_model& model, const std::map<std::string, std::string>& metadata,
                  const std::filesystem::path& path, onnx_dialect dialect = onnx_dialect::qonnx);

}  // namespace spillway
