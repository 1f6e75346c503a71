// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/wave_probe.h"

#include <fmt/format.h>

#include "spillway/sim/beat_bits.h"
#include "spillway/sim/stream.h"

namespace spillway {

namespace {

constexpr std::uint64_t period = 10;  // in units of the timescale

}  // namespace

wave_probe::wave_probe(const std::filesystem::path& path, const clock_domain& domain)
    : m_domain(domain), m_file(path, "1ns") {}

// Units and streams join their domain during elaboration, which the first cycle comes after.
void wave_probe::declare() {
  m_file.open_scope("spillway");
  m_clk = m_file.add_bits("clk", 1);
  for (const stream* link : m_domain.streams()) add(*link);
  for (const clocked_module* member : m_domain.units()) add(*member);
  m_file.close_scope();
}

void wave_probe::add(const stream& link) {
  m_file.open_scope(link.basename());
  stream_signals& to = m_streams.emplace_back();
  to.from = &link;
  to.tvalid = m_file.add_bits("tvalid", 1);
  to.tready = m_file.add_bits("tready", 1);
  to.tlast = m_file.add_bits("tlast", 1);
  to.tdata = m_file.add_bits("tdata", tdata_bits(link.shape().type, link.shape().lanes));
  to.fill = m_file.add_bits("fill", 32);
  m_file.close_scope();
}

void wave_probe::add(const clocked_module& member) {
  m_file.open_scope(member.basename());
  unit_signals& to = m_units.emplace_back();
  to.from = &member;
  to.state = m_file.add_text("state");
  to.mvau = dynamic_cast<const mvau_unit*>(&member);
  for (int pe = 0; to.mvau && pe < to.mvau->pe(); ++pe) {
    to.accumulators.push_back(m_file.add_bits(fmt::format("accumulator_{}", pe), to.mvau->accumulator_bits()));
    to.overflows.push_back(m_file.add_bits(fmt::format("overflow_{}", pe), 1));
  }
  m_file.close_scope();
}

void wave_probe::sample(std::uint64_t cycle) {
  if (m_cycles == 0) declare();
  m_file.set_time(cycle * period);
  m_file.change(m_clk, 1);
  for (const stream_signals& to : m_streams) sample(to);
  for (const unit_signals& to : m_units) sample(to);
  m_file.set_time(cycle * period + period / 2);
  m_file.change(m_clk, 0);
  m_cycles = cycle + 1;
}

void wave_probe::sample(const stream_signals& to) {
  const stream& link = *to.from;
  m_file.change(to.tvalid, link.can_read() ? 1 : 0);
  m_file.change(to.tready, link.popped_now() ? 1 : 0);
  m_file.change(to.fill, static_cast<std::uint64_t>(link.fill()));
  if (!link.can_read()) return;
  const stream::config& shape = link.shape();
  m_file.change(to.tlast, link.front_is_last() ? 1 : 0);
  m_bits.resize(static_cast<std::size_t>((tdata_bits(shape.type, shape.lanes) + 63) / 64));
  pack_beat(link.front(), shape.type, shape.lanes, m_bits);
  m_file.change(to.tdata, m_bits);
}

void wave_probe::sample(const unit_signals& to) {
  m_file.change_text(to.state, to_string(to.from->state()));
  if (!to.mvau) return;
  const bool worked = to.from->state() == unit_state::working;
  m_words.resize(static_cast<std::size_t>((to.mvau->accumulator_bits() + 63) / 64));
  m_bits.resize(m_words.size());
  for (std::size_t pe = 0; pe < to.accumulators.size(); ++pe) {
    const int index = static_cast<int>(pe);
    m_file.change(to.overflows[pe], worked && to.mvau->core().overflowed(index) ? 1 : 0);
    to.mvau->core().read_accumulator(index, m_words);
    for (std::size_t i = 0; i < m_words.size(); ++i) m_bits[i] = static_cast<std::uint64_t>(m_words[i]);
    m_file.change(to.accumulators[pe], m_bits);
  }
}

void wave_probe::close() {
  m_file.set_time(m_cycles * period);
  m_file.close();
}

}  // namespace spillway
