// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/dataflow.h"

namespace spillway::bench {

/// The seconds that oneDNN takes for the products of one frame: each matrix and depthwise unit as its int8 convolution
/// (uint8 inputs, int8 weights, int32 sums), in the layouts that oneDNN prefers, `batch` frames at a time, on as many
/// threads as it uses by itself. Least of some runs. Values are any: its time does not depend on them.
double onednn_seconds_per_frame(const dataflow& flow, int batch);

}  // namespace spillway::bench
