// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/load/design.h"
#include "spillway/models/load/design_tensors.h"

namespace spillway {

/// File names for tensors: what is no letter, digit, `.`, `-` or `_` becomes `_`; names that are then alike get a
/// number, those of more than 100 characters end with a digest. `NAME.npy`, one for each name.
std::vector<std::string> tensor_file_names(std::span<const std::string> tensors);

/// What is to be dumped: names that `--dump` lists, taken apart at commas where no tensor has the whole name. Throws
/// `config_error` with the near names for one that the file does not have.
std::vector<std::size_t> parse_dump(const golden_model& of, std::span<const std::string> names);

/// Writes tensors of `data`, float64 [frames, shape...], into a folder that is there, and `tensors.json`, which says
/// which file has which tensor. False from `on_progress` stops it: then nothing is written, and the result is false.
bool write_tensors(const design_tensors& of, const dataset& data, std::span<const std::size_t> tensors,
                   const std::string& folder, const std::function<bool(std::uint64_t frames_done)>& on_progress = {});

}  // namespace spillway
