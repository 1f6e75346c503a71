// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "train/network_model.h"

namespace spillway {

/// Writes a trained network as QONNX, with claims for the layers whose norms were limited.
///
/// What was written is read back: it must be the same graph, and every claim must be proven of its integers. Throws
/// `error` if not (the file is then removed: a defect of ours), `io_error` if the system refuses.
void save_network(const network_model& model, const std::map<std::string, std::string>& metadata,
                  const std::filesystem::path& path);

}  // namespace spillway
