// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "spillway/sim/stream.h"
#include "spillway/sim/unit.h"

namespace spillway::testing {

/// A unit that writes 0, 1, 2, ... in the cycles that a rule allows, and notes what it saw.
class scripted_writer final : public unit {
 public:
  sc_core::sc_port<stream_out_if> out{"out"};
  std::function<bool(std::uint64_t cycle)> wants = [](std::uint64_t) { return true; };
  std::vector<bool> could_write;  ///< by cycle
  std::vector<std::uint64_t> push_cycles;

  explicit scripted_writer(sc_core::sc_module_name name) : unit(name) {}

  outcome tick(std::uint64_t cycle) override {
    could_write.push_back(m_out->can_write());
    if (!m_out->can_write()) return {unit_state::blocked, false};
    if (!wants(cycle)) return {unit_state::starved, false};
    m_out->back()[0] = static_cast<std::int64_t>(push_cycles.size());
    m_out->push(false);
    push_cycles.push_back(cycle);
    return {unit_state::working, false};
  }

  stream& link() { return *m_out; }

 private:
  void end_of_elaboration() override {
    unit::end_of_elaboration();
    m_out = &out->connect_writer(*this);
  }
  stream* m_out = nullptr;
};

/// A unit that reads in the cycles that a rule allows, and notes what it saw.
class scripted_reader final : public unit {
 public:
  sc_core::sc_port<stream_in_if> in{"in"};
  std::function<bool(std::uint64_t cycle)> wants = [](std::uint64_t) { return true; };
  std::vector<bool> could_read;                               ///< by cycle
  std::vector<std::pair<std::uint64_t, std::int64_t>> taken;  ///< (cycle, value)

  explicit scripted_reader(sc_core::sc_module_name name) : unit(name) {}

  outcome tick(std::uint64_t cycle) override {
    could_read.push_back(m_in->can_read());
    if (!m_in->can_read()) return {unit_state::starved, false};
    if (!wants(cycle)) return {unit_state::blocked, false};
    taken.emplace_back(cycle, m_in->front()[0]);
    m_in->pop();
    return {unit_state::working, false};
  }

 private:
  void end_of_elaboration() override {
    unit::end_of_elaboration();
    m_in = &in->connect_reader(*this);
  }
  stream* m_in = nullptr;
};

}  // namespace spillway::testing
