// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/numbers/big_int.h"

namespace spillway {

/// An exact fraction. Every float32 is one (a dyadic rational), so whatever a network file does with its scales and
/// biases can be decided without rounding.
using rational = boost::multiprecision::cpp_rational;

/// The fraction that a finite double (or float) is.
rational exact(double value);

/// The greatest integer <= value, and the least >= value.
big_int floor(const rational& value);
big_int ceil(const rational& value);

/// The double nearest to `value`, ties to even; infinite beyond double's range.
double nearest_double(const rational& value);

}  // namespace spillway
