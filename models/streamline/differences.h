// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/network.h"
#include "spillway/models/streamline/streamline.h"

namespace spillway {

/// The steps of a computation in which a file in float32 and its integers can part.
enum class difference_step : unsigned char {
  input_format,     ///< the file does not quantize its input, and the format that it is taken in changes it
  weight_rounding,  ///< float32 does not hold a weight's integer times its scale
  sum,              ///< what arrives at a quantizer, or at the output, was rounded on its way there
  threshold,        ///< the quantizer's own division or comparison was rounded
};

/// "input format", "weight rounding", "sum", "threshold".
std::string_view to_string(difference_step step);

/// The first place at which a frame of the file and of its integers part, and both values there.
struct difference_cause {
  difference_step step = difference_step::sum;
  std::string where;         ///< the node of the quantizer, or the tensor
  std::int64_t element = 0;  ///< of the file's tensor
  double file_value = 0;     ///< in float32, as the file has it
  double exact_value = 0;    ///< as the integers have it
  /// What a quantizer made of the two.
  std::optional<double> file_level, exact_level;
};

/// One line: which step it was, where, and both values.
std::string to_string(const difference_cause& cause);

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
