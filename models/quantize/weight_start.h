// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "spillway/models/quantize/weight_format.h"

namespace spillway {

/// How the learned parameters of a channel start from float weights w, with the scale s = max|w| / (2^(M-1) - 1).
enum class weight_start : unsigned char {
  naive,      ///< v = w: A2Q. A norm beyond the limit is scaled down, which takes from all weights alike
  euclidean,  ///< v = the projection of w on the l1 ball of radius s * T: EP-init of A2Q+
  centred,    ///< v = the projection on {sum v = 0, ||v||_1 <= s * T+}, where A2Q+ is going to be; ours
};

/// `naive`, `euclidean`, `centred`.
std::string_view to_string(weight_start start);

/// `naive`, `euclidean`, `centred`. Throws `config_error` that names the nearest.
weight_start parse_weight_start(std::string_view name);

/// The learned parameters of one channel: v of K elements, d = log2 s, t = log2 g.
struct channel_parameters {
  std::vector<double> v;
  double d = 0, t = 0;
};

/// The parameters that a channel starts with; models/quantize/a2q.h makes integers of them.
///
/// g is ||v||_1, of the centred v for `a2q_plus`. Its s, too, is that of centred weights: the greatest |w - mean(w)| is
/// the greatest integer. `qat` starts naively whatever `start` says, and its t counts for nothing; neither s nor g is
/// less than `least_scale`. Throws `input_error` if a weight is not finite, or there is none, and `config_error` for
/// `centred` without `a2q_plus` (or `qat`).
channel_parameters start_channel(std::span<const double> w, const weight_format& format, weight_start start);

/// `start_channel` with a scale s = 2^d that is given.
channel_parameters start_channel(std::span<const double> w, const weight_format& format, weight_start start, double d);

}  // namespace spillway
