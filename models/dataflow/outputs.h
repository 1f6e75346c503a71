// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

// What leaves an accelerator: one stream, or where the file has several outputs one of each. What programs call the
// outputs of a run is a tensor of all of them, which in every frame stand one behind the other.

/// The streams that leave, in the order of the outputs, and what passes through them.
std::vector<dataflow_stream> streams_to_sinks(const dataflow& flow);
std::vector<stream_shape> output_shapes(const dataflow& flow);

/// The tensor of all outputs: [frames * vectors, channels] of `type`. Of an only output its vectors are those of the
/// last unit; several are one vector, whose type holds all of theirs.
struct output_format {
  integer_type type;
  std::int64_t vectors = 1, channels = 1;

  /// Values, and 64-bit words, of a frame.
  std::int64_t elements() const { return vectors * channels; }
  std::size_t words() const { return static_cast<std::size_t>(elements() * type.words()); }
};

/// The format of what leaves. Throws `config_error` where nothing does.
output_format output_format_of(const dataflow& flow);

/// The tensor of all outputs, of what came through each stream: whole frames of its type.
integer_tensor join_outputs(const dataflow& flow, std::vector<integer_tensor> parts);

/// The reverse: for each output [frames, elements] of the type of its stream.
std::vector<integer_tensor> outputs_apart(const dataflow& flow, const integer_tensor& joined);

}  // namespace spillway
