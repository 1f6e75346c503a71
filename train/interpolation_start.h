// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "train/network_model.h"

namespace spillway {

/// The float parameters of a model that enlarges images by an odd factor, as `start_from` takes them, with weights of
/// which it begins as bilinear enlargement: each layer's first channels hand on the colours (a 1 in the middle of their
/// kernels), and the last layer, behind the upsampling by its kernel's side, takes the mean of its window of them.
/// Other weights stay as they are, but for the last layer's, which are 0, and those that would add to what is handed
/// on. Where a layer has fewer channels than the image has colours, the last colours are lost.
///
/// Batch norms must be the identity. Throws `config_error` if the graph does not end in a convolution behind an
/// upsampling, or has another node than convolutions, batch norms, activations and additions on the shortest way.
named_tensors interpolation_start(const network_model& model);

}  // namespace spillway
