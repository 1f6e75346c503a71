// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "spillway/tests/sim/rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

mvau timed_mvau(std::int64_t mh, std::int64_t mw, int pe, int simd, bool thresholds) {
  mvau unit = plain_mvau(mh, mw, pe, simd);
  if (!thresholds) return unit;
  unit.thresholds = integer_tensor::zeros(signed_type(32), {mh, 3});
  for (std::int64_t row = 0; row < mh; ++row) *unit.thresholds->at(row * 3 + 2) = 1000;
  unit.output_type = unsigned_type(2);
  return unit;
}

/// True if the sink has taken the last beat of frame `frame` within `cycles` cycles.
bool frame_is_there(const mvau& unit, std::uint64_t frame, std::uint64_t cycles, int depth) {
  const simulation_kernel kernel;
  const integer_tensor inputs = plain_inputs(unit, 4);
  recorder events;
  accelerator top("top", {"timing", {unit}, depth}, inputs, events);
  top.clock.run(cycles);
  return top.output().frames_done() > frame;
}

struct timing {
  const char* what;
  std::int64_t mh, mw;
  int pe, simd;
  bool thresholds;
  std::int64_t vectors;
  int depth;
  std::uint64_t first_frame;  ///< cycles until the sink has it: worked out by hand, see docs/units/mvau.md
  std::uint64_t interval;     ///< cycles between frames
};

// First frame: 1 cycle for the source's beat to be seen, vectors * NF * SF iterations, the pipeline's latency, 1 cycle
// for the result to be seen: 1 + NF*SF*vectors - 1 + latency + 1 is the cycle in which the sink takes it, and cycles
// count from 0.
constexpr timing table[] = {
    {"one product", 1, 1, 1, 1, false, 1, 2, 5, 1},
    {"one iteration, 16 x 16", 16, 16, 16, 16, false, 1, 2, 9, 1},
    {"one iteration, 16 x 16, thresholds", 16, 16, 16, 16, true, 1, 2, 10, 1},
    {"SF = 8", 4, 64, 4, 8, false, 1, 2, 15, 8},
    {"NF = 8", 32, 4, 4, 4, false, 1, 2, 14, 8},
    {"NF = 3, SF = 5", 9, 15, 3, 3, false, 1, 2, 21, 15},
    {"NF = 3, SF = 5, thresholds", 9, 15, 3, 3, true, 1, 2, 22, 15},
    {"NF = 3, SF = 5, deep streams", 9, 15, 3, 3, false, 1, 8, 21, 15},
    {"SIMD = 5 needs an adder tree of 3 levels", 2, 10, 1, 5, false, 1, 2, 11, 4},
    {"SIMD = 2 needs one of 1 level", 2, 4, 1, 2, false, 1, 2, 9, 4},
    {"784 x 10 as the MNIST network has it", 10, 784, 10, 49, false, 1, 2, 26, 16},
    {"784 x 10, one row after the other", 10, 784, 1, 784, false, 1, 2, 24, 10},
    {"4 vectors a frame", 6, 8, 2, 4, false, 4, 2, 30, 24},
};

}  // namespace

TEST_CASE("the first frame is there after exactly its latency, and not one cycle earlier") {
  for (const timing& row : table) {
    CAPTURE(row.what);
    mvau unit = timed_mvau(row.mh, row.mw, row.pe, row.simd, row.thresholds);
    unit.vectors_per_frame = row.vectors;
    CHECK_FALSE(frame_is_there(unit, 0, row.first_frame - 1, row.depth));
    CHECK(frame_is_there(unit, 0, row.first_frame, row.depth));
  }
}

TEST_CASE("the next frames follow in exactly NF * SF cycles a vector, and not one cycle earlier") {
  for (const timing& row : table) {
    CAPTURE(row.what);
    mvau unit = timed_mvau(row.mh, row.mw, row.pe, row.simd, row.thresholds);
    unit.vectors_per_frame = row.vectors;
    for (const std::uint64_t frame : {1, 3}) {
      CHECK_FALSE(frame_is_there(unit, frame, row.first_frame + frame * row.interval - 1, row.depth));
      CHECK(frame_is_there(unit, frame, row.first_frame + frame * row.interval, row.depth));
    }
  }
}

TEST_CASE("without stalls an MVAU works in every cycle from the first beat to the last") {
  const mvau unit = timed_mvau(9, 15, 3, 3, false);
  const mvau_run run = run_mvau(unit, plain_inputs(unit, 20));
  REQUIRE(run.issue_cycles.size() == 20 * 15);
  for (std::size_t i = 0; i < run.issue_cycles.size(); ++i) REQUIRE(run.issue_cycles[i] == i + 1);
  // Before it, nothing has come; after it, the last result goes through the pipeline, and the sink takes it.
  CHECK(run.activity[1].working == 300);
  CHECK(run.activity[1].draining == 3);
  CHECK(run.activity[1].starved == 3);
  CHECK(run.activity[1].blocked == 0);
  CHECK(run.cycles == 306);
}

TEST_CASE("a chain of units runs at the pace of its slowest") {
  mvau first = plain_mvau(8, 16, 4, 4);  // 2 * 4 = 8 cycles
  mvau second = plain_mvau(6, 8, 1, 4);  // 6 * 2 = 12 cycles
  first.output_type = second.input_type = signed_type(32);
  const integer_tensor inputs = plain_inputs(first, 50);
  const simulation_kernel kernel;
  recorder events;
  accelerator top("top", {"chain", {first, second}, 2}, inputs, events);
  top.clock.run();
  const auto stamps = top.output().frame_cycles();
  for (std::size_t f = 10; f < stamps.size(); ++f) CHECK(stamps[f] - stamps[f - 1] == 12);
  for (const unit_activity& activity : top.activity()) CHECK(activity.total() == top.clock.cycles());
  CHECK(top.activity()[0].blocked > 0);
}
