// SPDX-License-Identifier: Apache-2.0
#include "sim/clock_domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <utility>

#include "models/error.h"
#include "sim/stream.h"
#include "sim/unit.h"

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

void clock_domain::add(unit& member) {
  member.m_index = m_units.size();
  m_units.push_back(&member);
  m_active.resize((m_units.size() + 63) / 64);
  m_active[member.m_index / 64] |= std::uint64_t{1} << (member.m_index % 64);
}

void clock_domain::add(stream& member) {
  m_streams.push_back(&member);
  m_dirty.reserve(m_streams.size());
}

void clock_domain::wake(unit& sleeper) {
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
    const bool moved = !m_dirty.empty();
    commit();
    ++m_cycle;
    if (!active && !moved && !m_finished) report_deadlock();
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
      unit& member = *m_units[w * 64 + static_cast<std::size_t>(std::countr_zero(todo))];
      const unit::outcome result = member.tick(m_cycle);
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
  for (stream* changed : m_dirty) changed->commit();
  m_dirty.clear();
}

namespace {

/// The waits of stopped units: who reads an empty stream waits for its writer, who writes a full one for its reader.
class wait_graph {
 public:
  wait_graph(const std::vector<unit*>& units, const std::vector<stream*>& streams)
      : m_units(units), m_streams(streams) {
    for (std::size_t s = 0; s < streams.size(); ++s) {
      if (streams[s]->fill() == 0) m_waits[streams[s]->reader()].push_back({streams[s]->writer(), s, false});
      if (!streams[s]->can_write()) m_waits[streams[s]->writer()].push_back({streams[s]->reader(), s, true});
    }
  }

  /// A ring of waits, or nothing.
  std::vector<deadlock_error::wait> ring() {
    for (const unit* from : m_units)
      if (!m_done.contains(from) && visit(from)) return m_ring;
    return {};
  }

 private:
  struct edge {
    const unit* to;
    std::size_t link;
    bool for_room;
  };

  bool visit(const unit* from) {
    m_done.insert(from);
    m_path.push_back({from, {}});
    for (const edge& next : m_waits[from]) {
      m_path.back().second = next;
      const auto start = std::find_if(m_path.begin(), m_path.end(), [&](const auto& p) { return p.first == next.to; });
      if (start != m_path.end() && start->first != from) {
        for (auto p = start; p != m_path.end(); ++p)
          m_ring.push_back({p->first->name(), m_streams[p->second.link]->name(), p->second.for_room});
        return true;
      }
      if (!m_done.contains(next.to) && visit(next.to)) return true;
    }
    m_path.pop_back();
    return false;
  }

  const std::vector<unit*>& m_units;
  const std::vector<stream*>& m_streams;
  std::map<const unit*, std::vector<edge>> m_waits;
  std::set<const unit*> m_done;
  std::vector<std::pair<const unit*, edge>> m_path;
  std::vector<deadlock_error::wait> m_ring;
};

}  // namespace

void clock_domain::report_deadlock() const {
  const std::vector<deadlock_error::wait> ring = wait_graph(m_units, m_streams).ring();
  std::string text = fmt::format("deadlock in cycle {}: ", m_cycle - 1);
  if (ring.empty()) {
    std::string waiting;
    for (const unit* member : m_units)
      waiting += fmt::format("{}{} {}", waiting.empty() ? "" : ", ", member->name(), to_string(member->state()));
    text += fmt::format("no unit can move ({})", waiting);
  } else {
    for (const deadlock_error::wait& wait : ring)
      text += fmt::format("{} waits for {} in {}, ", wait.unit, wait.for_room ? "room" : "a beat", wait.link);
    text += fmt::format("which waits for {}", ring.front().unit);
  }
  std::string fills;
  std::vector<deadlock_error::level> levels;
  for (const stream* link : m_streams) {
    levels.push_back({link->name(), link->fill(), link->shape().depth});
    fills += fmt::format("{}{} {}/{}", fills.empty() ? "" : ", ", link->name(), link->fill(), link->shape().depth);
  }
  throw deadlock_error(fmt::format("{}; beats held: {}", text, fills.empty() ? "none" : fills), m_cycle - 1, ring,
                       std::move(levels));
}

}  // namespace spillway
