// SPDX-License-Identifier: Apache-2.0
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "spillway/sim/engine.h"
#include "spillway/tests/sim/rig.h"

using namespace spillway;
using namespace spillway::testing;

TEST_CASE("a program with a main of its own simulates, without sc_main and without SystemC's banner") {
  const mvau unit = plain_mvau(4, 8, 2, 4);
  recorder events;
  CHECK(run_cycle_engine({"plain", {unit}, 2}, plain_inputs(unit, 3), events).frames == 3);
}
