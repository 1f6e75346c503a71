// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <utility>

#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/onnx/propagate_layout.h"
#include "spillway/models/support/text.h"

// Functions of each element, sums and extremes of several inputs, and parts of a tensor.

namespace spillway {

namespace {

/// A function's attributes, and what they are where the file does not say.
struct function_form {
  std::string_view type;
  function_kind what;
  const char *alpha = nullptr, *beta = nullptr;  ///< names of the attributes
  float alpha_default = 0, beta_default = 0;
};

constexpr std::array<function_form, 20> functions{{
    {"Abs", function_kind::abs},
    {"Ceil", function_kind::ceil},
    {"Celu", function_kind::celu, "alpha", nullptr, 1},
    {"Elu", function_kind::elu, "alpha", nullptr, 1},
    {"Erf", function_kind::erf},
    {"Floor", function_kind::floor},
    {"Gelu", function_kind::gelu},
    {"HardSigmoid", function_kind::hard_sigmoid, "alpha", "beta", 0.2F, 0.5F},
    {"HardSwish", function_kind::hard_swish},
    {"LeakyRelu", function_kind::leaky_relu, "alpha", nullptr, 0.01F},
    {"Mish", function_kind::mish},
    {"Round", function_kind::round},
    {"Selu", function_kind::selu, "alpha", "gamma", 1.67326319217681884765625F, 1.05070102214813232421875F},
    {"Sigmoid", function_kind::sigmoid},
    {"Sign", function_kind::sign},
    {"Softplus", function_kind::softplus},
    {"Softsign", function_kind::softsign},
    {"Swish", function_kind::swish, "alpha", nullptr, 1},
    {"Tanh", function_kind::tanh},
    {"ThresholdedRelu", function_kind::thresholded_relu, "alpha", nullptr, 1},
}};

constexpr std::array<std::string_view, 10> others{"Expand", "Gather", "Max",   "Mean", "Min",
                                                  "PRelu",  "Slice",  "Split", "Sum",  "Tile"};

const function_form* form_of(std::string_view type) {
  const auto* found = std::find_if(functions.begin(), functions.end(), [&](const auto& f) { return f.type == type; });
  return found == functions.end() ? nullptr : found;
}

read_operation read_function(node_reader& reader, const function_form& form) {
  const auto in = reader.inputs(1, 1);
  function_op op{form.what};
  if (form.alpha != nullptr) op.alpha = reader.attributes.real(form.alpha, form.alpha_default);
  if (form.beta != nullptr) op.beta = reader.attributes.real(form.beta, form.beta_default);
  if (form.what == function_kind::gelu) {
    const std::string form_of_gelu = reader.attributes.string("approximate", "none");
    if (form_of_gelu == "tanh")
      op.what = function_kind::gelu_tanh;
    else if (form_of_gelu != "none")
      reader.refuse("approximate is {}; right: none or tanh", printable(form_of_gelu));
  }
  return {op, in};
}

template <class Op>
read_operation read_several(node_reader& reader) {
  const auto in = reader.inputs(1, 1 << 20);
  for (const std::string& input : in)
    if (input.empty()) reader.refuse("one of its inputs has no name");
  return {Op{}, in};
}

read_operation read_sum(node_reader& reader) {
  read_operation read = read_several<sum_op>(reader);
  if (read.inputs.size() == 2) read.op = add_op{};
  return read;
}

read_operation read_mean(node_reader& reader) {
  read_operation read = read_sum(reader);
  read.after.push_back({div_op{}, float_tensor{{}, {static_cast<float>(read.inputs.size())}}});
  return read;
}

read_operation read_slice(node_reader& reader) {
  const std::string input = reader.inputs(1, 5)[0];
  const tensor_shape& from = reader.lookup.shape(input);
  select_op op;
  op.indices.resize(from.size());
  tensor_shape now = from;
  for (const auto& [axis, along] : read_slices(reader, from)) {
    std::vector<std::int64_t>& indices = op.indices[axis];
    std::vector<std::int64_t> taken;
    taken.reserve(along.size());
    for (const std::int64_t i : along) taken.push_back(indices.empty() ? i : indices[static_cast<std::size_t>(i)]);
    indices = std::move(taken);
  }
  for (std::size_t d = 0; d < from.size(); ++d)
    if (std::ssize(op.indices[d]) == from[d] && std::is_sorted(op.indices[d].begin(), op.indices[d].end()))
      op.indices[d].clear();
  return {op, {input}};
}

/// A list of indices; one alone takes its dimension away, which is a Flatten where two dimensions are left.
read_operation read_gather(node_reader& reader) {
  const auto in = reader.inputs(2, 2);
  const tensor_shape& from = reader.lookup.shape(in[0]);
  const std::int64_t axis = reader.axis_of(reader.attributes.integer("axis", 0), from);
  const graph_constant& chosen = reader.constant(in[1], "indices");
  const bool is_one = chosen.shape.empty();
  if (chosen.shape.size() > 1 || (is_one && (from.size() < 3 || axis == 0)))
    reader.refuse("its indices are {}; right: a list, so that the number of dimensions stays", text(chosen.shape));
  select_op op;
  op.indices.resize(from.size());
  const std::int64_t size = from[static_cast<std::size_t>(axis)];
  for (std::int64_t index : as_integers(chosen, reader.name)) {
    if (index < -size || index >= size)
      reader.refuse("its index {} is not in dimension {} of {}", index, axis, text(from));
    op.indices[static_cast<std::size_t>(axis)].push_back(index < 0 ? index + size : index);
  }
  if (op.indices[static_cast<std::size_t>(axis)].empty()) reader.refuse("it takes nothing; right: 1 index or more");
  read_operation result{op, {in[0]}, {}, is_one && from.size() == 3};
  if (is_one && from.size() > 3) {
    tensor_shape rest(from.begin() + 1, from.end());
    rest.erase(rest.begin() + axis - 1);
    result.after.push_back({reshape_op{std::move(rest)}});
  }
  return result;
}

}  // namespace

bool is_function_or_part(std::string_view type) {
  return form_of(type) != nullptr || std::find(others.begin(), others.end(), type) != others.end();
}

std::vector<std::string_view> functions_and_parts() {
  std::vector<std::string_view> result(others.begin(), others.end());
  for (const function_form& form : functions) result.push_back(form.type);
  return result;
}

std::optional<read_operation> read_function_or_part(node_reader& reader) {
  const std::string& type = reader.node.op_type();
  if (const function_form* form = form_of(type)) return read_function(reader, *form);
  if (type == "PRelu") return read_operation{prelu_op{}, reader.inputs(2, 2)};
  if (type == "Max") return read_several<max_op>(reader);
  if (type == "Min") return read_several<min_op>(reader);
  if (type == "Sum") return read_sum(reader);
  if (type == "Mean") return read_mean(reader);
  if (type == "Slice") return read_slice(reader);
  if (type == "Gather") return read_gather(reader);
  if (type == "Expand" || type == "Tile") return read_repeat(reader);
  return std::nullopt;
}

std::vector<select_op> read_split(node_reader& reader) {
  const std::string input = reader.inputs(1, 2)[0];
  const tensor_shape& from = reader.lookup.shape(input);
  const auto axis = static_cast<std::size_t>(reader.axis_of(reader.attributes.integer("axis", 0), from));
  const std::int64_t outputs = reader.node.output_size(), size = from[axis];
  std::vector<std::int64_t> parts = reader.integers("split", 1, "parts");
  const std::int64_t asked = reader.attributes.integer("num_outputs", outputs);
  reader.attributes.finish();
  if (outputs < 1) reader.refuse("it has no output");
  if (asked != outputs) reader.refuse("num_outputs is {}, but it has {} outputs", asked, outputs);
  // Equal parts; of a size that they don't divide, the last one is smaller.
  for (std::int64_t part = (size + outputs - 1) / outputs, left = size; std::ssize(parts) < outputs; left -= part)
    parts.push_back(std::min(part, left));
  std::int64_t first = 0;
  std::vector<select_op> result;
  for (const std::int64_t part : parts) {
    if (part < 1 || part > size - first) break;
    select_op op;
    op.indices.resize(from.size());
    if (part < size) {
      reader.check_listed(size);
      op.indices[axis].resize(static_cast<std::size_t>(part));
      std::iota(op.indices[axis].begin(), op.indices[axis].end(), first);
    }
    first += part;
    result.push_back(std::move(op));
  }
  if (first != size || std::ssize(result) != outputs)
    reader.refuse("it splits dimension {} of {} into {} for {} outputs; right: parts of 1 or more that are all of it",
                  axis, text(from), text(parts), outputs);
  return result;
}

}  // namespace spillway
