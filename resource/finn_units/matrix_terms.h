// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// Which of FINN's two libraries of units a design is built of: finn-hlslib, which Vivado's HLS compiles, or
/// finn-rtllib.
enum class finn_library : unsigned char { hls, rtl };

/// A term of the price of a matrix unit: how often the unit has it. What one of it costs is fitted on published Vivado
/// counts (`fitted_finn`), each with a meaning.
struct finn_term {
  const char* name;
  const char* formula;
  double count;
};

/// What a matrix or depthwise unit of FINN is made of, without its weights' memory and its thresholds: the unit, its
/// processing elements, their lanes by kind of product, and of the HLS unit, which keeps its input in registers where
/// SF > 1, the bits of that buffer and its words.
///
/// Lanes: products of M and N bits with the adder behind them as M * N, those by +-1 or by a bit as the bits of the
/// other factor, XNOR as one.
constexpr std::size_t finn_terms = 7;
std::array<finn_term, finn_terms> lut_terms(const dot_product_view& unit);

/// The same for flip-flops: lanes, the buffer's bits, the accumulators' bits, and the input's.
std::array<finn_term, finn_terms> ff_terms(const dot_product_view& unit);

}  // namespace spillway
