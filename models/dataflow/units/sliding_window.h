// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/stream_shape.h"
#include "spillway/models/dataflow/units/unit_facts.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/window_shape.h"

namespace spillway {

/// How a sliding window unit sends a window.
enum class window_style : unsigned char {
  serial,     ///< [OH, OW, kh * kw, C / SIMD, SIMD]: for dense convolutions
  depthwise,  ///< [OH, OW, C / SIMD, kh * kw, SIMD]: for VVAU and pooling
  parallel,   ///< the whole window in one beat of each channel fold: [OH, OW, C / SIMD] beats of kh * kw * SIMD lanes
};

/// The sliding window unit (FINN's ConvolutionInputGenerator): a circular line buffer that is written with each word
/// (SIMD lanes of a pixel) once, [H, W, C / SIMD] beats, and read once a window element. `geometry` has no padding (a
/// padding unit stands in front). SIMD divides C.
struct sliding_window {
  static constexpr unit_facts facts{
      "sliding_window",
      "ConvolutionInputGenerator",
      {"ConvolutionInputGenerator_hls", "ConvolutionInputGenerator_rtl", "ConvolutionInputGenerator"},
      {.simd = true, .parallel_window = true}};

  std::string name;                                  ///< of this unit, in messages and tables
  integer_type type;                                 ///< of the elements that come in and go out
  std::int64_t height = 1, width = 1, channels = 1;  ///< of the input
  window_shape geometry;
  window_style style = window_style::serial;
  int simd = 1;

  std::int64_t folds() const { return channels / simd; }  ///< words of a pixel
  std::int64_t output_height() const;
  std::int64_t output_width() const;
  std::int64_t beats_per_window() const;  ///< folds, times kh * kw unless parallel

  /// Words of the buffer: the fewest with which frames follow each other in cycles_per_frame(), found by running the
  /// unit's schedule backwards (or forwards, where the input is the slower side); takes time in proportion to H * W *
  /// folds. See docs/units/sliding_window.md.
  std::int64_t buffer_depth() const;

  /// SIMD must divide C, the number of channels; the unit has no PE.
  fold_sizes folded_sizes() const { return {{}, {"C", channels}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return geometry.kernel_h * geometry.kernel_w * channels; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours: the beats of its input or of its output,
  /// whichever are more.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const sliding_window& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const sliding_window& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
