// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/dataset.h"

namespace spillway {

/// One file of the zoo, with everything that can be measured or proved about it again.
struct zoo_row {
  std::string file;
  std::string command;              ///< that made it, from its metadata
  double accuracy = 0;              ///< 0 to 1, on the dataset, at full width
  std::optional<int> claimed_bits;  ///< P
  int certified_bits = 0;           ///< the least P that every input's sum fits, proved
  int l1_bits = 0;                  ///< the published l1 bound, for comparison
  double sparsity = 0;              ///< share of weights that are 0
  std::int64_t largest_l1 = 0;      ///< greatest l1 norm of a channel, in integers
};

/// Reads each one-layer .onnx file of `folder` and evaluates it on `data`. QAT first, then by P.
/// Throws `input_error` if a file claims a P that its certificate does not hold at.
std::vector<zoo_row> measure_zoo(const std::filesystem::path& folder, const dataset& data);

/// The rows as a Markdown table.
std::string markdown_table(const std::vector<zoo_row>& rows);

/// `text` with what is between its lines `<!-- zoo-table -->` and `<!-- /zoo-table -->` replaced.
/// Throws `input_error`, naming `path`, if it does not have both lines once, in this order.
std::string replace_table(const std::string& text, const std::string& table, const std::string& path);

}  // namespace spillway
