// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/fifo_sizing.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "spillway/explore/deadlock.h"
#include "spillway/sim/deadlock_error.h"
#include "spillway/sim/engine.h"
#include "spillway/traces/recorder.h"

namespace spillway {

namespace {

class sizing {
 public:
  sizing(dataflow& flow, const integer_tensor& inputs, const fifo_options& options)
      : m_flow(flow), m_inputs(inputs), m_options(options) {}

  fifo_report run() {
    m_flow = with_unlimited_streams(m_flow);
    const run_result free = simulate();
    m_report.unlimited_cycles = free.cycles;
    for (std::size_t s = 0; s < m_flow.streams.size(); ++s) {
      // One more than it ever held: a full stream takes no beat in the cycle in which one leaves, an unlimited one
      // does.
      m_flow.streams[s].depth = std::max(2, free.most_filled[s] + 1);
      const stream_shape shape = shape_of(m_flow, m_flow.streams[s]);
      m_report.streams.push_back({name_of(m_flow, m_flow.streams[s]), 0, 0, shape.lanes * shape.type.bits, false});
    }
    for (const std::size_t s : widest_first())
      if (!shrink(s)) break;
    finish();
    return std::move(m_report);
  }

 private:
  run_result simulate() {
    recorder events(0);
    ++m_report.runs;
    return run_cycle_engine(m_flow, m_inputs, events);
  }

  /// True if the design as it stands reaches the goal.
  bool is_enough() {
    try {
      const run_result result = simulate();
      return m_options.goal == fifo_goal::no_deadlock || result.cycles == m_report.unlimited_cycles;
    } catch (const deadlock_error&) {
      return false;
    }
  }

  std::vector<std::size_t> widest_first() const {
    std::vector<std::size_t> order(m_report.streams.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      return m_report.streams[a].bits > m_report.streams[b].bits;
    });
    return order;
  }

  /// The least depth of one stream, the others as they are. False: stopped.
  bool shrink(std::size_t s) {
    int& depth = m_flow.streams[s].depth;
    fifo_size& size = m_report.streams[s];
    if (m_options.on_progress && !m_options.on_progress(m_report.runs, size.link)) {
      m_report.complete = false;
      return false;
    }
    int works = depth, fails = 1;
    depth = 2;  // most streams need no more
    if (works > 2 && !is_enough())
      fails = 2;
    else
      works = 2;
    while (works - fails > 1) {
      depth = fails + (works - fails) / 2;
      (is_enough() ? works : fails) = depth;
    }
    depth = works;
    size.minimal = true;
    return true;
  }

  void finish() {
    const run_result last = simulate();
    m_report.cycles = last.cycles;
    for (std::size_t s = 0; s < m_report.streams.size(); ++s) {
      fifo_size& size = m_report.streams[s];
      size.depth = m_flow.streams[s].depth;
      size.high_water = last.most_filled[s];
      size.bits *= size.depth;
    }
  }

  dataflow& m_flow;
  const integer_tensor& m_inputs;
  const fifo_options& m_options;
  fifo_report m_report;
};

}  // namespace

fifo_report size_fifos(dataflow& flow, const integer_tensor& inputs, const fifo_options& options) {
  return sizing(flow, inputs, options).run();
}

}  // namespace spillway
