// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/load/step_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/file_draft.h"
#include "spillway/models/support/is_there.h"

namespace spillway {

namespace {

namespace fs = std::filesystem;

/// FINN's steps up to hardware, in the order of its builds (finn.builder.build_dataflow_config).
constexpr std::array<std::string_view, 8> finn_steps{"step_qonnx_to_finn", "step_tidy_up",
                                                     "step_add_preproc",   "step_add_postproc",
                                                     "step_streamline",    "step_lower_convs_to_matmul",
                                                     "step_convert_to_hw", "step_create_dataflow_partition"};

/// The number that a name begins with: 2 of "02_streamline" and "2-streamline".
std::optional<unsigned long> number_of(const std::string& name) {
  const std::size_t digits = name.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string::npos || digits > 9) return std::nullopt;
  return std::stoul(name.substr(0, digits));
}

/// By numbers, then FINN's steps, then names.
auto place_of(const fs::path& file) {
  const std::string name = file.stem().string();
  const auto number = number_of(name);
  const auto step = std::find(finn_steps.begin(), finn_steps.end(), name) - finn_steps.begin();
  return std::tuple(number ? 0 : 1, number.value_or(0), step, name);
}

std::vector<fs::path> models_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".onnx" && !entry.is_directory()) files.push_back(entry.path());
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) { return place_of(a) < place_of(b); });
  return files;
}

std::vector<fs::path> files_of(const std::string& path) {
  if (!is_there(path)) throw_io_error(path, "open the file", ENOENT);
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files = models_in(path);
  const fs::path inner = fs::path(path) / "intermediate_models";
  if (files.empty() && is_there(inner) && fs::is_directory(inner)) files = models_in(inner);
  if (files.empty())
    throw input_error(
        fmt::format("{}: has no .onnx file; expected a folder of step files, FINN's intermediate_models for instance",
                    shown_path(path)));
  return files;
}

}  // namespace

std::vector<fs::path> step_files(std::span<const std::string> paths) {
  std::vector<fs::path> result;
  for (const std::string& path : paths) try {
      for (const fs::path& file : files_of(path)) {
        const auto is_same = [&](const fs::path& other) { return is_same_file(file, other); };
        if (std::none_of(result.begin(), result.end(), is_same)) result.push_back(file);
      }
    } catch (const fs::filesystem_error& failure) {
      throw_io_error(path, "read the folder", failure.code().value());
    }
  return result;
}

}  // namespace spillway
