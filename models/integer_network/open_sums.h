// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/integer_network/integer_network.h"

namespace spillway {

/// The same network with thresholds as nodes of their own behind the products, so that the sums are values, too.
/// Values keep their numbers; the sums are added behind them. The widths that a file claims are gone.
integer_network with_open_sums(integer_network net);

}  // namespace spillway
