// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// What FINN's model asks beyond the dataflow. The defaults are FINN's own, but for the accumulator.
struct finn_options {
  /// How wide an accumulator is priced.
  enum class accumulator_width : unsigned char {
    as_given,     ///< the P of the dataflow: a 32-bit accumulator is priced at 32 bits
    finn_minimum  ///< min(P, data-type bound), as FINN does, which hides what a wide accumulator costs
  };
  /// FINN's ram_style_thresholds. Its default counts no LUTs for thresholds, whatever synthesis makes of them.
  enum class threshold_style : unsigned char { automatic, block, distributed };
  /// FINN's resType. Its `auto` is priced as `lut`.
  enum class multiplier_style : unsigned char { lut, dsp };
  /// FINN's mem_mode: weights streamed from a memory beside the unit, or compiled into it, or from outside.
  enum class weight_mode : unsigned char { internal_decoupled, internal_embedded, external };

  /// What is asked for, each as its type says.
  accumulator_width accumulator = accumulator_width::as_given;
  threshold_style thresholds = threshold_style::automatic;
  multiplier_style multipliers = multiplier_style::lut;
  weight_mode weights = weight_mode::internal_decoupled;
};

}  // namespace spillway
