// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "spillway/models/dataflow/units/mvau.h"
#include "spillway/models/dataflow/units/vvau.h"
#include "spillway/rtl/instance.h"

namespace spillway {

// What the twins of an MVAU and of a VVAU have in common: parameters and memories of spillway_compute.

/// How spillway_compute looks at its P-bit register (its LIMIT).
enum class twin_limit : unsigned char { wrap, per_cycle, per_product, final };

/// `products` of these types in a dot product, `simd` a cycle. A register that no sum of theirs can leave wraps, and so
/// does one that saturates after each product when a cycle has one.
twin_limit limit_of(const accumulator_format& format, integer_type weight, integer_type input, bool xnor_popcount,
                    std::int64_t products, int simd);

/// The number that stands for the kind of type: 0 unsigned, 1 signed, 2 bipolar.
int kind_number(integer_type type);

/// Throws `config_error`, naming the unit, for an offset that a module's integer parameter can't hold.
void check_offset(const std::string& unit, std::int64_t offset);

/// "distributed" or "block". Throws `config_error`, naming the unit, for a style without a twin.
std::string twin_style(memory_style style, std::int64_t depth, const std::string& unit);

/// Adds STEPS ... T_WORD, if the unit has thresholds, and Y_BITS.
void add_activation_parameters(rtl_instance& instance, const mvau& unit);

/// Adds X_BITS ... T_FILE of spillway_mvau and spillway_vvau, and the memory of weights, a word an iteration.
void add_dot_parameters(rtl_instance& instance, const mvau& unit);
void add_dot_parameters(rtl_instance& instance, const vvau& unit);

}  // namespace spillway
