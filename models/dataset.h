// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/integer_network.h"
#include "models/integer_tensor.h"
#include "models/network.h"

namespace spillway {

/// Images, or other vectors, with the classes that they are of.
struct dataset {
  std::string name;
  integer_tensor inputs;                   ///< [frames, features], UINT1 (bits) or UINT8 (pixels: p means p / 255)
  std::vector<int> labels;                 ///< one class a frame; empty if none are known
  std::optional<float_tensor> reals = {};  ///< [frames, ...] of real numbers, in place of `inputs`

  std::int64_t frames() const { return reals ? reals->shape[0] : inputs.shape[0]; }
  std::int64_t features() const {
    return reals ? static_cast<std::int64_t>(reals->values.size()) / frames() : inputs.shape[1];
  }
};

/// The dataset of this name (see models/find_data.h), or in this folder or file if the text has a slash, is a file's
/// name ending in .npy, .pb or .bin, or is not the name of data but that of a folder. A folder holds dataset.json with
/// what it names, or the IDX files of MNIST's test set, or CIFAR-10's test_batch.bin; a .npy file holds uint8, bool or
/// floats [frames, ...], a .pb file one ONNX tensor of floats, both without labels; a .bin file is a batch of CIFAR-10.
/// docs/data-formats.md.
///
/// Throws `config_error` for an unknown name, `input_error` for wrong contents, `io_error` for a file that can't be
/// read.
dataset load_dataset(const std::string& name_or_path);

/// The dataset as the integers that enter `net`: [frames * positions, channels] of `net.input.type`. Frames of a
/// dataset are [channels, height, width], those that come out [height, width, channels].
///
/// A bit is 0 or 1, a pixel p is the float32 p / 255; the network's input steps and quantizer turn that into an
/// integer, decided exactly (models/input_levels.h). For a bipolar input without steps a bit is -1 or +1. Throws
/// `config_error` if the numbers of features differ, and where the result would be meaningless: pixels into a 1-bit
/// input without steps, which wants data that a stated threshold has made binary. Real data enters as it is.
integer_tensor quantize_dataset(const integer_network& net, const dataset& data);

/// The same; `data.inputs` is left empty.
integer_tensor quantize_dataset(const integer_network& net, dataset&& data);

/// The same for frames of real numbers, one after the other in the file's order.
integer_tensor quantize_reals(const integer_network& net, std::span<const float> reals);

/// One real input as the integer that enters a network. NaN becomes the least value.
std::int64_t quantize_input(const input_quantizer& quantizer, float x, std::int64_t channel = 0);

}  // namespace spillway
