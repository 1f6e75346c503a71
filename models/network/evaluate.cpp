// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/network/evaluate.h"

#include <fmt/format.h>

#include <set>

#include "spillway/models/network/evaluate_node.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Evaluates one node; an operator that no group has is a compile error.
template <class Real>
struct node_evaluator : quantizer_evaluator<Real>,
                        arithmetic_evaluator<Real>,
                        function_evaluator<Real>,
                        product_evaluator<Real>,
                        window_evaluator<Real>,
                        layout_evaluator<Real> {
  using quantizer_evaluator<Real>::operator();
  using arithmetic_evaluator<Real>::operator();
  using function_evaluator<Real>::operator();
  using product_evaluator<Real>::operator();
  using window_evaluator<Real>::operator();
  using layout_evaluator<Real>::operator();
};

template <class Real>
real_tensor<Real> evaluate_node(const network_node& node, std::span<const real_tensor<Real>* const> inputs) {
  std::vector<tensor_shape> shapes;
  for (const real_tensor<Real>* input : inputs) shapes.push_back(input->shape);
  const tensor_shape shape = output_shape(node, shapes);
  const node_at_work<Real> at{node, shape, inputs};
  return std::visit(node_evaluator<Real>{{at}, {at}, {at}, {at}, {at}, {at}}, node.op);
}

template <class Real>
real_tensor<Real> in_real(const float_tensor& from) {
  return {from.shape, std::vector<Real>(from.values.begin(), from.values.end())};
}

/// `input` with the shape that its elements give: whole input shapes, one after the other in dimension 0.
template <class Real>
real_tensor<Real> batch_of(const network& net, const float_tensor& input) {
  const auto frame = static_cast<std::size_t>(elements(net.input_shape, net.input));
  if (net.input_shape.empty()) throw input_error(fmt::format("input {}: has no batch dimension", net.input));
  if (input.values.empty() || input.values.size() % frame != 0)
    throw input_error(fmt::format("input {}: {} values are not a whole number of {}", net.input, input.values.size(),
                                  text(net.input_shape)));
  real_tensor<Real> result = in_real<Real>(input);
  result.shape = net.input_shape;
  result.shape[0] *= static_cast<std::int64_t>(input.values.size() / frame);
  return result;
}

/// The node that reads each tensor last, so that it can be forgotten then.
std::map<std::string, std::size_t> last_readers(const network& net) {
  std::map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < net.nodes.size(); ++i)
    for (const std::string& name : net.nodes[i].inputs) last[name] = i;
  last[net.output] = net.nodes.size();
  return last;
}

template <class Real>
real_tensor<Real> evaluate_all(const network& net, const float_tensor& input, const keep_tensor<Real>& keep,
                               const given_tensors<Real>& given) {
  infer_shapes(net);
  std::map<std::string, real_tensor<Real>> values;
  for (const auto& [name, constant] : net.constants) values[name] = in_real<Real>(constant);
  const auto given_or = [&](const std::string& name, auto&& compute) {
    const auto found = given.find(name);
    return found == given.end() ? compute() : found->second;
  };
  values[net.input] = given_or(net.input, [&] { return batch_of<Real>(net, input); });
  const auto last = last_readers(net);
  for (std::size_t i = 0; i < net.nodes.size(); ++i) {
    const network_node& node = net.nodes[i];
    std::vector<const real_tensor<Real>*> inputs;
    for (const std::string& name : node.inputs) inputs.push_back(&values.at(name));
    real_tensor<Real> result = given_or(node.output, [&] { return evaluate_node<Real>(node, inputs); });
    if (keep) keep(node.output, result);
    for (const std::string& name : node.inputs)
      if (last.at(name) == i) values.erase(name);
    if (last.contains(node.output)) values[node.output] = std::move(result);
  }
  return std::move(values.at(net.output));
}

}  // namespace

float_tensor evaluate(const network& net, const float_tensor& input) { return evaluate_all<float>(net, input, {}, {}); }

float_tensor evaluate(const network& net, const float_tensor& input, const keep_tensor<float>& keep,
                      const given_tensors<float>& given) {
  return evaluate_all<float>(net, input, keep, given);
}

double_tensor evaluate_double(const network& net, const float_tensor& input, const keep_tensor<double>& keep,
                              const given_tensors<double>& given) {
  return evaluate_all<double>(net, input, keep, given);
}

float_tensor evaluate(const network_node& node, std::span<const float_tensor* const> inputs) {
  return evaluate_node<float>(node, inputs);
}

double_tensor evaluate(const network_node& node, std::span<const double_tensor* const> inputs) {
  return evaluate_node<double>(node, inputs);
}

}  // namespace spillway
