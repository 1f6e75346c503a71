// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/block_runner.h"

#include <algorithm>
#include <utility>

#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/support/on_threads.h"

namespace spillway::detail {

namespace {

// Results don't depend on these two: how much of a block's values a cache should hold, and the most frames of a block.
constexpr std::int64_t block_bytes = 4'000'000;
constexpr std::int64_t most_frames = 256;

}  // namespace

block_runner::block_runner(const dataflow& flow, const fast_plan& plan, const integer_tensor& inputs,
                           std::int64_t frames, const std::function<bool(std::uint64_t)>& on_progress)
    : m_flow(flow),
      m_plan(plan),
      m_inputs(inputs),
      m_frames(frames),
      m_on_progress(on_progress),
      m_block(std::clamp<std::int64_t>(block_bytes / std::max<std::int64_t>(1, plan.frame_bytes()), 1, most_frames)),
      m_counts(plan.no_counts()) {
  const output_format format = output_format_of(flow);
  m_frame_elements = format.elements();
  m_outputs = integer_tensor::zeros(format.type, {frames * format.vectors, format.channels});
}

std::int64_t block_runner::useful_threads(unsigned threads) const {
  return std::min<std::int64_t>(threads, (m_end - m_next + m_block - 1) / m_block);
}

void block_runner::start_at(std::int64_t frame) { m_next = m_done = frame; }

void block_runner::run(unsigned threads, const stamps& times, event_log& log, std::int64_t end) {
  m_end = std::min(m_frames, end);
  on_threads(
      useful_threads(threads), [&](bool is_caller) { work(is_caller, times, log, {}); }, [this] { stop(); });
}

void block_runner::run_profile(unsigned threads, bool partial_sums, sum_profile& profile) {
  const stamps no_times;
  event_log no_events(0);
  m_end = m_frames;
  for (const auto& counts : m_counts) profile.units.emplace_back(counts.size());
  const auto count_sums = [&](bool is_caller) {
    std::vector<sum_counter> sums;
    for (std::size_t u = 0; u < m_counts.size(); ++u)
      sums.emplace_back(std::ssize(m_counts[u]), partial_sums, u, m_counts.size(), profile.frame_bits);
    work(is_caller, no_times, no_events, sums);
    const std::scoped_lock lock(m_mutex);
    for (std::size_t u = 0; u < sums.size(); ++u)
      for (std::size_t channel = 0; channel < profile.units[u].size(); ++channel)
        profile.units[u][channel].add(sums[u].channels()[channel]);
  };
  on_threads(useful_threads(threads), count_sums, [this] { stop(); });
}

integer_tensor block_runner::take_outputs() {
  m_outputs.shape[0] = m_frames == 0 ? 0 : m_outputs.shape[0] / m_frames * m_next;
  m_outputs.words.resize(static_cast<std::size_t>(m_outputs.size() * m_outputs.type.words()));
  return std::move(m_outputs);
}

std::vector<std::vector<channel_counts>> block_runner::take_counts() {
  return std::exchange(m_counts, m_plan.no_counts());
}

std::span<const std::int64_t> block_runner::outputs() const {
  const auto words =
      static_cast<std::size_t>(m_next * m_frame_elements) * static_cast<std::size_t>(m_outputs.type.words());
  return std::span(m_outputs.words).first(words);
}

/// The first frame of the next block, or `m_end`.
std::int64_t block_runner::take() {
  const std::scoped_lock lock(m_mutex);
  if (m_stops) return m_end;
  const std::int64_t first = m_next;
  m_next = std::min(m_end, m_next + m_block);
  return first;
}

void block_runner::work(bool reports, const stamps& times, event_log& log, std::span<sum_counter> sums) {
  std::vector<std::vector<channel_counts>> counts = m_plan.no_counts();
  for (std::int64_t first = take(); first < m_end; first = take()) {
    run_block({times, log, first, std::min(m_block, m_end - first), sums}, counts);
    if (!reports || !m_on_progress) continue;
    std::int64_t done = 0;
    {
      const std::scoped_lock lock(m_mutex);
      done = m_done;
    }
    if (!m_on_progress(static_cast<std::uint64_t>(done))) stop();
  }
  const std::scoped_lock lock(m_mutex);
  for (std::size_t u = 0; u < counts.size(); ++u) add_counts(m_counts[u], counts[u]);
}

void block_runner::run_block(const run_context& context, std::vector<std::vector<channel_counts>>& counts) {
  const std::int64_t elements = m_inputs.size() / m_frames, first = context.first_frame, frames = context.frames;
  const value_block inputs = block_of(m_inputs, first * elements, frames * elements);
  validate_elements(m_inputs, "inputs", first * elements, frames * elements);  // while they are in the cache
  const std::vector<value_block> outputs = m_plan.run(inputs, context, counts);
  if (outputs.size() == 1)
    copy_words(outputs[0], m_outputs.at(first * m_frame_elements));
  else
    std::ranges::copy(joined(outputs, frames).words, m_outputs.at(first * m_frame_elements));
  const std::scoped_lock lock(m_mutex);
  m_done += frames;
}

integer_tensor block_runner::joined(const std::vector<value_block>& outputs, std::int64_t frames) const {
  std::vector<integer_tensor> parts;
  for (const value_block& output : outputs) {
    parts.push_back(integer_tensor::zeros(output.type(), {frames, output.elements() / frames}));
    copy_words(output, parts.back().words.data());
  }
  return join_outputs(m_flow, std::move(parts));
}

void block_runner::stop() {
  const std::scoped_lock lock(m_mutex);
  m_stops = true;
}

}  // namespace spillway::detail
