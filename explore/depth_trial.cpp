// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/depth_trial.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace spillway {

using namespace times;

namespace {

/// Looks at units, for each that there is, after which a run from the start is cheaper: cycles that come later by a few
/// a round take many.
constexpr std::size_t most_looks = 1;
/// Looks of a brief trial: an event that comes too late most often does so at the units around the stream.
constexpr std::size_t brief_looks = 8;

}  // namespace

depth_trial::depth_trial(const dataflow& flow, const network_times& unlimited, const latest_times& latest,
                         std::int64_t frames)
    : m_latest(latest), m_frames(frames), m_fresh(flow), m_links(unlimited.links()) {
  m_wrong.resize(m_fresh.units().size());
  m_kept.resize(m_links.size());
}

bool depth_trial::try_depths(const std::vector<change>& changes) {
  return attempt(changes, true) == outcome::in_time;
}

depth_trial::outcome depth_trial::try_briefly(const std::vector<change>& changes) { return attempt(changes, false); }

depth_trial::outcome depth_trial::attempt(const std::vector<change>& changes, bool to_the_end) {
  std::vector<change> before;
  before.reserve(changes.size());
  for (const change& to : changes) {
    link_times& link = m_links[to.stream];
    before.push_back({to.stream, static_cast<int>(link.depth)});
    link.depth = to.depth;
    m_wrong[static_cast<std::size_t>(link.from)] = true;
  }
  outcome found = settle(to_the_end ? most_looks * m_fresh.units().size() : brief_looks);
  if (found == outcome::open && to_the_end) found = run_through() ? outcome::in_time : outcome::late;
  if (found != outcome::in_time) {
    take_back(before);
    std::fill(m_wrong.begin(), m_wrong.end(), false);
  }
  for (const undo& kept : m_undo) m_kept[kept.stream] = false;
  m_undo.clear();
  return found;
}

/// Until all rules hold, or an event comes too late; open after so many looks.
depth_trial::outcome depth_trial::settle(std::size_t most) {
  std::size_t looks = 0;
  std::optional<outcome> found;
  const auto look = [&](std::size_t unit) {
    if (!m_wrong[unit]) return false;
    if (!look_at(unit))
      found = outcome::late;
    else if (++looks > most)
      found = outcome::open;
    return true;
  };
  for (bool again = true; again && !found;) {
    again = false;
    for (std::size_t u = m_fresh.units().size(); u-- > 0 && !found;) again = look(u) || again;
    for (std::size_t u = 0; u < m_fresh.units().size() && !found; ++u) again = look(u) || again;
  }
  return found.value_or(outcome::in_time);
}

/// The cycles of all events from the start, with the depths as they are.
bool depth_trial::run_through() {
  network_times run = m_fresh;
  for (std::size_t s = 0; s < m_links.size(); ++s) run.set_depth(s, m_links[s].depth);
  run.run({m_frames, m_frames});
  if (!run.has_done(m_frames)) return false;
  for (std::size_t s = 0; s < m_links.size(); ++s)
    if (!keeps_up(s, run.links()[s].push)) return false;
  for (std::size_t s = 0; s < m_links.size(); ++s) {
    undo& kept = undo_of(s);
    if (kept.push.end() == 0) kept.push = std::move(m_links[s].push);
    if (kept.pop.end() == 0) kept.pop = std::move(m_links[s].pop);
  }
  m_links = run.take_links();
  std::fill(m_wrong.begin(), m_wrong.end(), false);
  return true;
}

/// Whether no beat is pushed later than it may be.
bool depth_trial::keeps_up(std::size_t stream, const cycle_runs& pushes) const {
  const cycle_runs& latest = m_latest.pop[stream];
  cycle_runs::place is_near = 0, latest_near = 0;
  for (std::int64_t beat = 0; beat < pushes.end();) {
    const cycle_run is = pushes.from(beat, is_near), limit = latest.from(beat, latest_near);
    const std::int64_t last = std::min(is.count, limit.count) - 1;
    if (is.first >= limit.first || is.at(last) >= limit.at(last)) return false;
    beat += last + 1;
  }
  return true;
}

