// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/train/network_model.h"

namespace spillway {

/// How many channels of a layer hand on a colour.
enum class colour_copies : unsigned char {
  single,  ///< one
  spread,  ///< as many as fill half of the layer with the three colours
};

/// The float parameters of a model that enlarges images by an odd factor, as `start_from` takes them, with weights of
/// which it begins as bilinear enlargement: each layer's first channels hand on the colours, one after the other (in
/// the middle of their kernels), and the last layer, behind the upsampling by its kernel's side, takes the mean of its
/// window of them. Each takes the mean of a colour's copies. Other weights stay as they are, but for the last layer's,
/// which are 0, and those that would add to what is handed on. Where a layer has fewer channels than the image has
/// colours, the last colours are lost.
///
/// Copies differ by biases of batch norms, together by about a step of 4 bits: their quantizers, which share a scale,
/// then round at different values, and n copies have n times as many levels as one. The next layer takes it away again.
///
/// Batch norms must be the identity. Throws `config_error` if the graph does not end in a convolution behind an
/// upsampling, if a layer on the shortest way but the last has no batch norm, or if there is another node on it than
/// convolutions, batch norms, activations and additions.
named_tensors interpolation_start(const network_model& model, colour_copies copies = colour_copies::spread);

}  // namespace spillway
