// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/fuzz/checks.h"
#include "spillway/tests/fuzz/memory_file.h"
#include "spillway/tests/fuzz/onnx_mutator.h"

// Any bytes are read as a network or refused, without a crash, a hang or memory that they have no right to. What is
// read is written and read again; if that is cheap it is evaluated, streamlined to integers, and lowered to hardware.

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace spillway {
namespace {

using fuzz::check;
using fuzz::check_message;

std::int64_t count(const tensor_shape& shape) { return elements(shape, "fuzz"); }

/// About how many steps an element of a node's output takes.
std::int64_t steps(const network_node& node, const std::map<std::string, tensor_shape>& shapes) {
  const auto area = [](const window_shape& w) { return w.kernel_h * std::min<std::int64_t>(w.kernel_w, 1 << 20); };
  if (const auto* op = std::get_if<max_pool_op>(&node.op)) return area(op->window);
  if (const auto* op = std::get_if<average_pool_op>(&node.op)) return area(op->window);
  if (const auto* op = std::get_if<multi_threshold_op>(&node.op)) return op->thresholds.shape.at(1);
  const bool multiplies = std::holds_alternative<conv_op>(node.op) || std::holds_alternative<matmul_op>(node.op) ||
                          std::holds_alternative<gemm_op>(node.op);
  return multiplies ? count(shapes.at(node.inputs.at(1))) : 1;
}

bool is_small(const network& net) {
  constexpr std::int64_t most = std::int64_t{1} << 22;
  const auto shapes = infer_shapes(net);
  std::int64_t all = count(net.input_shape);
  for (const network_node& node : net.nodes) {
    for (const std::string& input : node.inputs) all += count(shapes.at(input));
    const std::int64_t made = count(shapes.at(node.output)), each = steps(node, shapes);
    if (made > most || each > most || (all += made * each) > most) return false;
  }
  return all <= most;
}

/// To integers, which are evaluated, and to hardware; or a refusal that names what it is about.
void try_hardware(const network& net) {
  try {
    const integer_network integers = streamline(net);
    const frame_shape& shape = integers.input_info().shape;
    evaluate(integers, integer_tensor::zeros(integers.input_info().type, {shape.positions(), shape.channels}));
    const dataflow flow = lower(integers, lowering_options{});
    for (const dataflow_unit& unit : flow.units) check(cycles_per_frame(unit) > 0, "a unit without cycles");
  } catch (const input_error& refusal) {
    check_message(refusal.what());
  } catch (const config_error& refusal) {
    check(std::string_view(refusal.what()).find('\n') == std::string_view::npos, "a message of more than one line");
  }
}

/// What is written in a dialect is read as the same network; some operators have no form in it.
void try_writing(const network& net, onnx_dialect dialect) {
  std::string written;
  try {
    written = qonnx_bytes(net, dialect);
  } catch (const input_error& refusal) {
    check_message(refusal.what());
    return;
  }
  const network again = read_qonnx_bytes(written, "again");
  check(again.nodes.size() <= net.nodes.size(), "what was written has more nodes when it is read");
  check(again.input_shape == net.input_shape, "what was written has another input when it is read");
}

void try_network(std::string_view bytes) {
  const network net = read_qonnx_bytes(bytes, "fuzz");
  try_writing(net, onnx_dialect::qonnx);
  try_writing(net, onnx_dialect::qcdq);
  if (!is_small(net)) return;
  float_tensor input{net.input_shape, std::vector<float>(static_cast<std::size_t>(count(net.input_shape)))};
  for (std::size_t i = 0; i < input.values.size(); ++i) input.values[i] = static_cast<float>(i % 11) / 4 - 1;
  evaluate(net, input);
  evaluate_double(net, input);
  try_hardware(net);
}

}  // namespace
}  // namespace spillway

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  if (seed % 3 == 0) return LLVMFuzzerMutate(data, size, most);
  return spillway::fuzz::give_back(spillway::fuzz::mutated_model(spillway::fuzz::text_of(data, size), seed), data,
                                   most);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    spillway::try_network({reinterpret_cast<const char*>(data), size});
  } catch (const spillway::input_error& refusal) {
    const std::string_view message = refusal.what();
    spillway::check_message(message);
    // What was written must be read.
    spillway::check(!message.starts_with("again: "), refusal.what());
  }
  return 0;
}
