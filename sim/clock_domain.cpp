// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/clock_domain.h"

#include <bit>
#include <utility>

#include "spillway/sim/deadlock.h"
#include "spillway/sim/stream.h"

namespace spillway {

clock_domain::clock_domain(sc_core::sc_module_name name) : clock_domain(name, config{}) {}

clock_domain::clock_domain(sc_core::sc_module_name name, const config& options)
    : sc_core::sc_module(name), m_config(options) {
  SC_HAS_PROCESS(clock_domain);
  SC_METHOD(on_clock);
  sensitive << m_tick;
}

bool clock_domain::run(std::uint64_t cycles) {
  if (m_finished || cycles == 0) return m_finished;
  m_until = cycles > no_limit - m_cycle ? no_limit : m_cycle + cycles;
  sc_core::sc_start();
  if (m_failure) std::rethrow_exception(std::exchange(m_failure, nullptr));
  return m_finished;
}

void clock_domain::add(clocked_module& member) {
  member.m_index = m_units.size();
  m_units.push_back(&member);
  m_active.resize((m_units.size() + 63) / 64);
  m_active[member.m_index / 64] |= std::uint64_t{1} << (member.m_index % 64);
}

void clock_domain::wake(clocked_module& sleeper) {
  std::uint64_t& word = m_active[sleeper.m_index / 64];
  const std::uint64_t bit = std::uint64_t{1} << (sleeper.m_index % 64);
  if (word & bit) return;
  word |= bit;
  // Streams commit at the end of a cycle: the sleeper moves again in the next one.
  sleeper.m_cycles[static_cast<std::size_t>(sleeper.m_state)] += m_cycle + 1 - sleeper.m_counted;
  sleeper.m_counted = m_cycle + 1;
}

// With a clock signal, units are evaluated on its edge, in the very delta cycle in which modules of others that are
// sensitive to it are: both see the pins as they were before the edge.
void clock_domain::on_clock() {
  if (!m_config.drive_clk) return advance();
  switch (m_phase) {
    case phase::rise:
      clk.write(true);
      m_phase = phase::edge;
      return next_trigger(clk.posedge_event());
    case phase::edge:
      m_phase = phase::fall;
      return advance();
    case phase::fall:
      clk.write(false);
      m_phase = phase::rise;
      return m_tick.notify(m_config.period - m_config.period / 2);
  }
}

void clock_domain::advance() {
  // SystemC would turn an exception that leaves a process into a report of its own: it is carried out by hand.
  try {
    const bool active = evaluate();
    if (m_probe) [[unlikely]]
      m_probe->sample(m_cycle);
    const bool moved = !m_commits.changed().empty();
    commit();
    ++m_cycle;
    if (!active && !moved && !m_finished) report_deadlock(m_units, m_commits.streams(), m_cycle - 1);
  } catch (...) {
    m_failure = std::current_exception();
  }
  if (m_finished || m_failure || m_cycle == m_until) sc_core::sc_pause();
  if (!m_finished && !m_failure) m_tick.notify(m_config.drive_clk ? m_config.period / 2 : m_config.period);
}

/// True if a unit stays active.
bool clock_domain::evaluate() {
  std::uint64_t left = 0;
  for (std::size_t w = 0; w < m_active.size(); ++w) {
    for (std::uint64_t todo = m_active[w]; todo != 0; todo &= todo - 1) {
      clocked_module& member = *m_units[w * 64 + static_cast<std::size_t>(std::countr_zero(todo))];
      const clocked_module::outcome result = member.tick(m_cycle);
      member.m_state = result.state;
      ++member.m_cycles[static_cast<std::size_t>(result.state)];
      member.m_counted = m_cycle + 1;
      if (result.sleeps) m_active[w] &= ~(todo & (~todo + 1));
    }
    left |= m_active[w];
  }
  return left != 0;
}

void clock_domain::commit() {
  for (stream* changed : m_commits.changed()) {
    const stream::change change = changed->commit(m_cycle);
    if (change.beat_arrived) wake(*changed->m_reader);
    if (change.room_arrived) wake(*changed->m_writer);
  }
  m_commits.clear();
}

}  // namespace spillway
