// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/numbers/float_tensor.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// Images, or other vectors, with the classes that they are of.
struct dataset {
  std::string name;
  integer_tensor inputs;                   ///< [frames, features], UINT1 (bits) or UINT8 (pixels: p means p / 255)
  std::vector<int> labels;                 ///< one class a frame; empty if none are known
  std::optional<float_tensor> reals = {};  ///< [frames, ...] of real numbers, in place of `inputs`
  std::int64_t first_frame = 0;            ///< the number of frame 0 in the set that these frames were selected from
  /// [frames, values] of UINT8, of images: what a network should answer, in the file's order of its output (v: v / 255).
  std::optional<integer_tensor> targets = {};

  /// How many frames there are, and the values of one.
  std::int64_t frames() const { return reals ? reals->shape[0] : inputs.shape[0]; }
  std::int64_t features() const {
    return reals ? static_cast<std::int64_t>(reals->values.size()) / frames() : inputs.shape[1];
  }
};

/// The dataset as the integers that enter `net`: [frames * positions, channels] of `net.input.type`. Frames of a
/// dataset are [channels, height, width], those that come out [height, width, channels].
///
/// A bit is 0 or 1, a pixel p is the float32 p / 255; the network's input steps and quantizer turn that into an
/// integer, decided exactly (models/integer_network/input_levels.h). For a bipolar input without steps a bit is -1 or
/// +1. Throws `config_error` if the numbers of features differ, and where the result would be meaningless: pixels into
/// a 1-bit input without steps, which wants data that a stated threshold has made binary. Real data enters as it is.
integer_tensor quantize_dataset(const integer_network& net, const dataset& data);

/// True if raw values are the integers of the network's input, and not p / 255: its scale is 1, nothing is computed
/// before, and they are UINT8 as the input is, or neither UINT1 nor UINT8. A 1-bit input of the file itself takes no
/// wider integers: clamping them would be a threshold that nobody stated.
bool takes_raw_values(const input_quantizer& quantizer, integer_type raw);

/// `quantize_dataset` of a dataset whose inputs it may take: `data.inputs` is left empty.
integer_tensor quantize_dataset(const integer_network& net, dataset&& data);

/// `quantize_dataset` of frames of real numbers, one after the other in the file's order.
integer_tensor quantize_reals(const integer_network& net, std::span<const float> reals);

/// The values of one frame of the file's input.
std::int64_t file_features(const integer_network& net);

/// One real input as the integer that enters a network. NaN becomes the least value.
std::int64_t quantize_input(const input_quantizer& quantizer, float x, std::int64_t channel = 0);

}  // namespace spillway
