// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/network.h"
#include "spillway/models/streamline/streamline.h"

namespace spillway {

/// The first quantizer of a frame whose level is another in float32 than in exact arithmetic, and how close it was.
/// Positions are in steps of the quantizer: level L covers L - 1/2 to L + 1/2 where it rounds to nearest.
struct level_difference {
  std::string node;
  std::int64_t element = 0;  ///< of the file's tensor
  double file_level = 0, exact_level = 0;
  double file_position = 0;   ///< what is rounded, as float32 arithmetic has it
  double exact_position = 0;  ///< what is rounded, in double arithmetic from the same levels before
  double distance = 0;        ///< from the boundary between the two levels to exact_position
  bool is_tie = false;        ///< exactly on a boundary, as far as doubles tell
};

/// A frame whose outputs differ by half an output step or more.
struct frame_difference {
  std::int64_t frame = 0;
  double largest = 0;  ///< in output steps
  std::int64_t file_class = 0, exact_class = 0;
  std::optional<level_difference> cause;
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
/// every output. What they disagree in is float32's rounding: the integers are exact. `report` is what streamlining
/// said of `integers`. A Softmax at the end, which has no integers, is left away on both sides.
difference_report explain_differences(const network& file, const integer_network& integers,
                                      const streamline_report& report, const float_tensor& inputs,
                                      const comparison_options& options = {});

/// The inputs of a dataset as the reals that they are: bits 0 and 1, pixels p / 255 in float32, or p where `input`, if
/// given, takes them so (`takes_raw_values`).
float_tensor real_inputs(const dataset& data, const input_quantizer* input = nullptr);

/// One line that says which quantizer rounded otherwise, and by how much.
std::string to_string(const level_difference& difference);

}  // namespace spillway
