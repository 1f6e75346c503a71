// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"

namespace spillway {

/// One file of the zoo, with everything that can be measured or proved about it again.
struct zoo_row {
  std::string file;
  std::string command;                  ///< that made it, from its metadata
  std::optional<double> test_accuracy;  ///< 0 to 1, of all test images after training, likewise
  std::optional<double> psnr, bicubic;  ///< dB, of super-resolution on its held-out images after training, likewise
  std::size_t layers = 0;               ///< with weights
  double accuracy = 0;                  ///< 0 to 1, of its integers on the dataset: at full width, or wrapped
  std::optional<int> wrapping_bits;     ///< P of a network that was trained to wrap, and that `accuracy` is wrapped at
  std::optional<int> claimed_bits;      ///< P, the greatest that a layer claims
  std::size_t claims = 0;               ///< layers that claim a P; each is proved, or there is no row
  int certified_bits = 0;               ///< the least P that every sum of the layers below fits, proved
  int l1_bits = 0;                      ///< the published l1 bound of them, for comparison
  double sparsity = 0;                  ///< share of all weights that are 0
  std::int64_t largest_l1 = 0;          ///< greatest l1 norm of a channel of them, in integers
};

/// Reads each .onnx file of `folder` and evaluates it on `data`, unless it has no classes but a PSNR. QAT first, then
/// by P. Widths and norms are those of the layers that are to be narrow: all of a network of one or two, all but the
/// first and the last of others. Throws `input_error` if a layer claims a P that its certificate does not hold at, or a
/// WrapNet does not say its P.
std::vector<zoo_row> measure_zoo(const std::filesystem::path& folder, const dataset& data);

/// The rows as a Markdown table. Of networks of one layer it says more of their weights; of others, how many claims are
/// proved, and accuracy twice: after training, and on the dataset of `frames` images; of super-resolution, PSNR after
/// training.
std::string markdown_table(const std::vector<zoo_row>& rows, std::int64_t frames);

/// `text` with what is between its lines `<!-- zoo-table NAME -->` and `<!-- /zoo-table NAME -->` replaced.
/// Throws `input_error`, naming `path`, if it does not have both lines once, in this order.
std::string replace_table(const std::string& text, const std::string& name, const std::string& table,
                          const std::string& path);

}  // namespace spillway
