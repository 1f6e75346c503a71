// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "spillway/models/onnx/write.h"
#include "spillway/models/quantize/a2q.h"
#include "spillway/train/training_options.h"

namespace spillway {

/// Keys under which a trained file says how it was made; the values are text. `command` makes it again.
inline constexpr const char* training_command_key = "spillway.training.command";
inline constexpr const char* training_data_key = "spillway.training.data";

/// What made a network, for its file's metadata: the recipe, and what the caller adds (`command`, `data`).
std::map<std::string, std::string> training_metadata(const training_options& options, const std::string& command,
                                                     const std::string& data);

/// Writes a trained layer. A2Q files claim P, once more certified, and tiled ones their tiles with the least outer
/// register that is proven; QAT files claim nothing.
///
/// Before it is written it is read back, and must say the same integers and scales: a file that rounds otherwise would
/// lose A2Q's guarantee silently. Throws `error` if it does not, `input_error` if the dialect has no form for the
/// weights, `io_error` if the system refuses.
void save_linear(const quantized_weights& trained, const training_options& options,
                 const std::map<std::string, std::string>& metadata, const std::filesystem::path& path,
                 onnx_dialect dialect = onnx_dialect::qonnx);

}  // namespace spillway
