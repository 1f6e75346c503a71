// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/sim/rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

template <class Error, class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  }
  return "(nothing was thrown)";
}

}  // namespace

TEST_CASE("the engine returns what comes out, how long it took and what the units did") {
  const mvau unit = plain_mvau(10, 784, 10, 49);
  const integer_tensor inputs = plain_inputs(unit, 20);
  recorder events;
  const run_result result = run_cycle_engine({"mnist", {unit}, 2}, inputs, events);
  CHECK(result.frames == 20);
  CHECK(result.outputs.shape == std::vector<std::int64_t>{20, 10});
  CHECK(result.first_frame_latency == 26);
  CHECK(result.cycles == 26 + 19 * 16);
  REQUIRE(result.activity.size() == 1);
  CHECK(result.activity[0].unit == "mvau");
  CHECK(result.activity[0].working == 20 * 16);
  CHECK(result.activity[0].total() == result.cycles);
  CHECK_FALSE(result.stopped);
  CHECK(events.counts(0)[3].dot_products == 20);

  std::int64_t by_hand = 0;
  for (std::int64_t k = 0; k < 784; ++k) by_hand += *unit.weights.at(7 * 784 + k) * *inputs.at(13 * 784 + k);
  CHECK(*result.outputs.at(13 * 10 + 7) == by_hand);
}

TEST_CASE("running twice gives the same of everything") {
  const mvau unit = plain_mvau(6, 20, 2, 5, {11, overflow_mode::saturate, limit_scope::per_product});
  const integer_tensor inputs = plain_inputs(unit, 10);
  recorder first_events, second_events;
  const run_result first = run_cycle_engine({"twice", {unit}, 2}, inputs, first_events);
  const run_result second = run_cycle_engine({"twice", {unit}, 2}, inputs, second_events);
  CHECK(first.outputs == second.outputs);
  CHECK(first.cycles == second.cycles);
  CHECK(first.activity == second.activity);
  REQUIRE(first_events.events().size() > 10);
  CHECK(std::ranges::equal(first_events.events(), second_events.events()));
}

TEST_CASE("counters stay exact when the log is capped, and the log is the full one's beginning") {
  const mvau unit = plain_mvau(6, 20, 2, 5, {11, overflow_mode::wrap, limit_scope::per_product});
  const integer_tensor inputs = plain_inputs(unit, 10);
  recorder full, capped(7), none(0);
  const dataflow flow{"capped", {unit}, 2};
  run_cycle_engine(flow, inputs, full);
  run_cycle_engine(flow, inputs, capped);
  run_cycle_engine(flow, inputs, none);
  REQUIRE(full.events().size() > 7);
  CHECK(full.total().events == full.events().size());
  CHECK(std::ranges::equal(full.counts(0), capped.counts(0)));
  CHECK(std::ranges::equal(full.counts(0), none.counts(0)));
  CHECK(std::ranges::equal(capped.events(), full.events().first(7)));
  CHECK(none.events().empty());
}

TEST_CASE("progress is reported, and false stops the run with whole frames alone") {
  const mvau unit = plain_mvau(10, 784, 1, 1);  // 7,840 cycles a frame
  const integer_tensor inputs = plain_inputs(unit, 2000);
  const dataflow flow{"long", {unit}, 2};
  recorder events;
  run_options options;
  std::uint64_t calls = 0, reported = 0;
  options.on_progress = [&](std::uint64_t frames) {
    CHECK(frames >= reported);
    reported = frames;
    return ++calls < 3;
  };
  const run_result result = run_cycle_engine(flow, inputs, events, options);
  CHECK(result.stopped);
  CHECK(calls == 3);
  CHECK(result.frames >= reported);
  CHECK(result.frames <= reported + 2);
  CHECK(result.frames < 2000);
  CHECK(result.outputs.shape[0] == static_cast<std::int64_t>(result.frames));
  CHECK(events.total().dot_products == result.frames * 10);
  CHECK(result.activity[0].total() == result.cycles);
}

TEST_CASE("a run that is never stopped says so") {
  const mvau unit = plain_mvau(4, 8, 2, 4);
  recorder events;
  run_options options;
  options.on_progress = [](std::uint64_t) { return true; };
  const run_result result = run_cycle_engine({"short", {unit}, 2}, plain_inputs(unit, 300), events, options);
  CHECK_FALSE(result.stopped);
  CHECK(result.frames == 300);
}

TEST_CASE("wrong shapes, types and values are refused in one line") {
  const mvau unit = plain_mvau(4, 8, 2, 4);
  const dataflow flow{"refused", {unit}, 2};
  recorder events;
  const auto run = [&](const integer_tensor& inputs) {
    return message_of<config_error>([&] { run_cycle_engine(flow, inputs, events); });
  };
  CHECK(run(integer_tensor::zeros(signed_type(8), {3, 7})).find("7") != std::string::npos);
  CHECK(run(integer_tensor::zeros(unsigned_type(8), {3, 8})).find("UINT8") != std::string::npos);
  integer_tensor beyond = integer_tensor::zeros(signed_type(8), {3, 8});
  *beyond.at(5) = 128;
  CHECK(run(beyond).find("128") != std::string::npos);
  CHECK(message_of<config_error>([&] {
          run_cycle_engine({"none", {}, 2}, beyond, events);
        }).find('\n') == std::string::npos);
  dataflow shallow = flow;
  shallow.stream_depth = 1;
  CHECK_THROWS_AS(run_cycle_engine(shallow, plain_inputs(unit, 1), events), config_error);
}

TEST_CASE("unit names of any kind are accepted, twice the same one, too") {
  mvau first = plain_mvau(4, 8, 4, 8), second = plain_mvau(2, 4, 2, 4);
  first.name = second.name = "layer 1.dense/ä";
  first.output_type = second.input_type = signed_type(32);
  recorder events;
  const run_result result = run_cycle_engine({"names", {first, second}, 2}, plain_inputs(first, 2), events);
  CHECK(result.activity[0].unit == "layer 1.dense/ä");
}

TEST_CASE("waves that can't be written are an I/O error") {
  const mvau unit = plain_mvau(4, 8, 2, 4);
  recorder events;
  run_options options;
  options.waves = "/no/such/folder/waves.vcd";
  CHECK_THROWS_AS(run_cycle_engine({"waves", {unit}, 2}, plain_inputs(unit, 2), events, options), io_error);
  options.waves = "/dev/full";
  CHECK_THROWS_AS(run_cycle_engine({"waves", {unit}, 2}, plain_inputs(unit, 2), events, options), io_error);
}
