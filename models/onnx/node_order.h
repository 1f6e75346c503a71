// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace onnx {
class GraphProto;
}

namespace spillway {

/// The indices of a graph's nodes, each behind those whose outputs it reads, else as they stand in the file. Nodes of a
/// cycle come last, as they stand. Not installed.
std::vector<int> node_order(const onnx::GraphProto& graph);

}  // namespace spillway
