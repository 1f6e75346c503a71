// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// What one frame's outputs say: its class (the greatest logit, the first of equals), as simulated and as registers of
/// full width would have it, and how far the logits are from those.
struct frame_score {
  std::int64_t simulated_class = 0;
  std::int64_t exact_class = 0;
  double abs_error = 0;  ///< mean over the logits of |simulated - exact|
};

/// The scores of a whole run, with accuracies from 0 to 1 (0 if there are no labels).
struct run_score {
  std::vector<frame_score> frames;
  double accuracy = 0;
  double exact_accuracy = 0;
  double mean_abs_error = 0;  ///< mean over frames and logits, in the units of the network's outputs
};

/// Compares `outputs` with `exact`, both [frames * positions, channels] as the last unit of `net` emits them (the first
/// may have fewer frames: those are scored). The class of a frame is the place of its greatest output (of
/// several outputs, of the first); where the network ends in label selection, the first label. `labels` is empty or has
/// one class a frame. Logits are `accumulator * output_scale + output_bias` in double precision, which is exact while
/// accumulators have at most 29 bits and scales are float32 (24 bits), as the file's are. `places` are those of the
/// file's elements in the network's output (`file_output::places`): classes are the file's; empty: they are the same.
run_score score_run(const integer_network& net, const integer_tensor& outputs, const integer_tensor& exact,
                    std::span<const int> labels, std::span<const std::int64_t> places = {});

}  // namespace spillway
