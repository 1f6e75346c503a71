// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/certificates/tiled_certificate.h"
#include "spillway/models/quantize/input_moments.h"
#include "spillway/models/quantize/weight_format.h"

namespace spillway {

/// How a trained layer is made to fit an accumulator without training (docs/post-training.md).
enum class post_training_method : unsigned char {
  naive,      ///< A2Q's quantizer with A2Q's initialization: all weights are scaled down, and rounded to zero
  euclidean,  ///< A2Q's quantizer from EP-init: the projection on the l1 ball
  two_sided,  ///< the projection on what unsigned inputs admit for each sign, rounded to zero; ours
  greedy,     ///< rounded one after another within the budget, making up for errors on calibration data: AXE
};

/// `naive`, `euclidean`, `two_sided`, `greedy`.
std::string_view to_string(post_training_method method);

/// `naive`, `euclidean`, `two_sided`, `greedy`. Throws `config_error` that names the nearest.
post_training_method parse_post_training_method(std::string_view name);

/// How a layer is made to fit, and what its registers are.
struct post_training_options {
  post_training_method method = post_training_method::greedy;
  int accumulator_bits = 16;                 ///< P
  std::optional<tiled_format> tiled = {};    ///< in place of P; greedy only
  norm_limit limit = norm_limit::published;  ///< of naive and euclidean
  bool soft_threshold = true;                ///< greedy, AXE's first constraint
  int sweeps = 0;                            ///< greedy, ours
  bool correct_bias = false;                 ///< the mean error of a layer goes into its bias, if it has one
  bool search_scale = false;                 ///< the scale, too, is chosen for the least error; ours

  /// The registers of a dot product of K = `columns`.
  tiled_format registers(std::int64_t columns) const {
    return tiled.value_or(tiled_format{accumulator_bits, columns, accumulator_bits});
  }
};

/// Throws `config_error` that names the option, its value and what is right.
void validate(const post_training_options& options);

/// One output channel as it was trained.
struct trained_channel {
  std::span<const double> weights;  ///< real: w = integer * scale, [K]
  float scale = 1;
};

/// One output channel after it was made to fit.
struct fitted_channel {
  std::vector<std::int64_t> integers;
  float scale = 1;
  double error = 0;    ///< E (w.r - s q.x)^2 on the calibration data
  double missing = 0;  ///< E (w.r - s q.x)
};

/// Makes one channel fit: no input of the hardware's type `input` overflows the accumulator, in any order.
///
/// The scale stays that of the trained weights, or is one of s * 2^(j / 4), j = 0, 1, ... up to that at which the
/// greatest weight is half a step, whichever leaves the least error once it is the best scale for its integers.
fitted_channel fit_channel(const trained_channel& trained, int weight_bits, integer_type input,
                           const input_moments& moments, const post_training_options& options);

}  // namespace spillway
