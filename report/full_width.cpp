// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/full_width.h"

#include <algorithm>
#include <span>
#include <vector>

#include "spillway/sim/evaluate_fast.h"
#include "spillway/traces/run_rows.h"

namespace spillway {

namespace {

constexpr std::size_t frames_at_once = 64;

/// Whether a dot product with this event ends in another sum than the exact one: a register that wraps comes back.
bool matters(const finished_run& run, std::uint32_t unit, bool is_persistent) {
  const auto of = dot_products_of(run.accelerator.flow.units[unit]);
  return is_persistent || !of || of->accumulator.overflow != overflow_mode::wrap;
}

/// True if every register held the finished sum in every frame.
bool is_exact(const finished_run& run) {
  for (std::uint32_t u = 0; u < run.events.units(); ++u) {
    const channel_counts counts = run.events.total(u);
    if (counts.persistent_dot_products > 0 || (counts.events > 0 && matters(run, u, false))) return false;
  }
  return true;
}

/// Frames with an event that matters, and those of which the capped log does not tell.
std::vector<std::uint64_t> frames_that_may_differ(const finished_run& run) {
  std::vector<std::uint64_t> frames;
  if (is_exact(run)) return frames;
  const auto events = events_by_frame(run.events, run.result.frames);
  std::vector<bool> differs(events.size());
  for (std::size_t frame = 0; frame < events.size(); ++frame) differs[frame] = !events[frame];
  for (const overflow_event& event : run.events.events())
    if (event.frame < differs.size() && matters(run, event.unit, event.persistent)) differs[event.frame] = true;
  for (std::size_t frame = 0; frame < differs.size(); ++frame)
    if (differs[frame]) frames.push_back(frame);
  return frames;
}

/// The rows of these frames, one after the other; `rows` a frame.
integer_tensor gather(const integer_tensor& all, std::span<const std::uint64_t> frames, std::int64_t rows) {
  integer_tensor some{all.type, {std::ssize(frames) * rows, all.shape[1]}, {}};
  const auto words = rows * all.shape[1] * all.type.words();
  some.words.reserve(frames.size() * static_cast<std::size_t>(words));
  for (const std::uint64_t frame : frames) {
    const auto begin = all.words.begin() + static_cast<std::int64_t>(frame) * words;
    some.words.insert(some.words.end(), begin, begin + words);
  }
  return some;
}

/// The same values in another type that holds them.
integer_tensor as_type(const integer_tensor& values, integer_type type) {
  integer_tensor result{type, values.shape, {}};
  const int from = values.type.words(), to = type.words();
  for (std::int64_t i = 0; i < values.size(); ++i)
    for (int word = 0; word < to; ++word) {
      const bool is_negative = values.type.is_signed && values.at(i)[from - 1] < 0;
      result.words.push_back(word < from ? values.at(i)[word] : is_negative ? -1 : 0);
    }
  return result;
}

void put(integer_tensor& all, const integer_tensor& some, std::span<const std::uint64_t> frames) {
  const std::int64_t words = std::ssize(some.words) / std::ssize(frames);
  for (std::size_t i = 0; i < frames.size(); ++i)
    std::copy_n(some.words.begin() + static_cast<std::int64_t>(i) * words, words,
                all.words.begin() + static_cast<std::int64_t>(frames[i]) * words);
}

}  // namespace

bool compare_with_full_width(finished_run& run, unsigned threads,
                             const std::function<bool(std::uint64_t, std::uint64_t)>& on_progress) {
  const std::vector<std::uint64_t> frames = frames_that_may_differ(run);
  const std::int64_t rows = run.data.inputs.shape[0] / count_frames(run.accelerator.flow, run.data.inputs);
  integer_tensor exact = run.result.outputs;
  for (std::size_t done = 0; done < frames.size();) {
    if (on_progress && !on_progress(done, frames.size())) return false;
    const auto now = std::span(frames).subspan(done, std::min(frames_at_once, frames.size() - done));
    const integer_tensor values = evaluate_fast(run.accelerator.integers, gather(run.data.inputs, now, rows), threads);
    if (exact.type != values.type) exact = as_type(exact, values.type);
    put(exact, values, now);
    done += now.size();
  }
  run.score =
      score_run(run.accelerator.integers, run.result.outputs, exact, run.data.labels, run.accelerator.output.places);
  run.has_exact = true;
  return true;
}

}  // namespace spillway
