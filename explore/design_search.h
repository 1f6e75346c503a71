// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "spillway/explore/fifo_sizing.h"
#include "spillway/explore/rate.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/resource/amounts.h"
#include "spillway/resource/budgets.h"
#include "spillway/resource/unit_cost.h"

namespace spillway {

/// What a search for a design is asked for.
struct design_goal {
  /// Cycles a frame that no unit may exceed: the least resources with which that can be done. Left out: the fewest
  /// cycles a frame that the budgets allow, and the least resources for them.
  std::optional<std::int64_t> cycles_per_frame = {};
  price_list prices = {};  ///< the hardware, and the device whose shares are added up
  resource_budgets budgets = {};
  /// Streams so deep that the slowest unit sets the pace (`size_fifos`), within the budgets, too. Else they are as deep
  /// as `lower` makes them.
  bool full_rate = false;
  std::int64_t frames = 1;  ///< over which `found_design::fifos` gives cycles
  /// As `fifo_options::on_progress`; where it says stop, the design is not finished (`found_design::is_stopped`).
  std::function<bool(std::size_t runs, const std::string& link)> on_progress = {};
  /// Designs whose shares are so much greater than the least count as equal, and the simplest of them is taken. The
  /// model's error on whole networks is several times that (docs/cost-model.md).
  double indifference = 0.005;
};

/// What was found.
struct found_design {
  lowering_options options;          ///< what `lower` takes to make it: every fold, memory, multiplier and comparator
  dataflow flow;                     ///< what it made
  network_cost cost;                 ///< the price of `flow`, as `price` says it
  reached_rate rate;                 ///< of `flow`, exactly
  std::optional<fifo_report> fifos;  ///< where the goal is the full rate
  bool is_stopped = false;
  double shares = 0;                  ///< `shares_of(cost)`, which were minimised
  double converter_luts = 0;          ///< LUTs of its width converters
  std::int64_t cycles_per_frame = 0;  ///< of the slowest unit
  std::string slowest;                ///< its name
};

/// The design of `net` with the least sum of shares of the device, of all those that meet the goal. Folds, memories,
/// multipliers and comparators of every unit are searched (`price_fold` says which) but for what `base` fixes, and so
/// are the width converters and streams that two neighbours' choice causes. Without budgets and branches it is exact
/// under the price. Budgets are met by weighing scarce resources more, and steps of one unit at a time.
///
/// The result was lowered, timed and priced as a whole.
///
/// Throws `config_error` where a unit can't be so fast, and where no design was found within the budgets, naming what
/// is exceeded and the nearest goal that can be met.
found_design search_design(const integer_network& net, const design_goal& goal, const lowering_options& base = {});

}  // namespace spillway
