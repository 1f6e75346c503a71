// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "spillway/models/network/network.h"

namespace spillway {

/// WrapNet's cyclic activation (arXiv 2007.13242; docs/wrapnet.md) of a sum that wraps at P bits: c(m) = m while |m| <=
/// k/(k+1) * 2^(P-1), beyond it the line of slope -k that is back at 0 at ±2^(P-1).
struct cyclic_reduction {
  int bits = 8;            ///< P, 2 to 16
  std::int64_t slope = 2;  ///< k, 1 to 65536; whole, so that c(m) is an integer
};

/// Throws `config_error` that names the member, its value and what is legal.
void validate(const cyclic_reduction& reduction);

/// c of the sum modulo 2^P.
std::int64_t reduced(std::int64_t sum, const cyclic_reduction& reduction);

/// Puts the reduction between a layer and the quantizer behind it, for hardware that knows ascending thresholds alone.
/// With L(m) the level that batch norm, ReLU and quantizer make of c(m), decided exactly for each of the 2^P sums:
///
///     L(m) = #{rising : t <= m} - #{falling : t <= m}
///
/// So the file gets two MultiThresholds that read the layer, and a Sub; batch norm, ReLU and the layer's bias go, the
/// quantizer stays and gives the levels their type back. In a register of P bits that wraps the network then computes
/// what was trained; in a wider one sums do not come back, and it computes something else.
///
/// `layer` names a product of quantized weights and of what a quantizer with one scale and zero point 0 makes (through
/// MaxPool, Flatten or Resize); behind it stand BatchNormalization, Relu or nothing, then a quantizer with one scale,
/// and nobody else reads in between. Throws `config_error`, naming the node, for any other.
void reduce_activation(network& net, const std::string& layer, const cyclic_reduction& reduction);

}  // namespace spillway
