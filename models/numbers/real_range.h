// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/numbers/rational.h"

namespace spillway {

/// Real numbers between two fractions. An end that is open is none of them: sigmoid(x) comes as close to 1 as one
/// likes and is never 1, which decides what happens at a boundary that is 1. A range whose ends are equal is that
/// number.
struct real_range {
  rational low = 0, high = 0;
  bool low_open = false, high_open = false;

  /// One number, or all from one to another.
  static real_range point(const rational& value) { return {value, value, false, false}; }
  /// True if it is one number.
  bool is_point() const { return low == high; }

  /// All results for numbers of the operands.
  real_range operator-() const { return {-high, -low, high_open, low_open}; }
  friend real_range operator+(const real_range& a, const real_range& b);
  friend real_range operator*(const real_range& a, const real_range& b);
};

/// The same numbers and a few more, between ends of few digits: each at most 2^-bits further out. A point stays.
real_range rounded_outwards(const real_range& x, int bits);

/// The greater and the lesser of two numbers, one of each range.
real_range greater_of(const real_range& a, const real_range& b);
real_range lesser_of(const real_range& a, const real_range& b);

// Functions of all numbers of a range. The ends are those of the function, or at most 2^-bits further out.

/// |x|.
real_range absolute(const real_range& x);
/// The greatest integer that is not above x.
real_range floor_of(const real_range& x);
/// The least integer that is not below x.
real_range ceil_of(const real_range& x);
/// To the nearest integer, ties to even.
real_range nearest_integer(const real_range& x);
/// -1, 0 and 1.
real_range sign_of(const real_range& x);
/// x / (1 + |x|).
real_range softsign(const real_range& x);
real_range sigmoid(const real_range& x, int bits);
real_range hyperbolic_tangent(const real_range& x, int bits);
real_range error_function(const real_range& x, int bits);
/// ln(1 + exp(x)).
real_range softplus(const real_range& x, int bits);
/// exp(x) - 1, of the part of the range that is not above 0.
real_range exponential_below(const real_range& x, int bits);

/// pi, and 2 / sqrt(pi).
real_range pi(int bits);
real_range two_by_root_of_pi(int bits);

}  // namespace spillway
