// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// What multiplies: LUTs, or a DSP block a product. Products of bipolar types are no multiplications, and take LUTs
/// either way. Function and timing are the same.
enum class multiplier_style : unsigned char { lut, dsp };

}  // namespace spillway
