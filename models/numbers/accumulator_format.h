// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace spillway {

/// What a register does with a sum that it cannot hold.
enum class overflow_mode : unsigned char {
  wrap,      ///< two's complement: the sum modulo 2^P
  saturate,  ///< the nearest of -2^(P-1) and 2^(P-1)-1
};

/// Where in a dot product the P-bit limit acts.
enum class limit_scope : unsigned char {
  per_product,  ///< after every product: the innermost loop
  per_cycle,    ///< the hardware: SIMD products are summed at full width, then added to the P-bit register
  final,        ///< only the finished dot product is fitted into P bits
};

/// The format of an accumulator: P bits (1 to 4096, signed), what happens beyond them, and where that is looked at.
struct accumulator_format {
  int bits = 32;
  overflow_mode overflow = overflow_mode::wrap;
  limit_scope scope = limit_scope::per_cycle;

  friend bool operator==(const accumulator_format&, const accumulator_format&) = default;
};

/// `wrap`, `saturate`; `per_product`, `per_cycle`, `final`.
std::string_view to_string(overflow_mode mode);
std::string_view to_string(limit_scope scope);

/// `14:wrap:per_product`
std::string to_string(const accumulator_format& format);

/// Reads `P[:overflow[:scope]]`, for instance `14`, `14:saturate`, `14:wrap:per_product`; what is left out keeps the
/// value in `defaults`. Throws `config_error` that names the text and the nearest legal one.
accumulator_format parse_accumulator_format(std::string_view text, accumulator_format defaults = {});

/// Throws `config_error`, naming `path`, unless P is 1 to 4096.
void validate(const accumulator_format& format, std::string_view path);

}  // namespace spillway
