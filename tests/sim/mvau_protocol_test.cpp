// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "spillway/models/support/error.h"
#include "spillway/tests/sim/rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// Writes beats of zeros, with TLAST where a rule says so.
class tlast_writer final : public unit {
 public:
  sc_core::sc_port<stream_out_if> out{"out"};
  std::function<bool(std::uint64_t beat)> last;

  explicit tlast_writer(sc_core::sc_module_name name) : unit(name) {}
  outcome tick(std::uint64_t) override {
    if (!m_out->can_write()) return {unit_state::blocked, true};
    std::fill_n(m_out->back(), m_out->beat_words(), 0);
    m_out->push(last(m_beat++));
    return {unit_state::working, false};
  }

 private:
  void end_of_elaboration() override {
    unit::end_of_elaboration();
    m_out = &out->connect_writer(*this);
  }
  stream* m_out = nullptr;
  std::uint64_t m_beat = 0;
};

struct protocol_rig {
  simulation_kernel kernel;
  recorder events;
  clock_domain clock{"clock"};
  stream in, out;
  tlast_writer from{"from"};
  mvau_unit unit;
  sink to;

  protocol_rig(const mvau& description, const stream::config& in_shape, const stream::config& out_shape)
      : in("in", in_shape),
        out("out", out_shape),
        unit("unit", description, events),
        to("to", {description.mh(), description.vectors_per_frame, 3}) {
    from.clock(clock), unit.clock(clock), to.clock(clock);
    from.out(in), unit.in(in), unit.out(out), to.in(out);
  }

  std::string run() {
    try {
      clock.run(1000);
    } catch (const error& e) {
      return e.what();
    }
    return "";
  }
};

mvau two_vectors() {
  mvau unit = plain_mvau(4, 8, 2, 4);  // SF = 2: a frame of 2 vectors has 4 beats
  unit.vectors_per_frame = 2;
  return unit;
}

const stream::config good_in{signed_type(8), 4, 2};
const stream::config good_out{signed_type(32), 2, 2};

}  // namespace

TEST_CASE("TLAST on the last beat of each frame is accepted") {
  protocol_rig rig(two_vectors(), good_in, good_out);
  rig.from.last = [](std::uint64_t beat) { return beat % 4 == 3; };
  CHECK(rig.run() == "");
  CHECK(rig.to.frames_done() == 3);
}

TEST_CASE("TLAST one beat early, one vector early, or missing is refused, with its place") {
  SUBCASE("one beat early") {
    protocol_rig rig(two_vectors(), good_in, good_out);
    rig.from.last = [](std::uint64_t beat) { return beat % 4 == 2; };
    CHECK(rig.run().starts_with("unit: TLAST is set in cycle "));
    CHECK(rig.to.frames_done() == 0);
  }
  SUBCASE("one vector early") {
    protocol_rig rig(two_vectors(), good_in, good_out);
    rig.from.last = [](std::uint64_t beat) { return beat % 2 == 1; };
    CHECK(rig.run().find("at beat 1 of 4 of frame 0") != std::string::npos);
  }
  SUBCASE("missing") {
    protocol_rig rig(two_vectors(), good_in, good_out);
    rig.from.last = [](std::uint64_t) { return false; };
    CHECK(rig.run().starts_with("unit: TLAST is missing in cycle "));
  }
  SUBCASE("missing in the second frame") {
    protocol_rig rig(two_vectors(), good_in, good_out);
    rig.from.last = [](std::uint64_t beat) { return beat == 3; };
    CHECK(rig.run().find("of frame 1") != std::string::npos);
  }
}

TEST_CASE("streams of other lanes or types are refused, naming both") {
  const auto message = [](const stream::config& in, const stream::config& out) {
    protocol_rig rig(two_vectors(), in, out);
    rig.from.last = [](std::uint64_t) { return false; };
    return rig.run();
  };
  CHECK(message({signed_type(8), 2, 2}, good_out) == "unit needs beats of 4 x INT8, but in carries 2 x INT8");
  CHECK(message({unsigned_type(8), 4, 2}, good_out) == "unit needs beats of 4 x INT8, but in carries 4 x UINT8");
  CHECK(message(good_in, {signed_type(32), 4, 2}) == "unit needs beats of 2 x INT32, but out carries 4 x INT32");
  CHECK(message(good_in, {signed_type(16), 2, 2}) == "unit needs beats of 2 x INT32, but out carries 2 x INT16");
}

TEST_CASE("an illegal description is refused when the unit is made") {
  const auto make = [](const mvau& description) {
    const simulation_kernel kernel;
    recorder events;
    mvau_unit("unit", description, events);
  };
  mvau description = two_vectors();
  CHECK_NOTHROW(make(description));
  description.pe = 3;
  CHECK_THROWS_AS(make(description), config_error);
  description = two_vectors();
  description.simd = 3;
  CHECK_THROWS_AS(make(description), config_error);
  description = two_vectors();
  description.accumulator.bits = 0;
  CHECK_THROWS_AS(make(description), config_error);
  description.accumulator.bits = 5000;
  CHECK_THROWS_AS(make(description), config_error);
}
