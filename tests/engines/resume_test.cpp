// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "spillway/sim/engine.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/engines/random_dataflow.h"

// A run that goes on after the frames of an earlier one comes to what a whole run comes to.

using namespace spillway;

namespace {

/// The first frames of a run, as a checkpoint at their end would store them. The log holds everything up to the moment
/// in which the last of them left the accelerator, so also of frames that had begun by then.
recorded_frames first_of(const dataflow& flow, const integer_tensor& inputs, const recorder& whole,
                         std::uint64_t frames, std::size_t logged) {
  if (frames == 0) return {};
  const mvau& unit = std::get<mvau>(flow.units[0]);
  integer_tensor some = inputs;
  some.shape[0] = static_cast<std::int64_t>(frames) * unit.vectors_per_frame;
  some.words.resize(static_cast<std::size_t>(some.size() * some.type.words()));
  recorder events(0);
  run_cycle_engine(flow, some, events);
  recorded_frames earlier;
  earlier.frames = frames;
  for (std::uint32_t u = 0; u < events.units(); ++u)
    earlier.counts.emplace_back(events.counts(u).begin(), events.counts(u).end());
  const auto log = whole.events().first(logged);
  earlier.events.assign(log.begin(), log.end());
  for (const overflow_event& event : log) earlier.events_ahead += event.frame >= frames ? 1 : 0;
  return earlier;
}

/// The least prefix of a log that has every event of the first frames.
std::size_t events_until(const recorder& whole, std::uint64_t frames) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < whole.events().size(); ++i)
    if (whole.events()[i].frame < frames) last = i + 1;
  return last;
}

void check_same(const recorder& a, const recorder& b) {
  REQUIRE(std::ranges::equal(a.events(), b.events()));
  REQUIRE(a.units() == b.units());
  for (std::uint32_t u = 0; u < a.units(); ++u) REQUIRE(std::ranges::equal(a.counts(u), b.counts(u)));
}

/// Whether the outputs of frames from `first` on are the same.
bool same_outputs_from(const run_result& a, const run_result& b, std::uint64_t first) {
  if (a.outputs.shape != b.outputs.shape) return false;
  const auto skipped = static_cast<std::ptrdiff_t>(a.outputs.words.size() / a.frames * first);
  return std::equal(a.outputs.words.begin() + skipped, a.outputs.words.end(), b.outputs.words.begin() + skipped);
}

}  // namespace

TEST_CASE("the cycle engine goes on after any frame, with capped logs too, to the events and cycles of a whole run") {
  std::uint64_t seen = 0, ahead = 0;
  for (int c = 0; c < 400 * testing::effort(); ++c) {
    CAPTURE(c);
    random_dataflow random(7000 + static_cast<std::uint64_t>(c));
    const dataflow flow = random.flow(3, 6, 14);
    const mvau& first = std::get<mvau>(flow.units[0]);
    const integer_tensor inputs = random.tensor(first.input_type, {6 * first.vectors_per_frame, first.mw()});
    const std::uint64_t cap = random.between(0, 1) == 0 ? 1000000 : static_cast<std::uint64_t>(random.between(0, 40));
    recorder whole(cap);
    const run_result expected = run_cycle_engine(flow, inputs, whole);
    const auto frames = static_cast<std::uint64_t>(random.between(0, 6));
    recorded_frames earlier = first_of(flow, inputs, whole, frames, events_until(whole, frames));
    ahead += earlier.events_ahead;
    recorder resumed(cap, std::move(earlier));
    const run_result result = run_cycle_engine(flow, inputs, resumed);
    check_same(resumed, whole);
    REQUIRE(result.cycles == expected.cycles);
    REQUIRE(result.frame_cycles == expected.frame_cycles);
    REQUIRE(result.activity == expected.activity);
    REQUIRE(same_outputs_from(result, expected, frames));
    seen += whole.total().events;
  }
  CHECK(seen > 10'000);
  CHECK(ahead > 100);
}

TEST_CASE(
    "a checkpoint of the cycle engine holds whole frames alone: their outputs, and the counts of a run over them") {
  random_dataflow random(5);
  const dataflow flow = random.flow(3, 6, 8);
  const mvau& first = std::get<mvau>(flow.units[0]);
  const std::int64_t frames = 4000;
  const integer_tensor inputs = random.tensor(first.input_type, {frames * first.vectors_per_frame, first.mw()});
  std::uint64_t finished = 0;
  std::vector<std::int64_t> outputs;
  std::vector<std::vector<channel_counts>> counts;
  run_options options;
  options.checkpoint_interval = std::chrono::milliseconds(0);
  options.on_checkpoint = [&](const finished_frames& now) {
    if (finished > 0) return;
    finished = now.frames;
    outputs.assign(now.outputs.begin(), now.outputs.end());
    for (const auto& unit : now.counts) counts.emplace_back(unit.begin(), unit.end());
  };
  recorder events(0);
  const run_result whole = run_cycle_engine(flow, inputs, events, options);
  REQUIRE(finished > 0);
  REQUIRE(finished < static_cast<std::uint64_t>(frames));
  CHECK(std::equal(outputs.begin(), outputs.end(), whole.outputs.words.begin()));
  CHECK(outputs.size() == whole.outputs.words.size() / whole.frames * finished);
  recorder some(0);
  integer_tensor part = inputs;
  part.shape[0] = static_cast<std::int64_t>(finished) * first.vectors_per_frame;
  part.words.resize(static_cast<std::size_t>(part.size() * part.type.words()));
  run_cycle_engine(flow, part, some);
  REQUIRE(counts.size() == some.units());
  for (std::uint32_t u = 0; u < some.units(); ++u) CHECK(std::ranges::equal(counts[u], some.counts(u)));
}

TEST_CASE("the fast engine goes on after its rounds to the events and cycles of a whole run") {
  random_dataflow random(3);
  const dataflow flow = random.flow(2, 4, 7);
  const mvau& first = std::get<mvau>(flow.units[0]);
  const integer_tensor inputs = random.tensor(first.input_type, {5000 * first.vectors_per_frame, first.mw()});
  recorder whole, some;
  const run_result expected = run_fast_engine(flow, inputs, whole);
  run_options stop;
  stop.on_progress = [](std::uint64_t) { return false; };
  const run_result begun = run_fast_engine(flow, inputs, some, stop);
  REQUIRE(begun.stopped);
  recorded_frames earlier;
  earlier.frames = begun.frames;
  for (std::uint32_t u = 0; u < some.units(); ++u)
    earlier.counts.emplace_back(some.counts(u).begin(), some.counts(u).end());
  earlier.events.assign(some.events().begin(), some.events().end());
  recorder resumed(1'000'000, std::move(earlier));
  const run_result result = run_fast_engine(flow, inputs, resumed);
  check_same(resumed, whole);
  CHECK(whole.total().events > 1000);
  CHECK(result.cycles == expected.cycles);
  CHECK(same_outputs_from(result, expected, begun.frames));
}
