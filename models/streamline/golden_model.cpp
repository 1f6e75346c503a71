// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/golden_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "spillway/models/data/dataset.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/streamline/exact_constants.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {

namespace {

std::int64_t frame_size(const std::vector<std::int64_t>& shape) {
  std::int64_t size = 1;
  for (const std::int64_t n : shape) size *= n;
  return size;
}

/// The first frames of a tensor.
void cut(double_tensor& tensor, std::int64_t frames) {
  tensor.values.resize(tensor.values.size() / static_cast<std::size_t>(tensor.shape[0]) *
                       static_cast<std::size_t>(frames));
  tensor.shape[0] = frames;
}

/// Up to three of the names, the nearest first.
std::vector<std::string_view> near_names(const std::string& name, const std::vector<file_tensor>& tensors) {
  std::vector<std::string_view> names, found;
  for (const file_tensor& tensor : tensors) names.push_back(tensor.name);
  constexpr std::size_t most = 3;
  while (found.size() < most && !names.empty()) {
    found.push_back(nearest_name(name, names));
    std::erase(names, found.back());
  }
  return found;
}

}  // namespace

std::vector<file_tensor> tensors_of(const network& file) {
  const std::map<std::string, tensor_shape> shapes = infer_shapes(file);
  std::vector<file_tensor> result{{file.input, "", {file.input_shape.begin() + 1, file.input_shape.end()}}};
  std::set<std::string> decided{file.input};
  for (const network_node& node : file.nodes) {
    const auto depends = [&](const std::string& input) { return decided.contains(input); };
    if (std::none_of(node.inputs.begin(), node.inputs.end(), depends)) continue;
    decided.insert(node.output);
    const tensor_shape& shape = shapes.at(node.output);
    if (!shape.empty() && shape[0] == file.input_shape[0])
      result.push_back({node.output, node.name, {shape.begin() + 1, shape.end()}});
  }
  return result;
}

golden_model::golden_model(network file, const streamline_options& options)
    : m_file(std::move(file)),
      m_integers(streamline(m_file, &m_report, options)),
      m_constants(exact_constants_of(m_file).values),
      m_tensors(tensors_of(m_file)) {
  for (std::size_t t = 0; t < m_tensors.size(); ++t) m_places.emplace(m_tensors[t].name, t);
}

std::size_t golden_model::find(const std::string& name) const {
  const auto found = m_places.find(name);
  if (found != m_places.end()) return found->second;
  throw config_error(
      fmt::format("there is no tensor {}; nearest: {}", name, fmt::join(near_names(name, m_tensors), ", ")));
}

std::int64_t golden_model::frames_at_once() const {
  std::int64_t size = 1;
  for (const file_tensor& tensor : m_tensors) size += frame_size(tensor.shape);
  constexpr std::int64_t elements_at_once = std::int64_t{1} << 22;
  return std::max<std::int64_t>(1, elements_at_once / size);
}

/// The constants, and what the integers say of tensors of so many frames.
given_tensors<double> golden_model::known_tensors(std::int64_t frames, const integer_values& values) const {
  given_tensors<double> known = m_constants;
  const std::int64_t batch = m_file.input_shape[0], all = (frames + batch - 1) / batch * batch;
  for (const value_report& value : m_report.values) {
    const auto tensor = m_places.find(value.tensor);
    const auto integers = values.find(value.value);
    const auto size = std::ssize(value.places);
    if (tensor == m_places.end() || integers == values.end() || frame_size(m_tensors[tensor->second].shape) != size)
      continue;
    const std::int64_t elements = integers->second.size() / frames;  // of the hardware's frame
    double_tensor& made = known[value.tensor];
    made.shape = m_tensors[tensor->second].shape;
    made.shape.insert(made.shape.begin(), all);
    made.values.assign(static_cast<std::size_t>(all * size), 0);
    for (std::int64_t e = 0; e < frames * size; ++e) {
      const std::int64_t place = value.places[static_cast<std::size_t>(e % size)];
      const auto channel = static_cast<std::size_t>(place) % value.scale.size();
      made.values[static_cast<std::size_t>(e)] =
          to_double(integers->second, e / size * elements + place) * value.scale[channel] + value.offset[channel];
    }
  }
  add_outputs(known, all);
  return known;
}

/// Of several outputs each, out of what they are together.
void golden_model::add_outputs(given_tensors<double>& known, std::int64_t frames) const {
  const auto joined = known.find(m_report.output.tensor);
  if (joined == known.end()) return;
  const auto size = std::ssize(m_report.output.places);
  for (const file_output_part& part : m_report.output.parts) {
    const auto tensor = m_places.find(part.name);
    if (tensor == m_places.end() || frame_size(m_tensors[tensor->second].shape) != part.size) continue;
    double_tensor made{m_tensors[tensor->second].shape, {}};
    made.shape.insert(made.shape.begin(), frames);
    for (std::int64_t f = 0; f < frames; ++f) {
      const auto first = joined->second.values.begin() + f * size + part.first;
      made.values.insert(made.values.end(), first, first + part.size);
    }
    known.insert_or_assign(part.name, std::move(made));
  }
}

void golden_model::evaluate(const float_tensor& inputs,
                            const std::function<void(std::size_t tensor, double_tensor)>& show,
                            const integer_values* values) const {
  const std::int64_t size = frame_size(m_tensors[0].shape), frames = std::ssize(inputs.values) / size;
  integer_values own;
  if (values == nullptr) {
    spillway::evaluate(m_integers, quantize_reals(m_integers, inputs.values),
                       [&](int value, const integer_tensor& tensor) { own[value] = tensor; });
    values = &own;
  }
  const given_tensors<double> known = known_tensors(frames, *values);
  const std::int64_t batch = m_file.input_shape[0], all = (frames + batch - 1) / batch * batch;
  float_tensor whole{m_file.input_shape, inputs.values};
  whole.shape[0] = all;
  whole.values.resize(static_cast<std::size_t>(all * size), 0);
  const auto show_frames = [&](std::size_t tensor, double_tensor of) {
    cut(of, frames);
    show(tensor, std::move(of));
  };
  const auto input = known.find(m_file.input);
  show_frames(
      0, input != known.end() ? input->second : double_tensor{whole.shape, {whole.values.begin(), whole.values.end()}});
  evaluate_double(
      m_file, whole,
      [&](const std::string& name, const double_tensor& tensor) {
        if (const auto place = m_places.find(name); place != m_places.end()) show_frames(place->second, tensor);
      },
      known);
}

std::vector<std::size_t> find_tensors(const golden_model& model, std::span<const std::string> names) {
  std::set<std::size_t> found;
  for (const std::string& name : names) found.insert(model.find(name));
  return {found.begin(), found.end()};
}

}  // namespace spillway
