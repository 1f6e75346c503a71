// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/fast_mvau.h"
#include "spillway/sim/schedule.h"

#include <fmt/format.h>

namespace spillway {

namespace {

// Fixed, so that results don't depend on the number of threads.
constexpr std::int64_t frames_per_block = 128;
constexpr std::int64_t frames_per_round = 2048;  // between two calls of on_progress

/// Calls `work(block)` for each block on `threads` threads; the first exception is thrown again here.
template <class Work>
void for_each_block(std::int64_t blocks, unsigned threads, Work&& work) {
  std::atomic<std::int64_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto loop = [&] {
    try {
      for (std::int64_t block = next++; block < blocks; block = next++) work(block);
    } catch (...) {
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      next = blocks;
    }
  };
  {
    std::vector<std::jthread> pool;
    for (unsigned t = 1; t < threads && t < blocks; ++t) pool.emplace_back(loop);
    loop();
  }
  if (failure) std::rethrow_exception(failure);
}

void add_counts(std::span<channel_counts> to, std::span<const channel_counts> from) {
  for (std::size_t channel = 0; channel < to.size(); ++channel) {
    to[channel].dot_products += from[channel].dot_products;
    to[channel].events += from[channel].events;
    to[channel].overflowing_dot_products += from[channel].overflowing_dot_products;
    to[channel].persistent_dot_products += from[channel].persistent_dot_products;
  }
}

/// One unit with the tensor that it writes: [frames * vectors_per_frame, MH].
struct stage {
  const mvau& unit;
  fast_mvau engine;
  integer_tensor outputs;
};

void check_order(const dataflow& flow, const std::vector<std::int64_t>& order) {
  if (order.empty()) return;
  std::vector<bool> seen(order.size());
  for (const std::int64_t column : order) {
    if (column < 0 || column >= static_cast<std::int64_t>(order.size()) || seen[static_cast<std::size_t>(column)])
      throw config_error(fmt::format("order is not a permutation of 0..{}: {} is {}", order.size() - 1, column,
                                     column < 0 || column >= std::ssize(order) ? "outside" : "there twice"));
    seen[static_cast<std::size_t>(column)] = true;
  }
  const auto fits = [&](const dataflow_unit& unit) { return std::get<mvau>(unit).mw() == std::ssize(order); };
  if (std::none_of(flow.units.begin(), flow.units.end(), fits))
    throw config_error(fmt::format("order has {} columns, but no unit has: {} has {}", order.size(),
                                   std::get<mvau>(flow.units[0]).name, std::get<mvau>(flow.units[0]).mw()));
}

/// The schedule and the stages are those of matrix units one behind the other.
void require_chain(const dataflow& flow) {
  for (const dataflow_unit& unit : flow.units)
    if (!std::holds_alternative<mvau>(unit))
      throw config_error(
          fmt::format("the fast engine takes matrix units in a chain, and {} is another kind: {}; right: "
                      "the cycle engine",
                      name_of(unit), kind_of(unit)));
  const std::vector<dataflow_stream> links = streams_of(flow);
  for (std::size_t s = 0; s < links.size(); ++s)
    if (links[s].from != static_cast<int>(s) - 1)
      throw config_error(fmt::format("the fast engine takes streams in the order of the units, but streams[{}] is {}",
                                     s, name_of(flow, links[s])));
}

std::vector<stage> make_stages(const dataflow& flow, std::int64_t frames, const run_options& options) {
  std::vector<stage> stages;
  for (const dataflow_unit& any : flow.units) {
    const mvau& unit = std::get<mvau>(any);
    std::span<const std::int64_t> order;
    if (unit.mw() == std::ssize(options.order)) order = options.order;
    stages.push_back({unit, fast_mvau(unit, static_cast<std::uint32_t>(stages.size()), order),
                      integer_tensor::zeros(unit.output_type, {frames * unit.vectors_per_frame, unit.mh()})});
  }
  return stages;
}

/// Runs frames [first, last) through one stage and reports counts and events in the order of the hardware.
void run_stage(stage& to, std::uint32_t index, const integer_tensor& inputs, std::int64_t first, std::int64_t last,
               const issue_times& times, recorder& events, unsigned threads) {
  const std::int64_t blocks = (last - first + frames_per_block - 1) / frames_per_block;
  const std::uint64_t room = events.max_events() - events.events().size();
  std::vector<fast_mvau::block_result> results(static_cast<std::size_t>(blocks));
  for_each_block(blocks, threads, [&](std::int64_t block) {
    const std::int64_t begin = first + block * frames_per_block, end = std::min(last, begin + frames_per_block);
    const std::int64_t vectors = to.unit.vectors_per_frame;
    results[static_cast<std::size_t>(block)] =
        to.engine.run(inputs, begin * vectors, end * vectors, to.outputs, times, room);
  });
  for (const fast_mvau::block_result& result : results) {
    add_counts(events.counts(index), result.counts);
    for (const overflow_event& event : result.events) events.log(event);
  }
}

}  // namespace

run_result run_fast_engine(const dataflow& flow, const integer_tensor& inputs, recorder& events,
                           const run_options& options) {
  validate(flow);
  if (options.waves || options.stalls.source > 0 || options.stalls.sink > 0)
    throw config_error("the fast engine has no clock: waves and stalls need the cycle engine");
  if (!options.modules.empty())
    throw config_error(fmt::format("the fast engine has no modules: one for {} needs the cycle engine",
                                   options.modules.begin()->first));
  if (options.compare) throw config_error("the fast engine has no streams to compare; right: the cycle engine");
  require_chain(flow);
  check_order(flow, options.order);
  const std::int64_t frames = count_frames(flow, inputs);
  std::vector<stage> stages = make_stages(flow, frames, options);
  for (const stage& s : stages) events.add_unit(s.unit.mh());
  schedule timing = compute_schedule(flow, static_cast<std::uint64_t>(frames));

  run_result result;
  std::int64_t done = 0;
  while (done < frames && !result.stopped) {
    const std::int64_t last = std::min(frames, done + frames_per_round);
    const integer_tensor* input = &inputs;
    for (std::size_t s = 0; s < stages.size(); ++s) {
      run_stage(stages[s], static_cast<std::uint32_t>(s), *input, done, last, timing.units[s], events,
                std::max(1u, options.threads));
      input = &stages[s].outputs;
    }
    done = last;
    if (options.on_progress && !options.on_progress(static_cast<std::uint64_t>(done))) result.stopped = done < frames;
  }
  if (result.stopped) timing = compute_schedule(flow, static_cast<std::uint64_t>(done));
  result.frames = static_cast<std::uint64_t>(done);
  result.cycles = timing.cycles;
  result.first_frame_latency = timing.first_frame_latency;
  result.outputs = std::move(stages.back().outputs);
  result.outputs.shape[0] = done * stages.back().unit.vectors_per_frame;
  result.outputs.words.resize(static_cast<std::size_t>(result.outputs.size() * result.outputs.type.words()));
  return result;
}

}  // namespace spillway
