// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/node_order.h"

#include <onnx/onnx_pb.h>

#include <functional>
#include <map>
#include <queue>
#include <string>

namespace spillway {

std::vector<int> node_order(const onnx::GraphProto& graph) {
  constexpr int no_node = -1;
  std::map<std::string, int> makers;
  for (const onnx::ValueInfoProto& input : graph.input()) makers.emplace(input.name(), no_node);
  for (const onnx::TensorProto& constant : graph.initializer()) makers.emplace(constant.name(), no_node);
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& output : graph.node(i).output())
      if (!output.empty()) makers.emplace(output, i);
  const auto nodes = static_cast<std::size_t>(graph.node_size());
  std::vector<std::vector<int>> readers(nodes);
  std::vector<int> waits_for(nodes, 0);
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string& input : graph.node(i).input())
      if (const auto maker = makers.find(input); maker != makers.end() && maker->second != no_node) {
        readers[static_cast<std::size_t>(maker->second)].push_back(i);
        ++waits_for[static_cast<std::size_t>(i)];
      }
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < graph.node_size(); ++i)
    if (waits_for[static_cast<std::size_t>(i)] == 0) ready.push(i);
  std::vector<int> order;
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (const int reader : readers[static_cast<std::size_t>(order.back())])
      if (--waits_for[static_cast<std::size_t>(reader)] == 0) ready.push(reader);
  }
  for (int i = 0; i < graph.node_size(); ++i)
    if (waits_for[static_cast<std::size_t>(i)] > 0) order.push_back(i);
  return order;
}

}  // namespace spillway
