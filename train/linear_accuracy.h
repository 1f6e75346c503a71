// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/a2q.h"
#include "train/binary_images.h"

namespace spillway {

/// The share, 0 to 1, of `images` whose greatest logit (the first of equals) is their label's, with registers of full
/// width. Logits are integer sums times the row's scale, in double.
double linear_accuracy(const quantized_weights& network, const binary_images& images);

}  // namespace spillway
