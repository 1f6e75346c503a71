// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "spillway/models/dataflow/times/timed_unit.h"

namespace spillway::times {

/// The width converter, a shift register: in a cycle it sends a beat if it held one when the cycle began, then takes
/// one if that fits.
class converter_unit final : public timed_unit {
 public:
  explicit converter_unit(const width_converter& unit);

  std::unique_ptr<timed_unit> clone() const override { return std::make_unique<converter_unit>(*this); }
  void advance(std::vector<link_times>& links, const horizon& until) override;
  cycle stops_in(const std::vector<link_times>&) const override { return std::max(m_taken, m_sent) + 1; }

  /// Beats that must have been sent, in the same cycle at the latest, so that this one fits.
  std::int64_t sent_before_take(std::int64_t beat) const {
    const std::int64_t over = (beat + 1) * m_from - m_capacity;
    return over <= 0 ? 0 : (over + m_to - 1) / m_to;
  }
  /// The beat that must have been taken, in an earlier cycle, for this one to be sent.
  std::int64_t last_of_send(std::int64_t beat) const { return ((beat + 1) * m_to - 1) / m_from; }

 private:
  bool widen(link_times& from, link_times& to, const horizon& until);
  bool narrow(link_times& from, link_times& to, const horizon& until);
  void pass(link_times& from, link_times& to, const cycle_run& taken, const cycle_run& sent);
  bool take(link_times& from, const link_times& to, const horizon& until);
  bool send(const link_times& from, link_times& to, const horizon& until);

  cycle_runs::place m_sent_near = 0, m_taken_near = 0;
  std::int64_t m_from, m_to, m_capacity;
  cycle m_taken = -1, m_sent = -1;
};

}  // namespace spillway::times
