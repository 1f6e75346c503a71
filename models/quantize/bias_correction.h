// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "spillway/models/network/file_layer.h"

namespace spillway {

// Bias correction (Nagel et al., ICCV 2019, arXiv 1906.04721): what changed weights take from the mean of a layer's
// outputs is given back by a constant that the file adds to them anyway. No accumulator knows of it.

/// True if the product has a constant bias of its own, or a BatchNormalization and nothing else behind it.
bool has_correctable_bias(const network& net, const file_layer& layer);

/// Adds `missing`, one value a row, to the outputs of the layer. Throws `config_error` where that can't be done.
void correct_bias(network& net, const file_layer& layer, std::span<const double> missing);

}  // namespace spillway
