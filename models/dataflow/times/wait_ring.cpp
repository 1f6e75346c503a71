// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/wait_ring.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace spillway::times {

namespace {

/// The waits of stopped units.
class wait_graph {
 public:
  explicit wait_graph(const network_times& network) : m_waits(network.units().size()), m_done(network.units().size()) {
    // Units and their streams in the order in which the cycle engine looks at them, so that both name one ring.
    std::vector<bool> seen(network.links().size());
    for (const auto& unit : network.units())
      for (const std::vector<int>* ports : {&unit->in, &unit->out})
        for (const int index : *ports) {
          const auto s = static_cast<std::size_t>(index);
          if (seen[s]) continue;
          seen[s] = true;
          const link_times& link = network.links()[s];
          if (link.waiting() == 0) wait(link.to, {link.from, s, false});
          if (link.room() <= 0) wait(link.from, {link.to, s, true});
        }
  }

  std::vector<beat_deadlock::wait> ring() {
    for (int unit = 0; unit < static_cast<int>(m_waits.size()); ++unit)
      if (!m_done[static_cast<std::size_t>(unit)] && visit(unit)) return m_ring;
    return {};
  }

 private:
  struct edge {
    int to;
    std::size_t link;
    bool for_room;
  };

  void wait(int unit, edge for_what) { m_waits[static_cast<std::size_t>(unit)].push_back(for_what); }

  bool visit(int from) {
    m_done[static_cast<std::size_t>(from)] = true;
    m_path.push_back({from, {}});
    for (const edge& next : m_waits[static_cast<std::size_t>(from)]) {
      m_path.back().second = next;
      const auto start = std::find_if(m_path.begin(), m_path.end(), [&](const auto& p) { return p.first == next.to; });
      if (start != m_path.end() && start->first != from) {
        for (auto p = start; p != m_path.end(); ++p)
          m_ring.push_back({p->first - 1, p->second.link, p->second.for_room});
        return true;
      }
      if (!m_done[static_cast<std::size_t>(next.to)] && visit(next.to)) return true;
    }
    m_path.pop_back();
    return false;
  }

  std::vector<std::vector<edge>> m_waits;  ///< by unit
  std::vector<bool> m_done;
  std::vector<std::pair<int, edge>> m_path;
  std::vector<beat_deadlock::wait> m_ring;
};

}  // namespace

beat_deadlock find_deadlock(const network_times& network) {
  beat_deadlock found;
  found.ring = wait_graph(network).ring();
  cycle last = 0;
  for (const auto& unit : network.units()) last = std::max(last, unit->stops_in(network.links()));
  found.cycle = static_cast<std::uint64_t>(last);
  for (const link_times& link : network.links()) found.fills.push_back(link.waiting());
  return found;
}

}  // namespace spillway::times
