// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "spillway/sim/stream.h"
#include "spillway/sim/unit.h"

// Pin-level adapters: a stream as AXI4-Stream signals, for co-simulation with modules that have pins. Both sample and
// drive on the rising edge of the domain's `clk`, which needs clock_domain::config::drive_clk; TDATA is padded to whole
// bytes, element 0 at the least significant bits (sim/beat_bits.h). `Bits` is tdata_bits(type, lanes) of the stream;
// another width is a `config_error`.

namespace spillway {

/// The pins of one stream, to bind the adapters and other modules to.
template <int Bits>
struct stream_pins : sc_core::sc_module {
  sc_core::sc_signal<bool> tvalid{"tvalid"}, tready{"tready"}, tlast{"tlast"};
  sc_core::sc_signal<sc_dt::sc_bv<Bits>> tdata{"tdata"};

  /// `name`: of the module in the hierarchy, below which the four signals stand.
  explicit stream_pins(sc_core::sc_module_name name) : sc_core::sc_module(name) {}
};

namespace detail {

/// What both adapters have: checks of the clock and the width, beats to bits and back.
class pin_adapter : public unit {
 protected:
  using unit::unit;
  void check(const stream& link, int bits);
  void pack_front(const stream& link, sc_dt::sc_bv_base& bits);
  void unpack(const sc_dt::sc_bv_base& bits, const stream& link, std::int64_t* beat);

 private:
  std::vector<std::uint64_t> m_bits;
};

}  // namespace detail

/// Stream to pins: one register deep, one beat a cycle. As AXI asks, TVALID once high stays high, and TLAST and TDATA
/// unchanged, until TREADY is high at an edge.
template <int Bits>
class stream_to_pins final : public detail::pin_adapter {
 public:
  sc_core::sc_port<stream_in_if> in{"in"};
  sc_core::sc_out<bool> tvalid{"tvalid"};
  sc_core::sc_in<bool> tready{"tready"};
  sc_core::sc_out<bool> tlast{"tlast"};
  sc_core::sc_out<sc_dt::sc_bv<Bits>> tdata{"tdata"};

  /// `name`: of the module in the hierarchy. `clock`, `in` and the pins are to be bound.
  explicit stream_to_pins(sc_core::sc_module_name name) : pin_adapter(name) {}

  /// Binds all four pins of the adapter: TVALID, TREADY, TLAST and TDATA.
  void bind(stream_pins<Bits>& pins) { tvalid(pins.tvalid), tready(pins.tready), tlast(pins.tlast), tdata(pins.tdata); }

  outcome tick(std::uint64_t) override {
    if (m_valid && !tready.read()) return {unit_state::blocked, false};
    m_valid = m_in->can_read();
    tvalid.write(m_valid);
    if (!m_valid) return {unit_state::starved, false};
    pack_front(*m_in, m_data);
    tdata.write(m_data);
    tlast.write(m_in->front_is_last());
    m_in->pop();
    return {unit_state::working, false};
  }

 private:
  void end_of_elaboration() override {
    unit::end_of_elaboration();
    m_in = &in->connect_reader(*this);
    check(*m_in, Bits);
  }

  stream* m_in = nullptr;
  bool m_valid = false;  ///< what TVALID is driven to
  sc_dt::sc_bv<Bits> m_data;
};

/// Pins to stream: TREADY is a register, so a beat that it has promised to take but the stream has no room for waits
/// here. One beat a cycle.
template <int Bits>
class pins_to_stream final : public detail::pin_adapter {
 public:
  sc_core::sc_in<bool> tvalid{"tvalid"};
  sc_core::sc_out<bool> tready{"tready"};
  sc_core::sc_in<bool> tlast{"tlast"};
  sc_core::sc_in<sc_dt::sc_bv<Bits>> tdata{"tdata"};
  sc_core::sc_port<stream_out_if> out{"out"};

  /// `name`: of the module in the hierarchy. `clock`, `out` and the pins are to be bound.
  explicit pins_to_stream(sc_core::sc_module_name name) : pin_adapter(name) {}

  /// Binds all four pins of the adapter: TVALID, TREADY, TLAST and TDATA.
  void bind(stream_pins<Bits>& pins) { tvalid(pins.tvalid), tready(pins.tready), tlast(pins.tlast), tdata(pins.tdata); }

  outcome tick(std::uint64_t) override {
    if (m_ready && tvalid.read()) {
      m_data = tdata.read();
      m_last = tlast.read();
      m_held = true;
    }
    const bool moves = m_held && m_out->can_write();
    if (moves) {
      unpack(m_data, *m_out, m_out->back());
      m_out->push(m_last);
      m_held = false;
    }
    m_ready = !m_held;
    tready.write(m_ready);
    return {moves ? unit_state::working : m_held ? unit_state::blocked : unit_state::starved, false};
  }

 private:
  void end_of_elaboration() override {
    unit::end_of_elaboration();
    m_out = &out->connect_writer(*this);
    check(*m_out, Bits);
  }

  stream* m_out = nullptr;
  bool m_ready = false;  ///< what TREADY is driven to
  bool m_held = false, m_last = false;
  sc_dt::sc_bv<Bits> m_data;
};

}  // namespace spillway
