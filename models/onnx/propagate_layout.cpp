// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/propagate_layout.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/tensor.h"

namespace spillway {

namespace {

std::size_t count_of(const node_reader& reader, const tensor_shape& shape, std::int64_t& budget) {
  const std::int64_t count = elements(shape, reader.name);
  spend(reader, count, budget);
  return static_cast<std::size_t>(count);
}

graph_constant propagate_concat(node_reader& reader, std::int64_t& budget) {
  const read_operation read = read_concat(reader);
  const auto axis = static_cast<std::size_t>(std::get<concat_op>(read.op).axis);
  std::vector<const graph_constant*> parts;
  std::vector<tensor_shape> shapes;
  for (const std::string& input : read.inputs) {
    parts.push_back(&reader.constant(input, "input"));
    shapes.push_back(parts.back()->shape);
  }
  const tensor_shape shape = output_shape({reader.name, read.op, read.inputs, ""}, shapes);
  count_of(reader, shape, budget);
  graph_constant result{shape, parts[0]->is_integer, {}, {}, parts[0]->least, parts[0]->greatest};
  const bool is_rounded =
      std::any_of(parts.begin(), parts.end(), [](const auto* part) { return !part->unrounded.empty(); });
  std::int64_t outer = 1;
  for (std::size_t d = 0; d < axis; ++d) outer *= shape[d];
  for (std::int64_t o = 0; o < outer; ++o)
    for (const graph_constant* part : parts) {
      if (part->is_integer != result.is_integer) reader.refuse("it joins integers and reals; right: one of the two");
      const auto run = static_cast<std::ptrdiff_t>(part->size()) / outer;
      if (part->is_integer)
        result.integers.insert(result.integers.end(), part->integers.begin() + o * run,
                               part->integers.begin() + (o + 1) * run);
      else
        result.reals.insert(result.reals.end(), part->reals.begin() + o * run, part->reals.begin() + (o + 1) * run);
      if (!is_rounded || part->is_integer) continue;
      const double_tensor unrounded = in_double(*part, reader.name);
      result.unrounded.insert(result.unrounded.end(), unrounded.values.begin() + o * run,
                              unrounded.values.begin() + (o + 1) * run);
    }
  return result;
}

/// For each output element, the input's: `along` are the indices taken of the dimension `axis`, whose place `replaced`
/// takes in the shape.
graph_constant taken(const node_reader& reader, const graph_constant& x, std::size_t axis,
                     const std::vector<std::int64_t>& along, const tensor_shape& replaced, std::int64_t& budget) {
  tensor_shape shape(x.shape.begin(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), replaced.begin(), replaced.end());
  shape.insert(shape.end(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.shape.end());
  std::vector<std::int64_t> indices;
  indices.reserve(count_of(reader, shape, budget));
  std::int64_t inner = 1, outer = 1;
  for (std::size_t d = 0; d < x.shape.size(); ++d)
    if (d != axis) (d < axis ? outer : inner) *= x.shape[d];
  for (std::int64_t o = 0; o < outer; ++o)
    for (const std::int64_t i : along)
      for (std::int64_t k = 0; k < inner; ++k) indices.push_back((o * x.shape[axis] + i) * inner + k);
  return gathered(x, shape, indices);
}

graph_constant propagate_gather(node_reader& reader, const graph_constant& x, std::int64_t& budget) {
  const auto in = reader.inputs(2, 2);
  const auto axis = static_cast<std::size_t>(reader.axis_of(reader.attributes.integer("axis", 0), x.shape));
  const graph_constant& chosen = reader.constant(in[1], "indices");
  std::vector<std::int64_t> along = as_integers(chosen, reader.name);
  for (std::int64_t& index : along) {
    if (index < -x.shape[axis] || index >= x.shape[axis])
      reader.refuse("its index {} is not in dimension {} of {}", index, axis, text(x.shape));
    if (index < 0) index += x.shape[axis];
  }
  return taken(reader, x, axis, along, chosen.shape, budget);
}

/// The indices of one dimension of `size` that start:end:step takes, as Python does.
std::vector<std::int64_t> sliced(const node_reader& reader, std::int64_t size, std::int64_t start, std::int64_t end,
                                 std::int64_t step) {
  if (step == 0) reader.refuse("its step is 0; right: any other");
  const auto bounded = [&](std::int64_t at) {
    if (at < 0) at = at < -size ? -1 : at + size;  // -1: before the first
    return std::clamp<std::int64_t>(at, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
  };
  std::vector<std::int64_t> result;
  const std::int64_t last = bounded(end);
  step = std::clamp(step, -size - 1, size + 1);  // more is too far anyway, and would overflow
  for (std::int64_t at = bounded(start); step > 0 ? at < last : at > last; at += step) result.push_back(at);
  if (result.empty()) reader.refuse("it takes nothing of a dimension of {}; right: 1 element or more", size);
  return result;
}

graph_constant propagate_slice(node_reader& reader, const graph_constant& x, std::int64_t& budget) {
  graph_constant result = x;
  for (const auto& [axis, along] : read_slices(reader, x.shape))
    result = taken(reader, result, axis, along, {std::ssize(along)}, budget);
  return result;
}

graph_constant propagate_transpose(node_reader& reader, const graph_constant& x, std::int64_t& budget) {
  const auto in = reader.inputs(1, 1);
  const transpose_op op{read_permutation(reader, x.shape.size())};
  const tensor_shape from[] = {x.shape};
  const tensor_shape shape = output_shape({reader.name, op, in, ""}, from);
  count_of(reader, shape, budget);
  return gathered(x, shape, transposed_indices(x.shape, op.permutation));
}

/// A tensor of the shape that the input says, filled with the attribute `value`; 0 where there is none.
graph_constant propagate_fill(node_reader& reader, std::int64_t& budget) {
  const auto in = reader.inputs(1, 1);
  const tensor_shape shape = reader.integers(in[0], "shape");
  graph_constant value = real_constant({{1}, {0}});
  if (const auto* attribute = reader.attributes.find("value", onnx::AttributeProto::TENSOR))
    value = read_tensor(attribute->t(), reader.name);
  if (value.size() != 1) reader.refuse("its value has {} elements; right: 1", value.size());
  return gathered(value, shape, std::vector<std::int64_t>(count_of(reader, shape, budget), 0));
}

graph_constant propagate_repeat(node_reader& reader, const graph_constant& x, std::int64_t& budget) {
  graph_constant result = x;
  const auto indices = read_repeats(reader, result.shape);
  for (std::size_t d = 0; d < indices.size(); ++d)
    result = taken(reader, result, d, indices[d], {std::ssize(indices[d])}, budget);
  return result;
}

constexpr std::array<std::string_view, 11> layouts{"Concat", "ConstantOfShape", "Expand",   "Flatten",
                                                   "Gather", "Reshape",         "Slice",    "Squeeze",
                                                   "Tile",   "Transpose",       "Unsqueeze"};

}  // namespace

std::vector<slice_of_dimension> read_slices(node_reader& reader, const tensor_shape& from) {
  reader.inputs(1, 5);
  const auto starts = reader.integers("starts", 1, "starts"), ends = reader.integers("ends", 2, "ends");
  std::vector<std::int64_t> axes = reader.integers("axes", 3, "axes"), steps;
  if (reader.has_input(4)) steps = reader.integers(reader.node.input(4), "steps");
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), std::int64_t{0});
  }
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    reader.refuse("it has {} starts, {} ends, {} axes and {} steps; right: as many of each", starts.size(), ends.size(),
                  axes.size(), steps.size());
  tensor_shape shape = from;
  std::vector<slice_of_dimension> result;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const auto axis = static_cast<std::size_t>(reader.axis_of(axes[i], from));
    reader.check_listed(shape[axis]);
    result.push_back({axis, sliced(reader, shape[axis], starts[i], ends[i], steps[i])});
    shape[axis] = std::ssize(result.back().along);
  }
  return result;
}

