// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/network.h"
#include "spillway/models/streamline/options.h"
#include "spillway/models/streamline/report.h"

namespace spillway {

/// The network in integers. It says exactly what the file's formulas say: weight integers and thresholds are decided
/// in rational arithmetic, never in floats, and no scale is approximated. docs/streamlining.md has the mathematics.
///
/// - Scales, biases, zero points and batch norms move through products, pools and sums into the next quantizer's
///   thresholds; those at the end become `output_scale` and `output_bias`.
/// - Thresholds are exact for every value that an accumulator register can hold, overflowed ones included.
/// - Bipolar activations between layers become unsigned 1-bit ones; a row whose slope is negative is negated.
/// - What stands before the first quantizer becomes steps of the host (`integer_network::input`).
/// - `claimed_bits` come from the metadata (models/network/linear_export.h, `accumulator_key`).
///
/// Throws `input_error` for what can't be taken, naming the node, the reason and the nearest thing that can.
integer_network streamline(const network& net, streamline_report* report = nullptr,
                           const streamline_options& options = {});

}  // namespace spillway
