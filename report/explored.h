// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "spillway/explore/design_search.h"
#include "spillway/explore/fifo_sizing.h"
#include "spillway/explore/rate.h"
#include "spillway/models/load/design.h"

namespace spillway {

/// What a design is explored for.
struct explore_request {
  price_list prices = {};
  bool searches = false;                              ///< for a design; else the one that is there is looked at
  std::optional<std::int64_t> cycles_per_frame = {};  ///< of the search: the most that one may take; none: the fewest
  bool is_rate = false;                               ///< these are asked of the whole design, not of each unit
  std::optional<resource_budgets> budgets = {};       ///< of the search
  bool full_rate = false;                             ///< streams are part of the search, for the slowest unit's pace
  std::optional<fifo_goal> fifos = {};                ///< what streams are made deep enough for where they are not
  std::int64_t frames = 3;                            ///< over which cycles are given where streams are sized
  double clock_mhz = 200;
  std::uint64_t times = 0;  ///< frames whose time is asked for
  /// As `fifo_options::on_progress`, of the search and of the streams.
  std::function<bool(std::size_t runs, const std::string& link)> on_progress = {};
};

/// Cycles a frame of `fps` frames a second. Throws `config_error` where that is less than one.
std::int64_t cycles_of_rate(double fps, double clock_mhz);

/// A design, and what is known of it.
struct explored {
  std::string model;
  price_list prices;
  dataflow flow;
  network_cost cost;
  std::optional<found_design> found;        ///< where a design was searched for
  resource_budgets budgets = {};            ///< of the search
  std::optional<double> asked_cycles = {};  ///< a frame
  bool is_asked_rate = false;               ///< of the whole design, not of each unit
  std::optional<fifo_report> fifos;
  reached_rate rate;
  std::string deadlock;  ///< explained; empty if there is none
  std::optional<frame_times> times;
  bool is_full_rate = false;  ///< its streams were sized for the slowest unit's pace
  double clock_mhz = 200;

  /// Neither a search nor the sizing of streams was stopped.
  bool is_complete() const { return !(found && found->is_stopped) && (!fifos || fifos->complete); }
};

/// Searches for a design or takes the one that is there, and says its streams, its price and its rate. Throws
/// `config_error` as `search_design` does.
explored explore_design(const design& of, const explore_request& request);

/// The document that docs/json.md describes, without its assumptions.
nlohmann::ordered_json as_json(const explored& of);

/// The same for people.
std::string to_text(const explored& of);

}  // namespace spillway
