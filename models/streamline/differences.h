// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/network.h"
#include "spillway/models/streamline/difference_cause.h"
#include "spillway/models/streamline/streamline.h"

namespace spillway {

/// A frame whose outputs differ by half an output step or more.
struct frame_difference {
  std::int64_t frame = 0;
  double largest = 0;  ///< in output steps
  std::int64_t file_class = 0, exact_class = 0;
  difference_cause cause;
};

/// How far a file in float32 and its integers are apart on some data.
struct difference_report {
  std::int64_t frames = 0, outputs = 0;
  std::int64_t differing_outputs = 0, differing_classes = 0;
  double largest = 0;  ///< in output steps; rounding of the file's own arithmetic included
  std::vector<frame_difference> frames_that_differ;
  bool stopped = false;  ///< `on_progress` said so
};

/// How a comparison is made. None of it changes what comes out.
struct comparison_options {
  /// What the integer network makes of whole frames; `evaluate` if empty. An engine is quicker.
  std::function<integer_tensor(const integer_network& net, const integer_tensor& inputs)> evaluate = {};
  unsigned threads = 1;
  /// Called now and then with the number of compared frames; false stops, keeping the first frames.
  std::function<bool(std::uint64_t frames_done)> on_progress = {};
};

/// Runs the file in float32 and the integer network on the same real inputs (whole frames of the file), and compares
/// every output. `report` is what streamlining said of `integers`. What it left to the host at the end, and has no
/// integers, is left away on both sides. A file whose batch is fixed takes any number of frames.
difference_report explain_differences(const network& file, const integer_network& integers,
                                      const streamline_report& report, const float_tensor& inputs,
                                      const comparison_options& options = {});

/// The inputs of a dataset as the reals that they are: bits 0 and 1, pixels p / 255 in float32, or p where `input`, if
/// given, takes them so (`takes_raw_values`).
float_tensor real_inputs(const dataset& data, const input_quantizer* input = nullptr);

}  // namespace spillway
