// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/integer_network/nodes.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// What one node reads and writes: tensors [frames * positions, channels]. The outputs are there, zero, in the types
/// and shapes of their values.
struct node_run {
  std::int64_t frames = 0;
  std::vector<const integer_tensor*> inputs;
  std::vector<const integer_value*> input_values;
  std::vector<integer_tensor*> outputs;
  std::vector<const integer_value*> output_values;

  const integer_tensor& in() const { return *inputs[0]; }
  const frame_shape& in_shape() const { return input_values[0]->shape; }
  integer_tensor& out() const { return *outputs[0]; }
  const frame_shape& out_shape() const { return output_values[0]->shape; }
};

// One plain evaluation a kind, exact in every width: the meaning of the kind, which engines and hardware are compared
// with. Nodes must be valid.

void evaluate_node(const integer_layer& op, const node_run& run);
void evaluate_node(const depthwise_layer& op, const node_run& run);
void evaluate_node(const threshold_layer& op, const node_run& run);
void evaluate_node(const padding_layer& op, const node_run& run);
void evaluate_node(const window_layer& op, const node_run& run);
void evaluate_node(const pool_layer& op, const node_run& run);
void evaluate_node(const global_sum_layer& op, const node_run& run);
void evaluate_node(const add_layer& op, const node_run& run);
void evaluate_node(const upsample_layer& op, const node_run& run);
void evaluate_node(const concat_layer& op, const node_run& run);
void evaluate_node(const split_layer& op, const node_run& run);
void evaluate_node(const label_select_layer& op, const node_run& run);
void evaluate_node(const crop_layer& op, const node_run& run);
void evaluate_node(const join_layer& op, const node_run& run);

}  // namespace spillway
