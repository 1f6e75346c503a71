// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/quantize/a2q.h"
#include "spillway/train/binary_images.h"
#include "spillway/train/training_options.h"

namespace spillway {

/// The share, 0 to 1, of `images` whose greatest logit (the first of equals) is their label's, with registers of full
/// width. Logits are integer sums times the row's scale, in double.
double linear_accuracy(const quantized_weights& network, const binary_images& images);

/// What a network scores in registers of P bits that wrap; each is a share, 0 to 1.
struct wrapped_accuracy {
  double cyclic = 0;       ///< top-1 of the cyclic activation of the sums: the network as it was trained
  double plain = 0;        ///< top-1 of the wrapped sums themselves: what hardware without that activation does
  double overflowing = 0;  ///< of the finished sums, those that the register doesn't hold
};
wrapped_accuracy score_wrapped(const quantized_weights& network, const binary_images& images,
                               const wrapnet_options& options);

}  // namespace spillway
