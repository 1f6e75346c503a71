// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <memory>

#include "spillway/models/support/error.h"
#include "spillway/sim/kernel.h"
#include "spillway/sim/stream.h"
#include "spillway/sim/units/make_unit.h"

using namespace spillway;

namespace {

mvau small_mvau() {
  mvau unit;
  unit.weights = integer_tensor::zeros(signed_type(8), {2, 2});
  unit.input_type = signed_type(8);
  unit.output_type = signed_type(32);
  return unit;
}

}  // namespace

TEST_CASE("a unit has the ports of its description, and refuses others by number") {
  const simulation_kernel kernel;
  recorder events;
  stream link{"link", {signed_type(8), 1, 2}};
  const auto pad = make_unit("pad", padding{}, events);
  const auto fork = make_unit("fork", duplicate_streams{"fork", signed_type(8), 1, 1, 1, 3}, events);
  const auto dense = make_unit("dense", small_mvau(), events);
  CHECK_THROWS_WITH_AS(pad->bind_input(1, link), "pad has no input 1 for link", config_error);
  CHECK_THROWS_WITH_AS(pad->bind_output(1, link), "pad has no output 1 for link", config_error);
  CHECK_THROWS_WITH_AS(dense->bind_input(1, link), "dense has no input 1 for link", config_error);
  CHECK_THROWS_WITH_AS(dense->bind_output(2, link), "dense has no output 2 for link", config_error);
  CHECK_THROWS_WITH_AS(fork->bind_output(3, link), "fork has no output 3 for link", config_error);
  CHECK_NOTHROW(fork->bind_output(2, link));
}

TEST_CASE("a stream of other lanes or types is refused when elaboration ends, naming both") {
  const auto message = [](const stream::config& in_shape, const stream::config& out_shape) -> std::string {
    const simulation_kernel kernel;
    recorder events;
    clock_domain clock{"clock"};
    stream in{"in", in_shape}, out{"out", out_shape};
    const auto pad = make_unit("pad", padding{.name = "pad", .type = signed_type(8)}, events);
    pad->clock(clock);
    pad->bind_input(0, in);
    pad->bind_output(0, out);
    try {
      clock.run(1);
    } catch (const config_error& e) {
      return e.what();
    }
    return "";
  };
  CHECK(message({signed_type(8), 2, 2}, {signed_type(8), 1, 2}) ==
        "pad needs beats of 1 x INT8, but in carries 2 x INT8");
  CHECK(message({signed_type(8), 1, 2}, {unsigned_type(8), 1, 2}) ==
        "pad needs beats of 1 x INT8, but out carries 1 x UINT8");
  // Right shapes get further: to the end that nobody holds.
  CHECK(message({signed_type(8), 1, 2}, {signed_type(8), 1, 2}) ==
        "in has no writer; a stream connects one writer to one reader");
}
