// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <iterator>
#include <map>
#include <mutex>
#include <span>
#include <thread>

#include "spillway/models/data/dataset.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// What is rounded in a quantizer's node, in its own steps, for an element of its input.
class position_of {
 public:
  explicit position_of(const network& file) {
    for (const network_node& node : file.nodes) m_nodes[node.name] = &node;
  }

  double operator()(const std::string& node, const tensor_shape& shape, std::int64_t element, double x) const {
    const auto* quant = std::get_if<quant_op>(&m_nodes.at(node)->op);
    if (!quant) return x;
    const auto value = [&](const float_tensor& of) {
      broadcast_index index(of.shape, shape);
      for (std::int64_t i = 0; i < element; ++i) index.next();
      return static_cast<double>(of.values[index.next()]);
    };
    return x / value(quant->scale) + value(quant->zero_point);
  }

  /// Where a node's levels meet: halves if it rounds to nearest, else integers; 0 for a sign.
  double boundary(const std::string& node, double low, double high) const {
    const auto* quant = std::get_if<quant_op>(&m_nodes.at(node)->op);
    if (!quant) return 0;
    const bool nearest = quant->rounding == rounding_mode::round || quant->rounding == rounding_mode::half_up ||
                         quant->rounding == rounding_mode::half_down || quant->rounding == rounding_mode::half_odd;
    if (nearest) return (low + high) / 2;
    const bool up = quant->rounding == rounding_mode::ceil || (quant->rounding == rounding_mode::up && high > 0) ||
                    (quant->rounding == rounding_mode::down && high <= 0);
    return up ? low : high;
  }

 private:
  std::map<std::string, const network_node*> m_nodes;
};

/// Everything of one frame, in the three arithmetics.
struct frame_values {
  std::map<std::string, float_tensor> floats;
  std::map<std::string, double_tensor> doubles;
  std::map<int, integer_tensor> integers;

  frame_values(const network& file, const integer_network& net, const float_tensor& frame) {
    floats[file.input] = frame;
    evaluate(file, frame, [&](const std::string& name, const float_tensor& tensor) { floats[name] = tensor; });
    doubles[file.input] = {frame.shape, {frame.values.begin(), frame.values.end()}};
    evaluate_double(file, frame, [&](const std::string& name, const double_tensor& tensor) { doubles[name] = tensor; });
    evaluate(net, quantize_reals(net, frame.values),
             [&](int value, const integer_tensor& tensor) { integers[value] = tensor; });
  }
};

std::optional<level_difference> first_difference(const network& file, const streamline_report& report,
                                                 const frame_values& values) {
  const position_of position(file);
  for (const value_report& value : report.values) {
    if (value.input.empty() || !values.floats.contains(value.input)) continue;  // the output itself
    const integer_tensor& levels = values.integers.at(value.value);
    const float_tensor& made = values.floats.at(value.tensor);
    for (std::size_t e = 0; e < value.places.size(); ++e) {
      const std::int64_t place = value.places[e];
      const auto channel = static_cast<std::size_t>(place) % value.scale.size();
      const double scale = value.scale[channel], integer = to_double(levels, place);
      const double in_file = (static_cast<double>(made.values[e]) - value.offset[channel]) / scale;
      if (std::abs(in_file - integer) < 0.5) continue;
      level_difference result{value.node, static_cast<std::int64_t>(e), std::round(in_file), integer, 0, 0, 0, false};
      const float_tensor& input = values.floats.at(value.input);
      result.file_position = position(value.node, input.shape, result.element, static_cast<double>(input.values[e]));
      result.exact_position =
          position(value.node, input.shape, result.element, values.doubles.at(value.input).values[e]);
      const double low = std::min(result.file_level, integer), high = std::max(result.file_level, integer);
      result.distance = result.exact_position - position.boundary(value.node, low, high);
      result.is_tie = std::abs(result.distance) < 1e-12 * std::max(1.0, std::abs(result.exact_position));
      return result;
    }
  }
  return std::nullopt;
}

/// The file without a Softmax at its end.
network without_softmax(network file) {
  while (!file.nodes.empty() && file.nodes.back().output == file.output &&
         std::holds_alternative<softmax_op>(file.nodes.back().op)) {
    file.output = file.nodes.back().inputs[0];
    file.nodes.pop_back();
  }
  return file;
}

/// Some frames, whole ones, of a batch.
float_tensor frames_of(const network& file, const float_tensor& inputs, std::int64_t first, std::int64_t count,
                       std::int64_t size) {
  float_tensor result{file.input_shape, {}};
  result.shape[0] = count;
  result.values.assign(inputs.values.begin() + first * size, inputs.values.begin() + (first + count) * size);
  return result;
}

