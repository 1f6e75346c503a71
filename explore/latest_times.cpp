// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/latest_times.h"

#include <algorithm>

#include "spillway/models/dataflow/times/converter_unit.h"
#include "spillway/models/dataflow/times/step_program.h"
#include "spillway/models/dataflow/times/window_unit.h"

namespace spillway {

namespace {

using namespace times;
constexpr cycle no_limit = latest_times::no_limit;

cycle before(cycle when) { return when < no_limit ? when - 1 : no_limit; }

/// The latest pops of a unit's inputs from the latest pushes of its outputs; one overload for each sort of unit.
class backward_pass {
 public:
  backward_pass(const network_times& network, std::int64_t frames, latest_times& latest)
      : m_network(network), m_frames(frames), m_latest(latest) {}

  void run(const dataflow& flow) {
    for (std::size_t u = flow.units.size(); u-- > 0;) {
      const timed_unit& unit = *m_network.units()[u + 1];
      m_push.clear();
      m_pop.clear();
      for (const int stream : unit.out) m_push.push_back(latest_pushes(static_cast<std::size_t>(stream)));
      for (const int stream : unit.in)
        m_pop.emplace_back(m_frames * m_network.links()[static_cast<std::size_t>(stream)].beats, no_limit);
      std::visit([this](const auto& any) { go(any); }, flow.units[u]);
      for (std::size_t port = 0; port < m_pop.size(); ++port)
        for (const cycle pop : m_pop[port]) m_latest.pop[static_cast<std::size_t>(unit.in[port])].append(pop);
    }
  }

 private:
  std::vector<cycle> latest_pushes(std::size_t stream) const {
    const cycle_runs& pops = m_latest.pop[stream];
    std::vector<cycle> pushes;
    pushes.reserve(static_cast<std::size_t>(pops.end()));
    cycle_runs::place near = 0;
    for (std::int64_t beat = 0; beat < pops.end();) {
      const cycle_run run = pops.from(beat, near);
      for (std::int64_t i = 0; i < run.count; ++i) pushes.push_back(before(run.at(i)));
      beat += run.count;
    }
    return pushes;
  }

  template <class Unit>
  void go(const Unit& unit) {
    const step_program program = simplified(program_of(unit));
    std::vector<cycle*> pushes, pops;  // behind the last beat
    for (auto& list : m_push) pushes.push_back(list.data() + list.size());
    for (auto& list : m_pop) pops.push_back(list.data() + list.size());
    cycle now = no_limit;
    std::int64_t pace = 0;  // from a step to the one after it
    for (std::int64_t repeat = m_frames * program.repeats; repeat > 0; --repeat)
      for (auto segment = program.segments.rbegin(); segment != program.segments.rend(); ++segment)
        for (std::int64_t step = segment->count; step > 0; --step) {
          if (now < no_limit) now -= pace;
          pace = segment->silent + 1;
          for_each(segment->out, pushes, [&](cycle*& push) {
            if (*--push < no_limit) now = std::min(now, *push - program.latency);
          });
          for_each(segment->in, pops, [&](cycle*& pop) { *--pop = now; });
        }
  }

  void go(const sliding_window& unit) {
    const std::vector<cycle>& push = m_push[0];
    std::vector<cycle>& write = m_pop[0];
    // Forward: what each beat needs, and up to which word it makes room.
    std::vector<std::int64_t> ends, limits;
    const bool is_parallel = unit.style == window_style::parallel;
    const std::int64_t depth = unit.buffer_depth();
    std::int64_t limit = depth;
    for (window_position at(unit); at.frame() < m_frames;) {
      ends.push_back(at.end());
      limits.push_back(limit);  // before the beat
      at.next_beat();
      limit = at.first() + (is_parallel ? at.beat() : 0) + depth;
    }
    std::int64_t word = std::ssize(write);  // words from here on have their latest cycle
    cycle send = no_limit;
    const auto settle = [&](std::int64_t from) {
      while (word > from) {
        --word;
        auto& here = write[static_cast<std::size_t>(word)];
        if (word + 1 < std::ssize(write)) here = std::min(here, before(write[static_cast<std::size_t>(word + 1)]));
      }
    };
    for (std::size_t beat = ends.size(); beat-- > 0;) {
      settle(limits[beat]);
      send = std::min(before(send), push[beat]);
      if (limits[beat] < std::ssize(write))
        send = std::min(send, before(write[static_cast<std::size_t>(limits[beat])]));
      cycle& needed = write[static_cast<std::size_t>(ends[beat])];
      needed = std::min(needed, before(send));
    }
    settle(0);
  }

  void go(const width_converter& unit) {
    const converter_unit rules(unit);
    std::vector<cycle>& send = m_push[0];
    std::vector<cycle>& take = m_pop[0];
    std::int64_t taken = std::ssize(take) - 1, sent = std::ssize(send) - 1;
    while (taken >= 0 || sent >= 0) {
      if (taken >= 0 && (sent < 0 || rules.last_of_send(sent) < taken)) {
        cycle& here = take[static_cast<std::size_t>(taken)];
        if (taken + 1 < std::ssize(take)) here = std::min(here, before(take[static_cast<std::size_t>(taken + 1)]));
        const std::int64_t room = rules.sent_before_take(taken) - 1;
        if (room >= 0) send[static_cast<std::size_t>(room)] = std::min(send[static_cast<std::size_t>(room)], here);
        --taken;
      } else {
        cycle& here = send[static_cast<std::size_t>(sent)];
        if (sent + 1 < std::ssize(send)) here = std::min(here, before(send[static_cast<std::size_t>(sent + 1)]));
        cycle& last = take[static_cast<std::size_t>(rules.last_of_send(sent))];
        last = std::min(last, before(here));
        --sent;
      }
    }
  }

  template <class Work>
  static void for_each(int port, std::vector<cycle*>& ports, Work work) {
    if (port == step_segment::every)
      for (cycle*& at : ports) work(at);
    else if (port != step_segment::none)
      work(ports[static_cast<std::size_t>(port)]);
  }

  const network_times& m_network;
  std::int64_t m_frames;
  latest_times& m_latest;
  std::vector<std::vector<cycle>> m_push, m_pop;  ///< of the unit's outputs and inputs
};

}  // namespace

latest_times compute_latest_times(const dataflow& flow, const network_times& network, std::int64_t frames,
                                  bool last_only) {
  latest_times latest;
  latest.pop.resize(network.links().size());
  for (const int output : network.outputs()) {
    const std::int64_t beats = network.links()[static_cast<std::size_t>(output)].beats;
    std::vector<cycle> pops(static_cast<std::size_t>(frames * beats), no_limit);
    for (std::int64_t beat = std::ssize(pops); beat-- > 0;) {
      cycle& here = pops[static_cast<std::size_t>(beat)];
      if (beat + 1 < std::ssize(pops)) here = pops[static_cast<std::size_t>(beat + 1)] - 1;
      const bool is_end = (beat + 1) % beats == 0;
      if (is_end && (!last_only || beat + 1 == std::ssize(pops))) here = std::min(here, network.done(beat / beats));
    }
    for (const cycle pop : pops) latest.pop[static_cast<std::size_t>(output)].append(pop);
  }
  backward_pass(network, frames, latest).run(flow);
  return latest;
}

}  // namespace spillway
