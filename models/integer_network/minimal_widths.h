// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/integer_network/nodes.h"

namespace spillway {

/// The least type, signed or unsigned, that holds all weights; bipolar stays bipolar.
integer_type minimal_weight_type(const integer_tensor& weights);

/// The width that FINN gives the register of a matrix unit: the least signed type of the sums of weights times inputs,
/// also where the hardware counts agreements instead (`xnor_popcount`), which go from 0 to MW.
int finn_accumulator_bits(const integer_layer& layer);

/// An input for which the accumulator of `row` leaves a signed register of `bits`; none, if no input does. Of a layer
/// that counts agreements it is the row's own signs, which agree everywhere.
std::optional<witness> find_accumulator_witness(const integer_layer& layer, std::int64_t row, int bits);

}  // namespace spillway
