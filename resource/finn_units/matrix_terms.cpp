// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn_units/matrix_terms.h"

namespace spillway {

namespace {

/// What the unit's lanes multiply: XNOR, by one bit, or two numbers.
struct lane_counts {
  double agreements = 0;  ///< lanes
  double one_bit = 0;     ///< lanes * bits of the other factor
  double products = 0;    ///< lanes * M * N
};

lane_counts lanes_of(const dot_product_view& unit) {
  const double lanes = static_cast<double>(unit.pe) * unit.simd;
  const int m = unit.weights.type.bits, n = unit.input_type.bits;
  if (m == 1 && n == 1) return {.agreements = lanes};
  if (m == 1 || n == 1) return {.one_bit = lanes * (m == 1 ? n : m)};
  return {.products = lanes * m * n};
}

double words(const dot_product_view& unit) { return static_cast<double>(unit.columns() / unit.simd); }

/// Bits of the HLS unit's input buffer: none where a vector is one word.
double buffer_bits(const dot_product_view& unit) {
  return words(unit) > 1 ? static_cast<double>(unit.columns()) * unit.input_type.bits : 0;
}

}  // namespace

std::array<finn_term, finn_terms> lut_terms(const dot_product_view& unit) {
  const lane_counts lanes = lanes_of(unit);
  return {{{"unit", "1", 1},
           {"elements", "PE", static_cast<double>(unit.pe)},
           {"XNOR lanes", "PE*SIMD", lanes.agreements},
           {"lanes by one bit", "PE*SIMD*bits", lanes.one_bit},
           {"products", "PE*SIMD*M*N", lanes.products},
           {"input buffer", "MW*N", buffer_bits(unit)},
           {"buffer words", "SF", words(unit) > 1 ? words(unit) : 0}}};
}

std::array<finn_term, finn_terms> ff_terms(const dot_product_view& unit) {
  const lane_counts lanes = lanes_of(unit);
  return {{{"unit", "1", 1},
           {"XNOR lanes", "PE*SIMD", lanes.agreements},
           {"lanes by one bit", "PE*SIMD*bits", lanes.one_bit},
           {"products", "PE*SIMD*M*N", lanes.products},
           {"input buffer", "MW*N", buffer_bits(unit)},
           {"accumulators", "PE*P", static_cast<double>(unit.pe) * unit.accumulator.bits},
           {"input", "SIMD*N", static_cast<double>(unit.simd) * unit.input_type.bits}}};
}

}  // namespace spillway
