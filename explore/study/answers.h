// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/load/design.h"

namespace spillway {

/// What outputs are judged by: classes, images, or nothing that is known.
enum class study_metric : unsigned char { none, top1, psnr };

/// "top-1", "psnr"; nothing for `none`.
std::optional<std::string_view> to_string(study_metric metric);

/// The metric that a data set allows: targets, else labels.
study_metric metric_of(const dataset& data);

/// How good each frame's output is: 1 or 0 for its class, or the PSNR in dB of its image. Empty where nothing is known.
struct frame_answers {
  std::vector<double> good;
  double mean_abs_error = 0;  ///< of the outputs against exact ones
};

/// Judges `outputs`, as the last unit of the design sends them; `exact` are those of registers that hold every sum.
/// An image is clamped to [0, 1] and rounded to 8 bits before it is compared. Throws `config_error` where the targets
/// have another number of values than the network's output.
frame_answers judge(const design& of, const integer_tensor& outputs, const integer_tensor& exact, const dataset& data);

/// A mean, and its 95% interval.
struct mean_interval {
  double value = 0, low = 0, high = 0;
};

/// Of right answers: Wilson's score interval (Wilson 1927). Of PSNR: the normal interval of the frames' spread.
mean_interval mean_of(const frame_answers& answers, study_metric metric);

/// How much worse on the same frames, and the standard error of that mean difference.
struct paired_loss {
  double value = 0, error = 0;
};
paired_loss loss_of(const frame_answers& exact, const frame_answers& now);

}  // namespace spillway