std::int64_t class_of(const std::vector<double>& logits) {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

/// Compares blocks of frames on several threads. Blocks are handed out in order, and each that was is finished.
class comparison {
 public:
  comparison(const network& whole_file, const integer_network& integers, const streamline_report& report,
             const float_tensor& inputs, const comparison_options& options)
      : m_file(without_softmax(whole_file)),
        m_integers(integers),
        m_report(report),
        m_inputs(inputs),
        m_options(options),
        m_size(integers.input_info().shape.elements()),
        m_frames(static_cast<std::int64_t>(inputs.values.size()) / m_size),
        m_block(std::max<std::int64_t>(1, (std::int64_t{1} << 15) / m_size)) {
    if (const std::string& tensor = report.values.back().tensor; tensor != whole_file.output) m_file.output = tensor;
    const integer_tensor levels = quantize_reals(integers, inputs.values);
    m_exact = options.evaluate ? options.evaluate(integers, levels) : evaluate(integers, levels);
    m_blocks.resize(static_cast<std::size_t>((m_frames + m_block - 1) / m_block));
  }

  difference_report run() {
    {
      std::vector<std::jthread> pool;
      for (unsigned t = 1; t < m_options.threads && t < m_blocks.size(); ++t)
        pool.emplace_back([this] { work(false); });
      work(true);
    }
    if (m_failure) std::rethrow_exception(m_failure);
    difference_report result;
    for (std::size_t b = 0; b < m_next; ++b) add(m_blocks[b], result);
    result.stopped = m_next < m_blocks.size();
    return result;
  }

 private:
  static void add(difference_report& of, difference_report& to) {
    to.frames += of.frames;
    to.outputs += of.outputs;
    to.differing_outputs += of.differing_outputs;
    to.differing_classes += of.differing_classes;
    to.largest = std::max(to.largest, of.largest);
    std::move(of.frames_that_differ.begin(), of.frames_that_differ.end(), std::back_inserter(to.frames_that_differ));
  }

  std::size_t take() {
    const std::scoped_lock lock(m_mutex);
    return m_stops || m_next == m_blocks.size() ? m_blocks.size() : m_next++;
  }

  void work(bool reports) {
    try {
      for (std::size_t block = take(); block < m_blocks.size(); block = take()) {
        compare(static_cast<std::int64_t>(block) * m_block, m_blocks[block]);
        const std::uint64_t done = m_done += static_cast<std::uint64_t>(m_blocks[block].frames);
        if (reports && m_options.on_progress && !m_options.on_progress(done)) m_stops = true;
      }
    } catch (...) {
      const std::scoped_lock lock(m_mutex);
      if (!m_failure) m_failure = std::current_exception();
      m_stops = true;
    }
  }

  void compare(std::int64_t first, difference_report& to) {
    const auto outputs = std::ssize(m_report.values.back().places);
    to.frames = std::min(m_block, m_frames - first);
    const float_tensor y = evaluate(m_file, frames_of(m_file, m_inputs, first, to.frames, m_size));
    if (std::ssize(y.values) != outputs * to.frames)
      throw config_error(fmt::format("the file gives {} outputs for {} frames, the integer network {} each",
                                     y.values.size(), to.frames, outputs));
    for (std::int64_t f = 0; f < to.frames; ++f)
      compare_frame(first + f, std::span(y.values).subspan(static_cast<std::size_t>(f * outputs)), to);
  }

  void compare_frame(std::int64_t frame, std::span<const float> y, difference_report& to) {
    const std::vector<std::int64_t>& places = m_report.values.back().places;
    const std::size_t channels = m_integers.output_scale.size();
    frame_difference here;
    here.frame = frame;
    std::vector<double> in_file, in_integers;
    for (std::size_t e = 0; e < places.size(); ++e) {
      const auto channel = static_cast<std::size_t>(places[e]) % channels;
      in_file.push_back(static_cast<double>(y[e]));
      in_integers.push_back(to_double(m_exact, frame * std::ssize(places) + places[e]) *
                                m_integers.output_scale[channel] +
                            m_integers.output_bias[channel]);
      const double off = std::abs(in_file.back() - in_integers.back()) / m_integers.output_scale[channel];
      here.largest = std::max(here.largest, off);
      ++to.outputs;
      if (off >= 0.5) ++to.differing_outputs;
    }
    here.file_class = class_of(in_file);
    here.exact_class = class_of(in_integers);
    to.largest = std::max(to.largest, here.largest);
    if (here.file_class != here.exact_class) ++to.differing_classes;
    if (here.largest < 0.5) return;
    here.cause = first_difference(m_file, m_report,
                                  frame_values(m_file, m_integers, frames_of(m_file, m_inputs, frame, 1, m_size)));
    to.frames_that_differ.push_back(std::move(here));
  }

  network m_file;
  const integer_network& m_integers;
  const streamline_report& m_report;
  const float_tensor& m_inputs;
  const comparison_options& m_options;
  std::int64_t m_size, m_frames, m_block;  ///< elements of a frame, frames, frames of a block
  integer_tensor m_exact;

  std::mutex m_mutex;
  std::vector<difference_report> m_blocks;
  std::size_t m_next = 0;  ///< blocks that were handed out
  std::atomic<std::uint64_t> m_done{0};
  std::atomic<bool> m_stops{false};
  std::exception_ptr m_failure;
};

}  // namespace

difference_report explain_differences(const network& whole_file, const integer_network& integers,
                                      const streamline_report& report, const float_tensor& inputs,
                                      const comparison_options& options) {
  return comparison(whole_file, integers, report, inputs, options).run();
}

float_tensor real_inputs(const dataset& data, const input_quantizer* input) {
  if (data.reals) return *data.reals;
  float_tensor result{data.inputs.shape, {}};
  const bool as_they_are = input != nullptr && takes_raw_values(*input, data.inputs.type);
  const auto greatest = as_they_are ? 1.0F : static_cast<float>(data.inputs.type.max64());
  for (const std::int64_t raw : data.inputs.words) result.values.push_back(static_cast<float>(raw) / greatest);
  return result;
}

std::string to_string(const level_difference& difference) {
  return fmt::format("{}, element {}: float32 has {:.9g} steps and level {}, exactly it is {:.12g} and level {}; {}",
                     difference.node, difference.element, difference.file_position, difference.file_level,
                     difference.exact_position, difference.exact_level,
                     difference.is_tie
                         ? std::string("a tie")
                         : fmt::format("{:.2g} steps from the boundary: rounding", std::abs(difference.distance)));
}

}  // namespace spillway
