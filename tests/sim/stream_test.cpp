// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/stream.h"

#include <doctest/doctest.h>

#include <string>

#include "spillway/models/support/error.h"
#include "spillway/sim/kernel.h"
#include "spillway/tests/sim/scripted_units.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// writer -> stream -> reader; the order in which they are made is the order in which they are evaluated.
struct link_rig {
  simulation_kernel kernel;
  clock_domain clock{"clock"};
  stream link;
  scripted_writer writer{"writer"};
  scripted_reader reader{"reader"};

  explicit link_rig(int depth = 2) : link("link", {signed_type(32), 1, depth}) {
    writer.clock(clock);
    reader.clock(clock);
    writer.out(link);
    reader.in(link);
  }
};

template <class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a beat pushed in cycle t is seen in t+1 and not in t") {
  link_rig rig;
  rig.writer.wants = [](std::uint64_t cycle) { return cycle == 3; };
  rig.clock.run(6);
  CHECK(rig.writer.push_cycles == std::vector<std::uint64_t>{3});
  CHECK_FALSE(rig.reader.could_read[3]);
  CHECK(rig.reader.could_read[4]);
  CHECK(rig.reader.taken == std::vector<std::pair<std::uint64_t, std::int64_t>>{{4, 0}});
}

TEST_CASE("the place that a pop in cycle t frees is seen in t+1 and not in t") {
  link_rig rig;
  rig.reader.wants = [](std::uint64_t cycle) { return cycle == 5; };
  rig.clock.run(8);
  CHECK(rig.writer.push_cycles == std::vector<std::uint64_t>{0, 1, 6});
  CHECK_FALSE(rig.writer.could_write[5]);
  CHECK(rig.writer.could_write[6]);
}

TEST_CASE("a stream of depth 2 carries a beat every cycle") {
  link_rig rig(2);
  rig.clock.run(1000);
  CHECK(rig.writer.push_cycles.size() == 1000);
  CHECK(rig.reader.taken.size() == 999);
  CHECK(rig.link.beats() == 999);
}

TEST_CASE("a stream holds as many beats as it is deep, and one more is refused room") {
  for (const int depth : {2, 3, 8}) {
    CAPTURE(depth);
    link_rig rig(depth);
    rig.reader.wants = [](std::uint64_t) { return false; };
    rig.clock.run(20);
    CHECK(rig.writer.push_cycles.size() == static_cast<std::size_t>(depth));
    CHECK(rig.link.fill() == depth);
    CHECK(rig.link.most_filled() == depth);
  }
}

TEST_CASE("beats keep their order, whatever the two ends do") {
  for (const int depth : {2, 3, 5}) {
    CAPTURE(depth);
    link_rig rig(depth);
    rig.writer.wants = [](std::uint64_t cycle) { return cycle * 7 % 5 < 3; };
    rig.reader.wants = [](std::uint64_t cycle) { return cycle * cycle % 7 < 4; };
    rig.clock.run(500);
    REQUIRE(rig.reader.taken.size() > 200);
    for (std::size_t i = 0; i < rig.reader.taken.size(); ++i)
      REQUIRE(rig.reader.taken[i].second == static_cast<std::int64_t>(i));
  }
}

TEST_CASE("the order of evaluation does not matter") {
  const auto run = [](bool writer_first) {
    const simulation_kernel kernel;
    clock_domain clock("clock");
    stream link("link", {signed_type(32), 1, 3});
    scripted_writer writer("writer");
    scripted_reader reader("reader");
    // Units are evaluated in the order in which they join their domain, which is that of elaboration.
    std::vector<unit*> order{&writer, &reader};
    if (!writer_first) std::swap(order[0], order[1]);
    writer.clock(clock), reader.clock(clock);
    writer.out(link), reader.in(link);
    reader.wants = [](std::uint64_t cycle) { return cycle % 3 != 1; };
    clock.run(300);
    return std::pair(writer.push_cycles, reader.taken);
  };
  CHECK(run(true) == run(false));
}

TEST_CASE("two pushes in a cycle, a push without room and a pop without beat are refused") {
  link_rig rig;
  rig.reader.wants = [](std::uint64_t) { return false; };
  rig.writer.wants = [&](std::uint64_t cycle) {
    if (cycle == 1) rig.link.push(false);
    return true;
  };
  CHECK_THROWS_AS(rig.clock.run(5), protocol_error);
  CHECK_THROWS_AS(rig.link.push(false), protocol_error);

  link_rig other;
  other.writer.wants = [](std::uint64_t) { return false; };
  other.clock.run(2);
  CHECK_THROWS_AS(other.link.pop(), protocol_error);
}

TEST_CASE("depths below 2 and lanes below 1 are refused by name") {
  const simulation_kernel kernel;
  CHECK(message_of([] {
          stream("shallow", {signed_type(8), 1, 1});
        }) == "shallow.depth = 1, but registered ready and valid need at least 2 beats");
  CHECK_NOTHROW(stream("deep_enough", {signed_type(8), 1, 2}));
  CHECK_THROWS_AS(stream("no_lanes", {signed_type(8), 0, 2}), config_error);
  CHECK_THROWS_AS(stream("no_bits", {signed_type(0), 1, 2}), config_error);
}

TEST_CASE("a stream has one writer and one reader, and an unbound port is named") {
  SUBCASE("two readers") {
    link_rig rig;
    scripted_reader second("second");
    second.clock(rig.clock);
    second.in(rig.link);
    CHECK(message_of([&] { rig.clock.run(1); }) == "second can't read link: reader does, and a stream has one reader");
  }
  SUBCASE("no reader") {
    const simulation_kernel kernel;
    clock_domain clock("clock");
    stream link("link", {signed_type(8), 1, 2});
    scripted_writer writer("writer");
    writer.clock(clock);
    writer.out(link);
    CHECK(message_of([&] { clock.run(1); }) == "link has no reader; a stream connects one writer to one reader");
  }
  SUBCASE("unbound port") {
    const simulation_kernel kernel;
    clock_domain clock("clock");
    scripted_writer writer("writer");
    writer.clock(clock);
    CHECK(message_of([&] { clock.run(1); }).find("writer.out") != std::string::npos);
  }
  SUBCASE("ends in two clock domains") {
    const simulation_kernel kernel;
    clock_domain fast("fast"), slow("slow");
    stream link("link", {signed_type(8), 1, 2});
    scripted_writer writer("writer");
    scripted_reader reader("reader");
    writer.clock(fast), reader.clock(slow);
    writer.out(link), reader.in(link);
    CHECK_THROWS_AS(fast.run(1), config_error);
  }
}
