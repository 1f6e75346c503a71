// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/kernel.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "spillway/models/support/error.h"
#include "spillway/tests/sim/rig.h"

using namespace spillway;
using namespace spillway::testing;

TEST_CASE("a thousand simulations in one process are all the same") {
  const mvau unit = plain_mvau(4, 12, 2, 3, {12, overflow_mode::wrap, limit_scope::per_cycle});
  const integer_tensor inputs = plain_inputs(unit, 3);
  const mvau_run first = run_mvau(unit, inputs);
  REQUIRE(first.events.total().events > 0);
  for (int i = 0; i < 1000; ++i) {
    const mvau_run again = run_mvau(unit, inputs);
    REQUIRE(again.outputs == first.outputs);
    REQUIRE(again.cycles == first.cycles);
    REQUIRE(again.events.events().size() == first.events.events().size());
  }
}

TEST_CASE("each simulation starts at time 0, and names can be used again") {
  for (int i = 0; i < 3; ++i) {
    const simulation_kernel kernel;
    CHECK(sc_core::sc_time_stamp() == sc_core::SC_ZERO_TIME);
    sc_core::sc_signal<bool> signal("the_name");
    CHECK(std::string(signal.name()) == "the_name");
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
  }
}

TEST_CASE("simulations nest") {
  const simulation_kernel outer;
  sc_core::sc_signal<int> signal("signal");
  sc_core::sc_simcontext* const context = sc_core::sc_get_curr_simcontext();
  {
    const simulation_kernel inner;
    CHECK(sc_core::sc_get_curr_simcontext() != context);
  }
  CHECK(sc_core::sc_get_curr_simcontext() == context);
  CHECK(sc_core::sc_find_object("signal") == &signal);
}

TEST_CASE("a second thread is refused while a simulation is under way") {
  std::string message;
  const auto attempt = [&] {
    try {
      const simulation_kernel kernel;
      message = "allowed";
    } catch (const error& e) {
      message = e.what();
    }
  };
  {
    const simulation_kernel kernel;
    std::thread(attempt).join();
    CHECK(message.find("another thread") != std::string::npos);
  }
  std::thread(attempt).join();
  CHECK(message == "allowed");
}

TEST_CASE("SystemC's warnings and errors are thrown") {
  const simulation_kernel kernel;
  sc_core::sc_signal<int> first("same_name");
  CHECK_THROWS_AS(sc_core::sc_signal<int>("same_name"), config_error);
  CHECK_THROWS_AS(SC_REPORT_WARNING("test", "a warning"), error);
  CHECK_THROWS_AS(SC_REPORT_ERROR("test", "an error"), error);
  CHECK_NOTHROW(SC_REPORT_INFO("test", "an information"));
}
