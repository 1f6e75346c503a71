// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/streamline/compare_models.h"

namespace spillway {

/// One of the files that are compared.
struct step_model {
  std::string path;
  std::shared_ptr<const comparable_model> model;  ///< none of a file that is left out
  std::string left_out;                           ///< why: FINN's hardware
};

/// Reads the files that these paths say (`step_files`), in their order. Files that hold FINN's hardware are left out,
/// but for one that is the first path itself if `has_reference`: that throws `hardware_file_error`. Anything else that
/// can't be read throws, as `read_qonnx` and `streamline` do.
std::vector<step_model> read_step_files(std::span<const std::string> paths, bool has_reference = true,
                                        const streamline_options& options = {});

/// Throws `input_error` unless two files or more are not left out.
void check_comparable(std::span<const step_model> files);

/// What came of one file.
struct file_comparison {
  std::string path, left_out;
  model_comparison of;
  std::vector<assumption> assumptions;
};

/// Files of one network, each compared with the first.
struct files_comparison {
  std::string reference, data;
  std::int64_t frames = 0;
  std::optional<std::uint64_t> seed;    ///< of random data
  std::vector<assumption> assumptions;  ///< of the first file
  std::vector<file_comparison> files;   ///< the others, in their order
  bool stopped = false;

  /// The first file that differs; null if none does.
  const file_comparison* first() const;
};

/// How files are compared.
struct file_comparison_options {
  bool input_is_stated = false;  ///< the user said what an input is that a file does not quantize
  unsigned threads = 1;
  /// Called with the frames that are done, of all files; false stops.
  std::function<bool(std::uint64_t frames_done)> on_progress = {};
};

/// Compares all with the first that is not left out. `data` is in the order of its frames. A file that takes the same
/// frames with the channels last gets them so; one that does not quantize its input takes pixels as UINT8/255. Throws
/// `input_error` for files whose inputs or outputs are of other sizes.
files_comparison compare_files(std::span<const step_model> files, const dataset& data,
                               const file_comparison_options& options = {});

/// Random data in the range of the first file's input.
dataset random_data(std::span<const step_model> files, std::int64_t frames, std::uint64_t seed);

/// The first file that is not left out.
const step_model& reference_of(std::span<const step_model> files);

/// What `spillway compare` prints, and with --json (docs/json.md).
std::string to_text(const files_comparison& of);
nlohmann::ordered_json as_json(const files_comparison& of);

}  // namespace spillway
