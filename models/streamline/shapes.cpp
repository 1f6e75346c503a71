// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/streamline/streamliner.h"

// Operators that only rename, and those of the network's end.

namespace spillway {

void streamliner::take(const flatten_op&) { put(flow(0)); }

void streamliner::take(const reshape_op&) { put(flow(0)); }

void streamliner::take(const transpose_op& op) {
  if (op.permutation.empty() || op.permutation[0] != 0)
    refuse("it moves the batch; right: a permutation that leaves dimension 0 where it is");
  tensor_flow made = flow(0);
  tensor_shape frame = made.shape;
  frame[0] = 1;
  std::vector<std::int64_t> places;
  places.reserve(made.places->size());
  for (const std::int64_t source : transposed_indices(frame, op.permutation))
    places.push_back((*made.places)[static_cast<std::size_t>(source)]);
  made.places = std::make_shared<const std::vector<std::int64_t>>(std::move(places));
  put(std::move(made));
}

void streamliner::take(const softmax_op&) {
  const bool last = m_node->output == m_net.output ||
                    std::all_of(m_net.nodes.begin(), m_net.nodes.end(), [this](const network_node& node) {
                      const bool reads =
                          std::find(node.inputs.begin(), node.inputs.end(), m_node->output) != node.inputs.end();
                      return !reads || std::holds_alternative<top_k_op>(node.op);
                    });
  if (!last) refuse("something computes with its probabilities; right: a Softmax at the end");
  note(fmt::format("{}: left away; the outputs are its inputs (the greatest stays the greatest)", m_node->name));
  put(integers(0));
}

void streamliner::take(const top_k_op& op) {
  tensor_flow made = integers(0);
  put_channels_in_order(made);
  const affine_step meaning = affine(made);
  const std::int64_t rank = static_cast<std::int64_t>(made.shape.size());
  const bool is_flat = frame(made).positions() == 1 && (op.axis == rank - 1 || op.axis == -1 || op.axis == 1) &&
                       *made.places == *places_in_order(made.size());
  if (!is_flat) refuse("selects along a dimension that is not the channels of a flat tensor; right: [batch, classes]");
  if (!all_equal(meaning.scale) || !all_equal(meaning.offset) || meaning.scale[0].sign() <= 0)
    refuse(
        "compares channels whose scales or offsets differ, so that their integers can't be compared; right: one "
        "positive scale and one offset, or no selection in the file");
  made.value = m_draft.add(label_select_layer{m_node->name, op.k}, {made.value}, {1, 1, op.k});
  made.chain = {};
  made.places = places_in_order(op.k);
  put(std::move(made));
}

}  // namespace spillway
