// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/cost.h"
#include "spillway/resource/finn/options.h"

namespace spillway {

/// What FINN's published model (FINN-R, ACM TRETS 11(3), 2018, and the estimations of FINN's MVAU_hls) says of a
/// matrix-vector-activation unit, with W, A, B the weight, input and output bits and P the accumulator's:
///
///     LUT = int(300 + 1.1*PE*(mult + tree + acc + thr + comp) + c2)
///     mult = SIMD*(2*ceil((W+A)/6) - 1)*(W+A), 0 in DSPs      tree = (W+A)*(2*SIMD - 1)
///     acc = P        thr = (2^B - 1)*P*ceil((MH/PE)/64)       comp = (2^B - 1)*P
///     c2 = PE*SIMD*W*ceil(depth/64), depth = MW*MH/(PE*SIMD)
///
/// thr and comp count only for an activation whose thresholds are in distributed memory; c2 counts for weights in
/// distributed memory, and for embedded ones up to a depth of 128. Other weights are in block memory (finn_memory.h),
/// `automatic` included: FINN prices its `auto` so. `ultra` is in UltraRAM.
///
/// Only types and shapes of the tensors matter. Throws `config_error` for folds that do not divide, and for
/// activations of more than 30 bits, whose 2^B - 1 thresholds no one can build.
unit_cost finn_cost(const mvau& unit, const finn_options& options = {});

}  // namespace spillway