/// Follows a unit through all frames, its neighbours as they are, and marks those that this puts wrong.
bool depth_trial::look_at(std::size_t unit) {
  m_wrong[unit] = false;
  const auto at = m_fresh.units()[unit]->clone();
  std::vector<cycle_runs> pops, pushes;
  for (const int stream : at->in) pops.push_back(std::exchange(m_links[static_cast<std::size_t>(stream)].pop, {}));
  for (const int stream : at->out) pushes.push_back(std::exchange(m_links[static_cast<std::size_t>(stream)].push, {}));
  at->advance(m_links, {m_frames, m_frames});
  bool good = true;
  for (std::size_t port = 0; port < pops.size(); ++port)
    good = follow_pops(static_cast<std::size_t>(at->in[port]), std::move(pops[port])) && good;
  for (std::size_t port = 0; port < pushes.size(); ++port)
    good = follow_pushes(static_cast<std::size_t>(at->out[port]), std::move(pushes[port])) && good;
  return good;
}

depth_trial::undo& depth_trial::undo_of(std::size_t stream) {
  if (!m_kept[stream]) m_undo.push_back({stream, {}, {}});
  m_kept[stream] = true;
  return *std::find_if(m_undo.begin(), m_undo.end(), [stream](const undo& kept) { return kept.stream == stream; });
}

bool depth_trial::follow_pops(std::size_t stream, cycle_runs before) {
  const link_times& link = m_links[stream];
  const std::int64_t beats = before.end();
  const bool all = link.popped() == beats;
  if (all && are_shifted(link.pop, 0, before, 0, beats, 0)) return true;
  bool wrong = false;
  cycle_runs::place was_near = 0, is_near = 0, push_near = 0;
  for (std::int64_t beat = 0; all && !wrong && beat + link.depth < beats;) {
    const cycle_run was = before.from(beat, was_near), is = link.pop.from(beat, is_near),
                    push = link.push.from(beat + link.depth, push_near);
    const std::int64_t last = std::min({was.count, is.count, push.count}) - 1;
    const auto differs = [&](std::int64_t i) { return was.at(i) != is.at(i); };
    const auto is_wrong = [&](std::int64_t i) { return is.at(i) + 1 > push.at(i) || was.at(i) + 1 >= push.at(i); };
    wrong = (differs(0) || differs(last)) && (is_wrong(0) || is_wrong(last));
    beat += last + 1;
  }
  if (wrong) m_wrong[static_cast<std::size_t>(link.from)] = true;
  undo& kept = undo_of(stream);
  if (kept.pop.end() == 0) kept.pop = std::move(before);
  return all;
}

bool depth_trial::follow_pushes(std::size_t stream, cycle_runs before) {
  const link_times& link = m_links[stream];
  const std::int64_t beats = before.end();
  const bool all = link.pushed() == beats;
  if (all && are_shifted(link.push, 0, before, 0, beats, 0)) return true;
  const cycle_runs& latest = m_latest.pop[stream];
  bool wrong = false, late = false;
  cycle_runs::place was_near = 0, is_near = 0, pop_near = 0, latest_near = 0;
  for (std::int64_t beat = 0; all && !late && beat < beats;) {
    const cycle_run was = before.from(beat, was_near), is = link.push.from(beat, is_near),
                    pop = link.pop.from(beat, pop_near), limit = latest.from(beat, latest_near);
    const std::int64_t last = std::min({was.count, is.count, pop.count, limit.count}) - 1;
    const auto differs = [&](std::int64_t i) { return was.at(i) != is.at(i); };
    const auto is_wrong = [&](std::int64_t i) { return is.at(i) + 1 > pop.at(i) || was.at(i) + 1 >= pop.at(i); };
    late = is.first >= limit.first || is.at(last) >= limit.at(last);
    wrong |= (differs(0) || differs(last)) && (is_wrong(0) || is_wrong(last));
    beat += last + 1;
  }
  if (wrong) m_wrong[static_cast<std::size_t>(link.to)] = true;
  undo& kept = undo_of(stream);
  if (kept.push.end() == 0) kept.push = std::move(before);
  return all && !late;
}

void depth_trial::take_back(const std::vector<change>& depths) {
  for (undo& kept : m_undo) {
    link_times& link = m_links[kept.stream];
    if (kept.push.end() > 0) link.push = std::move(kept.push);
    if (kept.pop.end() > 0) link.pop = std::move(kept.pop);
  }
  for (const change& was : depths) m_links[was.stream].depth = was.depth;
}

}  // namespace spillway
