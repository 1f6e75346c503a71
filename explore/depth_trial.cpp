// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/depth_trial.h"

#include <algorithm>
#include <utility>

namespace spillway {

using namespace times;

namespace {

/// Looks at units, for each that there is, before a trial counts as failed: depths that lose cycles may need as many as
/// there are beats to show it. In small designs there is time for more.
std::size_t most_looks(std::size_t beats) {
  return std::max<std::size_t>(60, 20'000'000 / std::max<std::size_t>(beats, 1));
}

}  // namespace

depth_trial::depth_trial(const dataflow& flow, const network_times& unlimited, const latest_times& latest,
                         std::int64_t frames)
    : m_latest(latest), m_frames(frames), m_links(unlimited.links()) {
  const network_times fresh(flow);
  for (const auto& unit : fresh.units()) m_units.push_back(unit->clone());
  for (link_times& link : m_links) {
    link.push.resize(static_cast<std::size_t>(frames * link.beats));
    link.pop.resize(static_cast<std::size_t>(frames * link.beats));
    link.pushed = link.popped = frames * link.beats;
  }
  std::size_t beats = 0;
  for (const link_times& link : m_links) beats += link.push.size();
  m_most_looks = most_looks(beats) * m_units.size();
  m_wrong.resize(m_units.size());
  m_kept.resize(m_links.size());
}

bool depth_trial::try_depths(const std::vector<change>& changes) {
  std::vector<change> before;
  for (const change& to : changes) {
    link_times& link = m_links[to.stream];
    before.push_back({to.stream, static_cast<int>(link.depth)});
    link.depth = to.depth;
    m_wrong[static_cast<std::size_t>(link.from)] = true;
  }
  const bool good = settle();
  if (!good) {
    take_back(before);
    std::fill(m_wrong.begin(), m_wrong.end(), false);
  }
  for (const undo& kept : m_undo) m_kept[kept.stream] = false;
  m_undo.clear();
  return good;
}

/// Until all rules hold; false if an event comes too late.
bool depth_trial::settle() {
  std::size_t looks = 0;
  for (bool again = true; again;) {
    again = false;
    for (std::size_t u = m_units.size(); u-- > 0;)
      if (m_wrong[u]) {
        if (!look_at(u) || ++looks > m_most_looks) return false;
        again = true;
      }
    for (std::size_t u = 0; u < m_units.size(); ++u)
      if (m_wrong[u]) {
        if (!look_at(u) || ++looks > m_most_looks) return false;
        again = true;
      }
  }
  return true;
}

/// Follows a unit through all frames, its neighbours as they are, and marks those that this puts wrong.
bool depth_trial::look_at(std::size_t unit) {
  m_wrong[unit] = false;
  const auto at = m_units[unit]->clone();
  std::vector<std::vector<cycle>> pops, pushes;
  for (const int stream : at->in) {
    link_times& link = m_links[static_cast<std::size_t>(stream)];
    pops.push_back(link.pop);
    link.popped = 0;
  }
  for (const int stream : at->out) {
    link_times& link = m_links[static_cast<std::size_t>(stream)];
    pushes.push_back(link.push);
    link.pushed = 0;
  }
  at->advance(m_links, {m_frames, m_frames});
  bool good = true;
  for (std::size_t port = 0; port < pops.size(); ++port)
    good = follow_pops(static_cast<std::size_t>(at->in[port]), pops[port]) && good;
  for (std::size_t port = 0; port < pushes.size(); ++port)
    good = follow_pushes(static_cast<std::size_t>(at->out[port]), pushes[port]) && good;
  return good;
}

bool depth_trial::follow_pops(std::size_t stream, const std::vector<cycle>& before) {
  link_times& link = m_links[stream];
  const std::int64_t beats = std::ssize(link.pop);
  const bool all = link.popped == beats;
  link.popped = beats;
  if (before == link.pop) return all;
  if (!m_kept[stream]) m_undo.push_back({stream, {}, {}});
  m_kept[stream] = true;
  for (undo& kept : m_undo)
    if (kept.stream == stream && kept.pop.empty()) kept.pop = before;
  bool wrong = false;
  for (std::int64_t beat = 0; beat + link.depth < beats && !wrong; ++beat) {
    const cycle was = before[static_cast<std::size_t>(beat)] + 1, is = *link.pop_of(beat) + 1,
                push = *link.push_of(beat + link.depth);
    wrong = is != was && (is > push || was >= push);
  }
  if (wrong) m_wrong[static_cast<std::size_t>(link.from)] = true;
  return all;
}

bool depth_trial::follow_pushes(std::size_t stream, const std::vector<cycle>& before) {
  link_times& link = m_links[stream];
  const std::int64_t beats = std::ssize(link.push);
  const bool all = link.pushed == beats;
  link.pushed = beats;
  if (before == link.push) return all;
  if (!m_kept[stream]) m_undo.push_back({stream, {}, {}});
  m_kept[stream] = true;
  for (undo& kept : m_undo)
    if (kept.stream == stream && kept.push.empty()) kept.push = before;
  const std::vector<cycle>& latest = m_latest.push[stream];
  bool wrong = false, late = false;
  for (std::int64_t beat = 0; beat < beats; ++beat) {
    const auto i = static_cast<std::size_t>(beat);
    const cycle is = link.push[i], was = before[i], pop = link.pop[i];
    late |= is > latest[i];
    wrong |= is != was && (is + 1 > pop || was + 1 >= pop);
  }
  if (wrong) m_wrong[static_cast<std::size_t>(link.to)] = true;
  return all && !late;
}

void depth_trial::take_back(const std::vector<change>& depths) {
  for (undo& kept : m_undo) {
    link_times& link = m_links[kept.stream];
    if (!kept.push.empty()) link.push = std::move(kept.push);
    if (!kept.pop.empty()) link.pop = std::move(kept.pop);
  }
  for (const change& was : depths) m_links[was.stream].depth = was.depth;
}

}  // namespace spillway
