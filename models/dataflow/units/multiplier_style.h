// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// What multiplies: LUTs, or a DSP block a product. Products of 1-bit types and those of fewer than `least_dsp_bits`
/// bits, for which synthesis does not take a DSP either, are of LUTs anyway. Function and timing are the same.
enum class multiplier_style : unsigned char { lut, dsp };

/// Bits of the narrowest product that a DSP makes (UG901, and Yosys' synth_xilinx).
inline constexpr int least_dsp_bits = 9;

}  // namespace spillway
