// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// QONNX's rounding modes (see the QONNX operator documentation of Quant), and `half_odd`, which has no name there: a
/// tie goes to the odd neighbour. That is what ONNX's QuantizeLinear does where its zero point is odd, since it rounds
/// half to even *before* it adds the zero point.
enum class rounding_mode : unsigned char { round, ceil, floor, up, down, half_up, half_down, half_odd };

}  // namespace spillway
