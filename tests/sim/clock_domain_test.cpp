// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/clock_domain.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "spillway/models/support/error.h"
#include "spillway/sim/kernel.h"
#include "spillway/sim/unit.h"
#include "spillway/tests/sim/rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// Ticks until it is told to stop, counting.
class counter final : public unit {
 public:
  std::uint64_t ticks = 0;
  std::uint64_t sleep_in = clock_domain::no_limit, throw_in = clock_domain::no_limit,
                finish_in = clock_domain::no_limit;

  explicit counter(sc_core::sc_module_name name) : unit(name) {}
  outcome tick(std::uint64_t cycle) override {
    ++ticks;
    if (cycle == throw_in) throw std::out_of_range("thrown in a tick");
    if (cycle == finish_in) domain().finish();
    return {cycle == sleep_in ? unit_state::starved : unit_state::working, cycle == sleep_in};
  }
};

struct counter_rig {
  simulation_kernel kernel;
  clock_domain clock{"clock"};
  counter first{"first"}, second{"second"};
  counter_rig() { first.clock(clock), second.clock(clock); }
};

}  // namespace

TEST_CASE("a domain runs exactly the cycles asked for, and goes on where it stopped") {
  counter_rig rig;
  CHECK_FALSE(rig.clock.run(1));
  CHECK(rig.first.ticks == 1);
  CHECK_FALSE(rig.clock.run(9));
  CHECK(rig.first.ticks == 10);
  CHECK(rig.clock.cycles() == 10);
  CHECK_FALSE(rig.clock.run(0));
  CHECK(rig.first.ticks == 10);
  CHECK(sc_core::sc_time_stamp() == sc_core::sc_time(90, sc_core::SC_NS));
}

TEST_CASE("the run ends with the cycle in which a unit finishes it") {
  counter_rig rig;
  rig.first.finish_in = 41;
  CHECK(rig.clock.run());
  CHECK(rig.clock.cycles() == 42);
  CHECK(rig.second.ticks == 42);
  CHECK(rig.clock.run());
  CHECK(rig.second.ticks == 42);
}

TEST_CASE("a sleeping unit is not ticked, and its cycles are counted all the same") {
  counter_rig rig;
  rig.second.sleep_in = 9;
  rig.clock.run(1000);
  CHECK(rig.first.ticks == 1000);
  CHECK(rig.second.ticks == 10);
  const unit_activity activity = rig.second.activity();
  CHECK(activity.working == 9);
  CHECK(activity.starved == 991);
  CHECK(activity.total() == 1000);
}

TEST_CASE("what a unit throws comes out as it is") {
  counter_rig rig;
  rig.first.throw_in = 5;
  CHECK_THROWS_AS(rig.clock.run(), std::out_of_range);
}

TEST_CASE("a deadlock names the cycle, the units, their states and the streams' fill") {
  counter_rig rig;
  rig.first.sleep_in = 3;
  rig.second.sleep_in = 7;
  std::string message;
  try {
    rig.clock.run();
  } catch (const protocol_error& e) {
    message = e.what();
  }
  CHECK(message == "deadlock in cycle 7: no unit can move (first starved, second starved); beats held: none");
}

TEST_CASE("an accelerator that waits for more frames than there are reports its deadlock") {
  const mvau unit = plain_mvau(4, 8, 2, 4);
  const integer_tensor inputs = plain_inputs(unit, 2);
  const simulation_kernel kernel;
  recorder events;
  accelerator top("top", {"test", {unit}, 2}, inputs, events);
  top.output().expect(3);
  std::string message;
  try {
    top.clock.run();
  } catch (const protocol_error& e) {
    message = e.what();
  }
  CHECK(message.find("top.source starved, top.mvau_0 starved, top.sink starved") != std::string::npos);
  CHECK(message.find("top.stream_0 0/2, top.stream_1 0/2") != std::string::npos);
}

TEST_CASE("an exception ends one simulation and not the next") {
  for (int i = 0; i < 3; ++i) {
    counter_rig bad;
    bad.first.throw_in = 2;
    CHECK_THROWS(bad.clock.run());
    counter_rig good;
    good.first.finish_in = 4;
    CHECK(good.clock.run());
  }
}
