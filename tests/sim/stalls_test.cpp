// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "spillway/sim/stall_generator.h"
#include "spillway/tests/sim/rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

mvau overflowing_mvau() {
  mvau unit = plain_mvau(6, 20, 2, 5, {11, overflow_mode::wrap, limit_scope::per_product});
  unit.vectors_per_frame = 2;
  return unit;
}

bool same_but_for_the_cycle(const overflow_event& a, overflow_event b) {
  b.cycle = a.cycle;
  return a == b;
}

}  // namespace

TEST_CASE("random stalls at both ends change no output, no count and no event but its cycle") {
  const mvau unit = overflowing_mvau();
  const integer_tensor inputs = plain_inputs(unit, 10);
  const mvau_run calm = run_mvau(unit, inputs);
  REQUIRE(calm.events.total().events > 100);
  for (const double source : {0.0, 0.3, 0.9})
    for (const double to : {0.0, 0.3, 0.9})
      for (const int depth : {2, 4}) {
        CAPTURE(source);
        CAPTURE(to);
        const mvau_run run = run_mvau(unit, inputs, {source, to, 17}, depth);
        CHECK(run.outputs == calm.outputs);
        CHECK(std::ranges::equal(run.events.counts(0), calm.events.counts(0)));
        CHECK(std::ranges::equal(run.events.events(), calm.events.events(), same_but_for_the_cycle));
        for (const unit_activity& activity : run.activity) CHECK(activity.total() == run.cycles);
        CHECK(run.activity[1].working == calm.activity[1].working);
        if (source + to > 0.5) CHECK(run.cycles > calm.cycles);
      }
}

TEST_CASE("the same seed stalls in the same cycles, another one in others") {
  const mvau unit = overflowing_mvau();
  const integer_tensor inputs = plain_inputs(unit, 10);
  const mvau_run first = run_mvau(unit, inputs, {0.4, 0.4, 5}), second = run_mvau(unit, inputs, {0.4, 0.4, 5});
  CHECK(first.frame_cycles == second.frame_cycles);
  CHECK(first.issue_cycles == second.issue_cycles);
  CHECK(first.activity == second.activity);
  CHECK(std::ranges::equal(first.events.events(), second.events.events()));
  CHECK(run_mvau(unit, inputs, {0.4, 0.4, 6}).issue_cycles != first.issue_cycles);
}

TEST_CASE("a slow sink blocks the unit, a slow source starves it") {
  const mvau unit = plain_mvau(4, 4, 4, 4);  // a result every cycle
  const integer_tensor inputs = plain_inputs(unit, 500);
  const mvau_run blocked = run_mvau(unit, inputs, {0, 0.5, 3});
  CHECK(blocked.activity[1].blocked > 300);
  CHECK(blocked.activity[1].starved < 20);
  const mvau_run starved = run_mvau(unit, inputs, {0.5, 0, 3});
  CHECK(starved.activity[1].blocked == 0);
  CHECK(starved.activity[1].starved + starved.activity[1].draining > 300);
}

TEST_CASE("a stall generator keeps its probability, and 0 and 1 exactly") {
  const auto stalls = [](double probability) {
    stall_generator generator(probability, 9);
    int count = 0;
    for (int i = 0; i < 100000; ++i) count += generator.next() ? 1 : 0;
    return count;
  };
  CHECK(stalls(0) == 0);
  CHECK(stalls(1) == 100000);
  CHECK(stalls(0.25) > 24000);
  CHECK(stalls(0.25) < 26000);
}
