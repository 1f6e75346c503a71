// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <mutex>
#include <optional>
#include <span>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/streamline/cause_finder.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/on_threads.h"

namespace spillway {

namespace {

/// `count` frames, and as many of zeros as fill the file's batch.
float_tensor batch_of(const network& file, const float_tensor& inputs, std::int64_t first, std::int64_t count,
                      std::int64_t size) {
  const std::int64_t batch = file.input_shape[0], frames = (count + batch - 1) / batch * batch;
  float_tensor result{file.input_shape, {}};
  result.shape[0] = frames;
  result.values.assign(inputs.values.begin() + first * size, inputs.values.begin() + (first + count) * size);
  result.values.resize(static_cast<std::size_t>(frames * size), 0);
  return result;
}

/// The place of the greatest number of the output, of several outputs of the first.
std::int64_t class_of(const integer_network& net, const std::vector<double>& outputs) {
  const auto end = net.output_sizes.empty() ? outputs.end() : outputs.begin() + net.output_sizes[0];
  return std::max_element(outputs.begin(), end) - outputs.begin();
}

/// Compares blocks of frames on several threads. Blocks are handed out in order, and each that was is finished.
class comparison {
 public:
  comparison(const network& whole_file, const integer_network& integers, const streamline_report& report,
             const float_tensor& inputs, const comparison_options& options)
      : m_file(whole_file),
        m_integers(integers),
        m_report(report),
        m_inputs(inputs),
        m_options(options),
        m_size(file_features(integers)),
        m_frames(static_cast<std::int64_t>(inputs.values.size()) / m_size),
        m_block(std::max<std::int64_t>(1, (std::int64_t{1} << 15) / m_size)) {
    m_file.output = report.values.back().tensor;
    m_causes.emplace(m_file, integers, report);
    const integer_tensor levels = quantize_reals(integers, inputs.values);
    m_exact = options.evaluate ? options.evaluate(integers, levels) : evaluate(integers, levels);
    m_elements = m_frames == 0 ? 0 : m_exact.size() / m_frames;
    m_blocks.resize(static_cast<std::size_t>((m_frames + m_block - 1) / m_block));
  }

  difference_report run() {
    on_threads(
        std::min<std::int64_t>(m_options.threads, std::ssize(m_blocks)), [this](bool is_caller) { work(is_caller); },
        [this] { m_stops = true; });
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
    for (std::size_t block = take(); block < m_blocks.size(); block = take()) {
      compare(static_cast<std::int64_t>(block) * m_block, m_blocks[block]);
      const std::uint64_t done = m_done += static_cast<std::uint64_t>(m_blocks[block].frames);
      if (reports && m_options.on_progress && !m_options.on_progress(done)) m_stops = true;
    }
  }

  void compare(std::int64_t first, difference_report& to) {
    const auto outputs = std::ssize(m_report.values.back().places);
    to.frames = std::min(m_block, m_frames - first);
    const float_tensor y = evaluate(m_file, batch_of(m_file, m_inputs, first, to.frames, m_size));
    if (std::ssize(y.values) < outputs * to.frames)
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
      in_integers.push_back(to_double(m_exact, frame * m_elements + places[e]) *
                                m_integers.output_scale[channel] +
                            m_integers.output_bias[channel]);
      const double off = std::abs(in_file.back() - in_integers.back()) / m_integers.output_scale[channel];
      here.largest = std::max(here.largest, off);
      ++to.outputs;
      if (off >= 0.5) ++to.differing_outputs;
    }
    here.file_class = class_of(m_integers, in_file);
    here.exact_class = class_of(m_integers, in_integers);
    to.largest = std::max(to.largest, here.largest);
    if (here.file_class != here.exact_class) ++to.differing_classes;
    if (here.largest < 0.5) return;
    here.cause = m_causes->find(batch_of(m_file, m_inputs, frame, 1, m_size));
    to.frames_that_differ.push_back(std::move(here));
  }

  network m_file;
  const integer_network& m_integers;
  const streamline_report& m_report;
  const float_tensor& m_inputs;
  const comparison_options& m_options;
  std::int64_t m_size, m_frames, m_block;  ///< elements of a frame, frames, frames of a block
  integer_tensor m_exact;
  std::int64_t m_elements = 0;  ///< of a frame of it
  std::optional<cause_finder> m_causes;

  std::mutex m_mutex;
  std::vector<difference_report> m_blocks;
  std::size_t m_next = 0;  ///< blocks that were handed out
  std::atomic<std::uint64_t> m_done{0};
  std::atomic<bool> m_stops{false};
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

}  // namespace spillway
