// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/pins.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "spillway/models/support/error.h"
#include "spillway/sim/beat_bits.h"
#include "spillway/tests/sim/rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

constexpr int bits = 16;  // three 5-bit lanes, padded to two bytes
using data_type = sc_dt::sc_bv<bits>;

/// Holds a stream's pins to AXI's rules at every rising edge, and counts its transfers.
class axi_checker : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clk{"clk"};
  std::vector<std::pair<data_type, bool>> transfers;
  int broken_rules = 0;
  int stalled_edges = 0;  ///< TVALID without TREADY: where the rules bite

  axi_checker(sc_core::sc_module_name name, const stream_pins<bits>& pins) : sc_core::sc_module(name), m_pins(pins) {
    SC_HAS_PROCESS(axi_checker);
    SC_METHOD(on_edge);
    sensitive << clk.pos();
    dont_initialize();
  }

 private:
  void on_edge() {
    const bool valid = m_pins.tvalid.read(), ready = m_pins.tready.read(), last = m_pins.tlast.read();
    const data_type data = m_pins.tdata.read();
    if (m_waiting && !(valid && m_waiting->first == data && m_waiting->second == last)) ++broken_rules;
    m_waiting.reset();
    if (valid && ready) transfers.emplace_back(data, last);
    if (valid && !ready) {
      m_waiting.emplace(data, last);
      ++stalled_edges;
    }
  }

  const stream_pins<bits>& m_pins;
  std::optional<std::pair<data_type, bool>> m_waiting;
};

/// Somebody else's module: a register slice of plain signals, ready at random.
class foreign_slice : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clk{"clk"};

  foreign_slice(sc_core::sc_module_name name, stream_pins<bits>& from, stream_pins<bits>& to, double stall)
      : sc_core::sc_module(name), m_from(from), m_to(to), m_stalls(stall, 77) {
    SC_HAS_PROCESS(foreign_slice);
    SC_METHOD(on_edge);
    sensitive << clk.pos();
    dont_initialize();
  }

 private:
  void on_edge() {
    if (m_ready && m_from.tvalid.read()) {
      m_held = true;
      m_data = m_from.tdata.read();
      m_last = m_from.tlast.read();
    }
    if (m_valid && m_to.tready.read()) m_valid = false;
    if (m_held && !m_valid) {
      m_to.tdata.write(m_data);
      m_to.tlast.write(m_last);
      m_valid = true;
      m_held = false;
    }
    m_to.tvalid.write(m_valid);
    m_ready = !m_held && !m_stalls.next();
    m_from.tready.write(m_ready);
  }

  stream_pins<bits>& m_from;
  stream_pins<bits>& m_to;
  stall_generator m_stalls;
  bool m_ready = false, m_valid = false, m_held = false, m_last = false;
  data_type m_data;
};

struct pins_run {
  integer_tensor values;
  std::uint64_t cycles = 0;
  int broken_rules = 0, stalled_edges = 0;
  std::vector<std::pair<data_type, bool>> transfers;
};

integer_tensor three_lane_values() {
  integer_tensor values = integer_tensor::zeros(signed_type(5), {40, 6});
  for (std::int64_t i = 0; i < values.size(); ++i) *values.at(i) = i * 13 % 32 - 16;
  return values;
}

/// source -> stream -> pins (-> a module of others -> pins) -> stream -> sink
pins_run run_pins(const integer_tensor& values, const stall_options& stalls, bool foreign) {
  const simulation_kernel kernel;
  clock_domain clock("clock", {sc_core::sc_time(10, sc_core::SC_NS), true});
  const stream::config shape{signed_type(5), 3, 2};
  stream first("first", shape), second("second", shape);
  source from("from", values, {2, stalls.source, stalls.seed});
  sink to("to", {6, 2, 20, stalls.sink, stalls.seed + 1});
  stream_pins<bits> pins("pins"), other("other");
  stream_to_pins<bits> out("out");
  pins_to_stream<bits> in("in");
  axi_checker checker("checker", pins), other_checker("other_checker", foreign ? other : pins);
  std::optional<foreign_slice> slice;
  if (foreign) slice.emplace("slice", pins, other, 0.4).clk(clock.clk);
  for (unit* member : std::initializer_list<unit*>{&from, &to, &out, &in}) member->clock(clock);
  checker.clk(clock.clk), other_checker.clk(clock.clk);
  from.out(first), out.in(first), out.bind(pins);
  in.bind(foreign ? other : pins), in.out(second), to.in(second);
  clock.run(100000);
  REQUIRE(to.frames_done() == 20);
  return {to.take_values(), clock.cycles(), checker.broken_rules + other_checker.broken_rules, checker.stalled_edges,
          checker.transfers};
}

}  // namespace

TEST_CASE("a stream through pins and back arrives whole, one beat a cycle") {
  const integer_tensor values = three_lane_values();
  const pins_run run = run_pins(values, {}, false);
  CHECK(run.values == values);
  CHECK(run.broken_rules == 0);
  CHECK(run.cycles < 80 + 10);  // 80 beats, and a few cycles to fill
}

TEST_CASE("with random stalls at both ends, AXI's rules hold and every beat arrives") {
  const integer_tensor values = three_lane_values();
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const pins_run run = run_pins(values, {0.3, 0.5, seed}, false);
    CHECK(run.values == values);
    CHECK(run.broken_rules == 0);
    CHECK(run.stalled_edges > 5);
  }
}

TEST_CASE("a module of plain signals between two pairs of pins sees every beat once") {
  const integer_tensor values = three_lane_values();
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    const pins_run run = run_pins(values, {0.2, 0.3, seed}, true);
    CHECK(run.values == values);
    CHECK(run.broken_rules == 0);
    CHECK(run.transfers.size() == 80);
  }
}

TEST_CASE("the pins carry element 0 at the least significant bits, and TLAST at the end of a frame") {
  const integer_tensor values = three_lane_values();
  const pins_run run = run_pins(values, {}, false);
  REQUIRE(run.transfers.size() == 80);
  for (std::size_t beat = 0; beat < 80; ++beat) {
    std::uint64_t word = 0;
    for (std::size_t lane = 3; lane-- > 0;)
      word = word << 5 | (static_cast<std::uint64_t>(values.words[beat * 3 + lane]) & 31);
    CHECK(run.transfers[beat].first.to_uint64() == word);
    CHECK(run.transfers[beat].second == (beat % 4 == 3));
  }
}

TEST_CASE("pins of another width, and pins without a clock signal, are refused") {
  const auto message = [](bool drive_clk, int lanes) {
    const simulation_kernel kernel;
    clock_domain clock("clock", {sc_core::sc_time(10, sc_core::SC_NS), drive_clk});
    stream link("link", {signed_type(5), lanes, 2});
    const integer_tensor values = integer_tensor::zeros(signed_type(5), {1, 12});
    source from("from", values, {});
    stream_to_pins<bits> out("out");
    stream_pins<bits> pins("pins");
    from.clock(clock), out.clock(clock);
    from.out(link), out.in(link), out.bind(pins);
    try {
      clock.run(1);
    } catch (const config_error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(message(true, 3) == "");
  CHECK(message(true, 4) == "out has 16 bits of TDATA, but beats of 4 x INT5 take 24");
  CHECK(message(false, 3) == "out has pins, which need a clock signal: set drive_clk of clock");
}
