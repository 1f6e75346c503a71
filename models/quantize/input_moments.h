// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spillway {

/// All that the error of a layer's outputs on calibration data depends on: second moments of its inputs, [K, K] each,
/// row-major, as means over the samples. With x what the layer will be given (the quantized inputs, after the layers
/// before it were changed) and r what the trained network gives it, weights w and w' differ in their outputs by
/// E (w.r - w'.x)^2 = w.R.w - 2 w.C.w' + w'.G.w'.
struct input_moments {
  std::int64_t columns = 0;  ///< K
  std::int64_t samples = 0;
  std::vector<double> mean, trained_mean;  ///< E x and E r, [K]
  std::vector<double> gram;                ///< G = E x x^T
  std::vector<double> cross;               ///< C = E r x^T
  std::vector<double> trained;             ///< R = E r r^T

  /// Throws `config_error` unless K is 1 to 8192 (1.6 GB).
  explicit input_moments(std::int64_t columns);

  /// Adds samples: `x` and `r` are [samples, K]. Throws `config_error` if they are no matrices of K columns and one
  /// size, `input_error` if a value is not finite. Sums until `finish`.
  void add(std::span<const float> x, std::span<const float> r);

  /// Makes means of the sums. Throws `config_error` without samples.
  void finish();

  /// Takes the means' part out of the matrices: then the error is what a bias can't make up for. After `finish`.
  void centre();

  /// What the mean output misses with changed weights: w.E r - w'.E x.
  double missing(std::span<const double> w, std::span<const double> changed) const;

  /// The factor a with the least E (w.r - a w'.x)^2; 1 where w' has no output.
  double best_factor(std::span<const double> w, std::span<const double> changed) const;

  /// E (w.r - w'.x)^2, and E (w.r)^2 which it compares with. Never below 0.
  double error(std::span<const double> w, std::span<const double> changed) const;
  double power(std::span<const double> w) const;
};

}  // namespace spillway
