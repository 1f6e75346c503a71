// SPDX-License-Identifier: Apache-2.0
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "spillway/sim/beat_bits.h"

TEST_CASE("a program that links the simulator and makes no module needs no sc_main either") {
  CHECK(spillway::tdata_bits(spillway::signed_type(4), 3) == 16);
}
