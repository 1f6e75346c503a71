// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// What leaves an accelerator: the oracle of each unit (its `evaluate`), with the accumulators that it has, one after
/// the other along the streams. No cycles. `inputs` are whole frames in the order of the input stream, in any shape;
/// the result is [frames * beats, lanes] of the output stream. Throws `config_error` for an illegal dataflow or shape.
integer_tensor evaluate(const dataflow& flow, const integer_tensor& inputs);

/// The same, showing `keep` what streams carry, [frames * beats, lanes], of each value of the integer network that one
/// carries in the value's own order, once.
integer_tensor evaluate(const dataflow& flow, const integer_tensor& inputs,
                        const std::function<void(int value, const integer_tensor& beats)>& keep);

}  // namespace spillway
