// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

struct dataflow;

/// As `validate`, but does not look at the values of weights and thresholds, on which no cycle depends: large networks
/// have many.
void validate_shapes(const dataflow& flow);

}  // namespace spillway
