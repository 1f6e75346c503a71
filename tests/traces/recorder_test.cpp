// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/recorder.h"

#include <doctest/doctest.h>

#include "spillway/tests/traces/sample_events.h"
#include "spillway/traces/run_rows.h"

namespace spillway {
namespace {

using testing::sample_event;
using testing::sample_events;
using testing::wide_event;

/// Counts and logs as an engine does.
recorder record(const std::vector<overflow_event>& events, std::uint64_t max_events) {
  recorder result(max_events);
  CHECK(result.add_unit(10) == 0);
  CHECK(result.add_unit(10) == 1);
  for (const overflow_event& event : events) {
    channel_counts& counts = result.counts(event.unit)[event.channel];
    ++counts.dot_products;
    ++counts.events;
    counts.overflowing_dot_products += event.step == 0 ? 1 : 0;
    counts.persistent_dot_products += event.persistent ? 1 : 0;
    if (result.wants_events()) result.log(event);
  }
  return result;
}

TEST_CASE("counters stay exact when the log is capped") {
  const auto events = sample_events(1000);
  const recorder all = record(events, 1000), capped = record(events, 10), silent = record(events, 0);
  CHECK(all.events().size() == 1000);
  CHECK(capped.events().size() == 10);
  CHECK(silent.events().empty());
  CHECK_FALSE(capped.wants_events());
  for (std::uint32_t unit = 0; unit < 2; ++unit) {
    CHECK(capped.total(unit) == all.total(unit));
    CHECK(silent.total(unit) == all.total(unit));
  }
  CHECK(all.total().events == 1000);
  CHECK(all.total() == capped.total());
  CHECK(all.total(0).events + all.total(1).events == 1000);
  for (std::size_t i = 0; i < 10; ++i) CHECK(capped.events()[i] == events[i]);
}

TEST_CASE("the log is full at its cap, not one before and not one after") {
  recorder log(3);
  for (int i = 0; i < 3; ++i) {
    CHECK(log.wants_events());
    log.log(sample_event(1));
  }
  CHECK_FALSE(log.wants_events());
  log.log(sample_event(2));
  CHECK(log.events().size() == 3);
}

TEST_CASE("events are equal whatever holds their values, and differ in every field") {
  const overflow_event event = sample_event(3);
  CHECK(event == sample_event(3));
  CHECK(event == wide_event(3, {100, 31, 131, -125}));
  CHECK_FALSE(event == wide_event(3, {100, 31, 131, -124}));
  const auto differs = [&](auto change) {
    overflow_event other = event;
    change(other);
    return !(other == event);
  };
  CHECK(differs([](overflow_event& e) { ++e.frame; }));
  CHECK(differs([](overflow_event& e) { ++e.unit; }));
  CHECK(differs([](overflow_event& e) { ++e.position; }));
  CHECK(differs([](overflow_event& e) { ++e.channel; }));
  CHECK(differs([](overflow_event& e) { ++e.step; }));
  CHECK(differs([](overflow_event& e) { ++e.cycle; }));
  CHECK(differs([](overflow_event& e) { ++e.pe; }));
  CHECK(differs([](overflow_event& e) { e.persistent = !e.persistent; }));
  for (std::size_t i = 0; i < 4; ++i) CHECK(differs([i](overflow_event& e) { ++e.narrow[i]; }));
}

TEST_CASE("values are told in decimal, beyond int64 too") {
  CHECK(sample_event(3).decimal(overflow_event::stored) == "-125");
  const big_int large = big_int(1) << 100;
  const overflow_event event = wide_event(0, {-large, large, 0, 1});
  CHECK(event.decimal(overflow_event::before) == "-1267650600228229401496703205376");
  CHECK(event.decimal(overflow_event::exact) == "0");
}

TEST_CASE("events by frame are known where the log is complete") {
  const auto events = sample_events(10);  // 4 a frame: 4, 4, 2
  const auto whole = events_by_frame(record(events, 10), 4);
  CHECK(whole == std::vector<std::optional<std::uint64_t>>{4, 4, 2, 0});
  const auto shared = events_by_frame(record(events, 9), 4);
  CHECK(shared == std::vector<std::optional<std::uint64_t>>(4));
  recorder single(9);
  single.add_unit(10);
  for (const overflow_event& event : events) {
    ++single.counts(0)[0].events;
    single.log(event);
  }
  const auto first = events_by_frame(single, 4);  // the ninth event is in frame 2, which may go on
  CHECK(first == std::vector<std::optional<std::uint64_t>>{4, 4, {}, {}});
}

TEST_CASE("counts at a mark are those of the frames before it, whatever comes later") {
  recorder events;
  events.add_unit(1);
  events.add_unit(0);
  events.mark(2);
  for (std::uint64_t frame = 0; frame < 4; ++frame) {
    ++events.counts(0)[0].dot_products;
    events.end_frame(0, frame);
  }
  CHECK(events.counts_at_mark(0)[0].dot_products == 2);
  CHECK(events.counts_at_mark(1).empty());
  CHECK(events.counts(0)[0].dot_products == 4);
}

}  // namespace
}  // namespace spillway
