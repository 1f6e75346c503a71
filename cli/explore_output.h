// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "spillway/explore/design_search.h"
#include "spillway/explore/fifo_sizing.h"
#include "spillway/explore/rate.h"

namespace spillway {

/// What came of `spillway explore`: the design, and what is known of it.
struct explored {
  std::string model;
  price_list prices;
  dataflow flow;
  network_cost cost;
  std::optional<found_design> found;        ///< where a design was searched for
  resource_budgets budgets = {};            ///< of the search
  std::optional<double> asked_cycles = {};  ///< a frame, as --cycles or --fps ask
  bool is_asked_rate = false;               ///< of the whole design, not of each unit
  std::optional<fifo_report> fifos;
  reached_rate rate;
  std::string deadlock;  ///< explained; empty if there is none
  std::optional<frame_times> times;
  bool is_full_rate = false;  ///< its streams were sized for the slowest unit's pace
  double clock_mhz = 200;
};

/// The document that docs/json.md describes, without its assumptions.
nlohmann::ordered_json as_json(const explored& of);

/// The same for people.
void print_text(const explored& of);

}  // namespace spillway