graph_constant shape_constant(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  const tensor_shape& shape = reader.lookup.shape(in[0]);
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto bounded = [&](std::int64_t d) { return std::clamp<std::int64_t>(d < 0 ? d + rank : d, 0, rank); };
  const std::int64_t start = bounded(reader.attributes.integer("start", 0));
  const std::int64_t end = bounded(reader.attributes.integer("end", rank));
  reader.attributes.finish();
  if (end <= start) reader.refuse("it asks for no dimension of {}", text(shape));
  return integer_constant({end - start}, {shape.begin() + start, shape.begin() + end});
}

bool is_layout(std::string_view type) { return std::find(layouts.begin(), layouts.end(), type) != layouts.end(); }

graph_constant propagate_layout(node_reader& reader, const graph_constant& x, std::int64_t& budget) {
  const std::string& type = reader.node.op_type();
  graph_constant result = x;
  if (type == "Concat")
    result = propagate_concat(reader, budget);
  else if (type == "ConstantOfShape")
    result = propagate_fill(reader, budget);
  else if (type == "Gather")
    result = propagate_gather(reader, x, budget);
  else if (type == "Slice")
    result = propagate_slice(reader, x, budget);
  else if (type == "Expand" || type == "Tile")
    result = propagate_repeat(reader, x, budget);
  else if (type == "Transpose")
    result = propagate_transpose(reader, x, budget);
  else {
    spend(reader, static_cast<std::int64_t>(x.size()), budget);
    result.shape = read_new_shape(reader, x.shape);
  }
  reader.attributes.finish();
  return result;
}

}  // namespace spillway
