// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/models/paper_networks/network_builder.h"
#include "spillway/models/paper_networks/network_options.h"

namespace spillway {

// What the networks of this folder begin and end with.

/// A builder whose input is one image [1, 3, h, w].
network_builder image_network(std::string name, const network_options& options);

/// Pixels in [0, 1] as the 8-bit integers that image files hold.
activation_format pixel_format();

/// Throws `config_error` unless height and width of the image are multiples of `n`.
void check_image_multiple(const network_options& options, std::int64_t n);

/// Throws `config_error` unless activations have 2 bits or more: those of the network named `name` can be negative.
void check_signed_activations(const network_options& options, const std::string& name);

/// Flattens, adds a classifier of 10 classes with 8-bit weights and a bias, and calibrates if the options say so.
network finish_classifier(network_builder& net, const network_builder::tensor& x, const network_options& options);

/// An image that is three times as high and wide: nearest neighbour, a 3x3 convolution with 8-bit weights to 3
/// channels, ReLU and 8 bits; and calibrates if the options say so.
network finish_super_resolution(network_builder& net, const network_builder::tensor& x, const network_options& options);

/// The network that ends in `x`, calibrated if the options say so.
network finish_network(network_builder& net, const network_builder::tensor& x, const network_options& options);

}  // namespace spillway
