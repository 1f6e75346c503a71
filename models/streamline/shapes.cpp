// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/streamline/streamliner.h"

// Operators that only rename, and Softmax at the end.

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

/// True if nothing but a selection reads what the node makes.
bool streamliner::is_last() const {
  return std::all_of(m_net.nodes.begin(), m_net.nodes.end(), [this](const network_node& node) {
    const bool reads = std::find(node.inputs.begin(), node.inputs.end(), m_node->output) != node.inputs.end();
    return !reads || std::holds_alternative<top_k_op>(node.op) || joins_outputs(node);
  });
}

/// True if the node joins the file's outputs, or one of them to those.
bool streamliner::joins_outputs(const network_node& node) const {
  if (m_net.outputs.empty()) return false;
  const std::vector<std::string>& joined = m_net.nodes.back().inputs;
  return node.output == m_net.output || std::find(joined.begin(), joined.end(), node.output) != joined.end();
}

/// The node is the host's: its output stands for its input.
void streamliner::leave_to_host(const char* what, const char* why) {
  if (!m_net.outputs.empty() && readers(m_node->output) > 0)
    refuse(
        fmt::format("its {} is the host's, and the network has several outputs; right: its input as the output", what));
  assume(m_node->name, "left to the host", what, why);
  m_left_to_host[m_node->output] = m_node->inputs[0];
  const tensor_flow& from = integers(0);
  put(from);
  m_flows.at(m_node->output).shape = from.shape;
}

/// The tensor of the file that the integers' output makes.
std::string streamliner::output_tensor(const std::string& output) const {
  const std::string* tensor = &output;
  for (auto found = m_left_to_host.find(*tensor); found != m_left_to_host.end(); found = m_left_to_host.find(*tensor))
    tensor = &found->second;
  return *tensor;
}

void streamliner::take(const softmax_op&) {
  if (!is_last()) refuse("something computes with its probabilities; right: a Softmax at the end");
  leave_to_host("Softmax", "the outputs are its inputs; the greatest stays the greatest");
}

}  // namespace spillway
