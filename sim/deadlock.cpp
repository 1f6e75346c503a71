// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/deadlock.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "spillway/sim/deadlock_error.h"

namespace spillway {

namespace {

/// The waits of stopped units: who reads an empty stream waits for its writer, who writes a full one for its reader.
class wait_graph {
 public:
  wait_graph(const std::vector<clocked_module*>& units, const std::vector<stream*>& streams)
      : m_units(units), m_streams(streams) {
    for (std::size_t s = 0; s < streams.size(); ++s) {
      if (streams[s]->fill() == 0) m_waits[streams[s]->reader()].push_back({streams[s]->writer(), s, false});
      if (!streams[s]->can_write()) m_waits[streams[s]->writer()].push_back({streams[s]->reader(), s, true});
    }
  }

  /// A ring of waits, or nothing.
  std::vector<deadlock_error::wait> ring() {
    for (const clocked_module* from : m_units)
      if (!m_done.contains(from) && visit(from)) return m_ring;
    return {};
  }

 private:
  struct edge {
    const clocked_module* to;
    std::size_t link;
    bool for_room;
  };

  bool visit(const clocked_module* from) {
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

  const std::vector<clocked_module*>& m_units;
  const std::vector<stream*>& m_streams;
  std::map<const clocked_module*, std::vector<edge>> m_waits;
  std::set<const clocked_module*> m_done;
  std::vector<std::pair<const clocked_module*, edge>> m_path;
  std::vector<deadlock_error::wait> m_ring;
};

}  // namespace

void report_deadlock(const std::vector<clocked_module*>& units, const std::vector<stream*>& streams,
                     std::uint64_t cycle) {
  const std::vector<deadlock_error::wait> ring = wait_graph(units, streams).ring();
  std::string text = fmt::format("deadlock in cycle {}: ", cycle);
  if (ring.empty()) {
    std::string waiting;
    for (const clocked_module* member : units)
      waiting += fmt::format("{}{} {}", waiting.empty() ? "" : ", ", member->name(), to_string(member->state()));
    text += fmt::format("no unit can move ({})", waiting);
  } else {
    for (const deadlock_error::wait& wait : ring)
      text += fmt::format("{} waits for {} in {}, ", wait.unit, wait.for_room ? "room" : "a beat", wait.link);
    text += fmt::format("which waits for {}", ring.front().unit);
  }
  std::string fills;
  std::vector<deadlock_error::level> levels;
  for (const stream* link : streams) {
    levels.push_back({link->name(), link->fill(), link->shape().depth});
    fills += fmt::format("{}{} {}/{}", fills.empty() ? "" : ", ", link->name(), link->fill(), link->shape().depth);
  }
  throw deadlock_error(fmt::format("{}; beats held: {}", text, fills.empty() ? "none" : fills), cycle, ring,
                       std::move(levels));
}

}  // namespace spillway
