// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/evaluate.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Evaluates a network on some frames, and drops each value behind its last reader.
class network_run {
 public:
  using keeper = std::function<void(int, const integer_tensor&)>;

  network_run(const integer_network& net, const keeper& keep) : m_net(net), m_keep(keep), m_values(net.values.size()) {
    m_last_reader.assign(net.values.size(), 0);
    for (std::size_t n = 0; n < net.nodes.size(); ++n)
      for (const int value : net.nodes[n].inputs) m_last_reader[static_cast<std::size_t>(value)] = n;
    m_last_reader[static_cast<std::size_t>(net.output_value)] = net.nodes.size();
  }

  integer_tensor run(integer_tensor input, std::int64_t frames) {
    m_frames = frames;
    tensor(m_net.input_value) = std::move(input);
    if (m_keep) m_keep(m_net.input_value, tensor(m_net.input_value));
    for (std::size_t n = 0; n < m_net.nodes.size(); ++n) evaluate_at(n);
    return std::move(tensor(m_net.output_value));
  }

 private:
  integer_tensor& tensor(int value) { return m_values[static_cast<std::size_t>(value)]; }

  void evaluate_at(std::size_t n) {
    const integer_node& node = m_net.nodes[n];
    node_run run;
    run.frames = m_frames;
    for (const int value : node.inputs) {
      run.inputs.push_back(&tensor(value));
      run.input_values.push_back(&m_net.values[static_cast<std::size_t>(value)]);
    }
    for (const int value : node.outputs) {
      const integer_value& made = m_net.values[static_cast<std::size_t>(value)];
      tensor(value) = integer_tensor::zeros(made.type, {m_frames * made.shape.positions(), made.shape.channels});
      run.outputs.push_back(&tensor(value));
      run.output_values.push_back(&made);
    }
    std::visit([&](const auto& op) { evaluate_node(op, run); }, node.op);
    if (m_keep)
      for (const int value : node.outputs) m_keep(value, tensor(value));
    for (const int value : node.inputs)
      if (m_last_reader[static_cast<std::size_t>(value)] == n) tensor(value) = {};
  }

  const integer_network& m_net;
  const keeper& m_keep;
  std::vector<integer_tensor> m_values;
  std::vector<std::size_t> m_last_reader;
  std::int64_t m_frames = 0;
};

/// So many frames at once that the largest value has some millions of elements, or one.
std::int64_t frames_at_once(const integer_network& net) {
  std::int64_t largest = 1;
  for (const integer_value& value : net.values)
    largest = std::max(largest, value.shape.elements() * value.type.words());
  return std::max<std::int64_t>(1, (std::int64_t{1} << 20) / largest);
}

}  // namespace

integer_tensor evaluate(const integer_network& net, const integer_tensor& input,
                        const std::function<void(int value, const integer_tensor&)>& keep) {
  validate(net);
  const frame_shape& in = net.input_info().shape;
  if (input.type != net.input.type || input.shape.size() != 2 || input.shape[1] != in.channels ||
      input.shape[0] % in.positions() != 0)
    throw config_error(
        fmt::format("inputs must be {} of [frames * {}, {}]", to_string(net.input.type), in.positions(), in.channels));
  validate(input, "inputs");
  const std::int64_t frames = input.shape[0] / in.positions();
  network_run run(net, keep);
  if (keep) return run.run(input, frames);
  const integer_value& out = net.output_info();
  integer_tensor result{out.type, {frames * out.shape.positions(), out.shape.channels}, {}};
  const std::int64_t step = frames_at_once(net), words = in.elements() * input.type.words();
  for (std::int64_t at = 0; at < frames; at += step) {
    const std::int64_t count = std::min(step, frames - at);
    integer_tensor part{input.type, {count * in.positions(), in.channels}, {}};
    part.words.assign(input.words.begin() + at * words, input.words.begin() + (at + count) * words);
    const integer_tensor made = run.run(std::move(part), count);
    result.words.insert(result.words.end(), made.words.begin(), made.words.end());
  }
  return result;
}

}  // namespace spillway
