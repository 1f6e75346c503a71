// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/models/load/design.h"
#include "spillway/models/streamline/differences.h"

namespace spillway {

/// What of a data set is compared, and how.
struct check_data_options {
  std::string data;                   ///< a name or a path (see load_dataset)
  std::int64_t frames = 0, skip = 0;  ///< 0 frames: all
  unsigned threads = 0;               ///< 0: all cores
  bool quiet = false;                 ///< no progress
};

/// Runs a design's file in float32 and its integers on data. An interrupt stops it after the frames that are compared.
difference_report compare_on_data(const design& of, const check_data_options& options);

/// What differs, the first frames with their causes.
void print_differences(const difference_report& report, const std::string& data);

}  // namespace spillway
