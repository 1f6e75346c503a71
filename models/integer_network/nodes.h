// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/window_shape.h"

namespace spillway {

// What an integer network does between its values. Each kind is one hardware unit; a frame is [height, width, channels]
// with the channels innermost (NHWC), and a flat vector is [1, 1, channels].

/// The shape of one frame of a value.
struct frame_shape {
  std::int64_t height = 1, width = 1, channels = 1;

  /// Pixels, and values, of a frame.
  std::int64_t positions() const { return height * width; }
  std::int64_t elements() const { return height * width * channels; }
  friend bool operator==(const frame_shape&, const frame_shape&) = default;
};

/// accumulator[row] = sum over k of weights[row, k] * input[k], at every position. With thresholds the output is
/// `output_offset + #{t : thresholds[row, t] <= accumulator[row]}`; without, the accumulator itself.
///
/// With `xnor_popcount` the input is UINT1 and the weights are bipolar, and the accumulator counts the places in which
/// they agree (1 with +1, 0 with -1): 0 to MW, in steps of one. The sum of the +-1 products is 2 * count - MW.
struct integer_layer {
  std::string name;
  integer_type input_type;
  integer_tensor weights;                    ///< [MH, MW]
  std::optional<integer_tensor> thresholds;  ///< [MH, steps], each row ascending
  std::int64_t output_offset = 0;            ///< FINN's ActVal
  integer_type output_type;                  ///< of the thresholded output; unused without thresholds
  std::optional<int> claimed_bits;           ///< the accumulator width that the file claims to be safe
  std::optional<int> wrapping_bits;          ///< the width in which the layer was trained to wrap (WrapNet)
  bool xnor_popcount = false;

  std::int64_t rows() const { return weights.shape[0]; }     ///< MH
  std::int64_t columns() const { return weights.shape[1]; }  ///< MW
};

/// As `integer_layer`, each channel for itself: accumulator[c] = sum over k of weights[c, k] * input[k, c], where the
/// input is the output of a `window` with k = kh * kw elements of each channel.
struct depthwise_layer {
  std::string name;
  integer_type input_type;
  integer_tensor weights;                    ///< [C, kh * kw]
  std::optional<integer_tensor> thresholds;  ///< [C, steps], each row ascending
  std::int64_t output_offset = 0;
  integer_type output_type;
  std::optional<int> claimed_bits;
  std::optional<int> wrapping_bits;

  /// Rows and columns of the weights.
  std::int64_t channels() const { return weights.shape[0]; }
  std::int64_t window() const { return weights.shape[1]; }
};

/// output = output_offset + #{t : thresholds[c, t] <= x}; in a descending channel, output_offset + #{t : thresholds[c,
/// t] >= x} (so that negative slopes need no negated input). Thresholds are [C, steps], or [1, steps] for all channels;
/// each row ascending.
struct threshold_layer {
  std::string name;
  integer_tensor thresholds;
  std::vector<bool> descending;  ///< one a row of `thresholds`; empty: none is
  std::int64_t output_offset = 0;
};

/// Puts `value` around each frame.
struct padding_layer {
  std::string name;
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  std::int64_t value = 0;
  std::int64_t stride_h = 1, stride_w = 1;  ///< > 1: inserts stride-1 values between rows, columns (deconvolution)
};

/// [H, W, C] to [OH, OW, kh * kw * C]: element (kh, kw, c), c innermost. `geometry` has no padding.
struct window_layer {
  std::string name;
  window_shape geometry;
};

/// What a pool makes of its window.
enum class pool_kind : unsigned char {
  max,
  sum,  ///< sum >> shift: FINN's quantized average pooling
};

/// Reduces a window value [OH, OW, window * C] (element k * C + c) to [OH, OW, C].
struct pool_layer {
  std::string name;
  pool_kind kind = pool_kind::max;
  std::int64_t window = 1;  ///< kh * kw
  int shift = 0;            ///< arithmetic shift to the right of a sum
};

/// Sums all positions: [H, W, C] to [1, 1, C].
struct global_sum_layer {
  std::string name;
};

/// a_factor * a + b_factor * b, element by element, of two values of one shape.
struct add_layer {
  std::string name;
  std::int64_t a_factor = 1, b_factor = 1;  ///< not 0, 2^31 - 1 at most in magnitude
};

/// Nearest neighbour by whole factors.
struct upsample_layer {
  std::string name;
  std::int64_t factor_h = 1, factor_w = 1;
};

/// Joins the channels of two values or more, in order.
struct concat_layer {
  std::string name;
};

/// Splits the channels: one output value for each entry.
struct split_layer {
  std::string name;
  std::vector<std::int64_t> channels;
};

/// Keeps a part of each frame: rows and columns but for those at the borders, and `channels` channels from the first
/// one on.
struct crop_layer {
  std::string name;
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;  ///< rows and columns that go
  std::int64_t first_channel = 0, channels = 1;
};

/// The indices of the k greatest channels, greatest first; the first index wins a tie. [1, 1, C] to [1, 1, k].
struct label_select_layer {
  std::string name;
  std::int64_t k = 1;
};

/// The outputs of a file that has several, one behind the other: [1, 1, elements of all], in a type that holds them. No
/// unit does that: each of its inputs leaves the accelerator in a stream of its own, and the host joins what came.
struct join_layer {
  std::string name;
  std::vector<std::string> outputs;  ///< what the file calls its inputs
};

/// Every kind of operation. The set is closed, so that whoever visits it can't forget one.
using integer_op = std::variant<integer_layer, depthwise_layer, threshold_layer, padding_layer, window_layer,
                                pool_layer, global_sum_layer, add_layer, upsample_layer, concat_layer, split_layer,
                                label_select_layer, crop_layer, join_layer>;

/// A value that flows through the network.
struct integer_value {
  std::string name;
  frame_shape shape;
  integer_type type;
};

/// An operation; inputs and outputs are indices of values.
struct integer_node {
  integer_op op;
  std::vector<int> inputs, outputs;
};

}  // namespace spillway
