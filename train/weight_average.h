// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/train/network_model.h"

namespace spillway {

/// A moving average of all that a model learns, batch norms' statistics included: what it would be without the noise of
/// its last steps. Averages of logarithms are averages of them, not of the scales.
class weight_average {
 public:
  /// Begins with what the model is. `decay` is what a step leaves of the average, 0 to less than 1.
  weight_average(const network_model& model, double decay);

  /// After step `done` (from 1) of the whole run. While there were few steps, an average of all of them counts for more
  /// than the decay says: (1 + n) / (10 + n) of it stays, if that is less.
  void update(const network_model& model, std::int64_t done);

  /// Goes on from this. Throws `input_error` unless names and shapes are the same.
  void restore(const named_tensors& from);

  /// Exchanges the average and what the model is.
  void swap(network_model& model);

  /// In the order and with the names of the model's state. The tensors are the average's own.
  const named_tensors& state() const { return m_state; }

 private:
  double m_decay;
  named_tensors m_state;
};

}  // namespace spillway
