// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "spillway/models/onnx/write_node.h"
#include "spillway/models/support/error.h"

// Functions of each element, sums and extremes of several inputs, and parts of a tensor.

namespace spillway {

void node_writer::operator()(const prelu_op&) { begin("PRelu"); }
void node_writer::operator()(const max_op&) { begin("Max"); }
void node_writer::operator()(const min_op&) { begin("Min"); }
void node_writer::operator()(const sum_op&) { begin("Sum"); }

namespace {

/// ONNX's name of a function, and of its attributes.
struct function_name {
  std::string_view type;
  const char *alpha = nullptr, *beta = nullptr;
};

function_name name_of(function_kind what, const std::string& node) {
  switch (what) {
    case function_kind::abs:
      return {"Abs"};
    case function_kind::celu:
      return {"Celu", "alpha"};
    case function_kind::ceil:
      return {"Ceil"};
    case function_kind::elu:
      return {"Elu", "alpha"};
    case function_kind::erf:
      return {"Erf"};
    case function_kind::floor:
      return {"Floor"};
    case function_kind::hard_sigmoid:
      return {"HardSigmoid", "alpha", "beta"};
    case function_kind::leaky_relu:
      return {"LeakyRelu", "alpha"};
    case function_kind::round:
      return {"Round"};
    case function_kind::selu:
      return {"Selu", "alpha", "gamma"};
    case function_kind::sigmoid:
      return {"Sigmoid"};
    case function_kind::sign:
      return {"Sign"};
    case function_kind::softplus:
      return {"Softplus"};
    case function_kind::softsign:
      return {"Softsign"};
    case function_kind::tanh:
      return {"Tanh"};
    case function_kind::thresholded_relu:
      return {"ThresholdedRelu", "alpha"};
    case function_kind::hard_swish:
      return {"HardSwish"};
    case function_kind::gelu:
    case function_kind::gelu_tanh:
      return {"Gelu"};
    case function_kind::mish:
      return {"Mish"};
    case function_kind::swish:
      return {"Swish", "alpha"};
  }
  throw input_error(fmt::format("{}: its function has no name in ONNX", node));
}

}  // namespace

void node_writer::operator()(const function_op& op) {
  const function_name name = name_of(op.what, m_from->name);
  begin(name.type);
  if (name.alpha != nullptr) set_real(name.alpha, op.alpha);
  if (name.beta != nullptr) set_real(name.beta, op.beta);
  if (op.what == function_kind::gelu_tanh) set_text("approximate", "tanh");
}

namespace {

/// The step of indices that are evenly spaced; 0 of others.
std::int64_t step_of(const std::vector<std::int64_t>& indices) {
  const std::int64_t step = indices.size() > 1 ? indices[1] - indices[0] : 1;
  for (std::size_t i = 1; i < indices.size(); ++i)
    if (indices[i] - indices[i - 1] != step) return 0;
  return step;
}

}  // namespace

/// A Slice where all indices are evenly spaced, a Gather where one dimension's are not.
void node_writer::operator()(const select_op& op) {
  std::vector<std::int64_t> starts, ends, axes, steps;
  bool is_even = true;
  for (std::size_t d = 0; d < op.indices.size(); ++d) {
    const std::vector<std::int64_t>& indices = op.indices[d];
    if (indices.empty()) continue;
    const std::int64_t step = step_of(indices);
    is_even = is_even && step != 0;
    axes.push_back(static_cast<std::int64_t>(d));
    starts.push_back(indices.front());
    // One beyond the last; before the first element that is what no dimension is long enough for.
    ends.push_back(indices.back() + (step < 0 ? -1 : 1) < 0 ? -(std::int64_t{1} << 40)
                                                            : indices.back() + (step < 0 ? -1 : 1));
    steps.push_back(step);
  }
  if (axes.empty()) return begin("Identity");
  if (is_even) {
    begin("Slice");
    add_integers("starts", starts);
    add_integers("ends", ends);
    add_integers("axes", axes);
    add_integers("steps", steps);
    return;
  }
  if (axes.size() > 1)
    throw input_error(
        fmt::format("{}: it takes elements of several dimensions, unevenly; right: one Gather for each", m_from->name));
  begin("Gather");
  add_integers("indices", op.indices[static_cast<std::size_t>(axes[0])]);
  set("axis", axes[0]);
}

}  // namespace spillway
