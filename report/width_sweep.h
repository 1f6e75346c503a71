// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/score.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/load/design.h"

namespace spillway {

/// What came of one of several register choices.
struct sweep_point {
  std::string accumulator;  ///< as it was asked for: `12:wrap`
  integer_tensor outputs;   ///< as `simulate` with this choice alone has them
  run_score score;
  std::uint64_t frames_again = 0;  ///< frames that could differ from the exact ones, and were run again
};

/// Several register choices on one data set.
struct width_sweep {
  std::string model, data;
  std::uint64_t frames = 0;
  bool has_labels = false, stopped = false;
  std::vector<sweep_point> points;
};

/// Where the register choices apply, and how they are run.
struct sweep_options {
  /// Where the point's rule stands among the register rules of the design; beyond them: last, so that it counts.
  std::size_t place = std::numeric_limits<std::size_t>::max();
  unsigned threads = 1;
  std::function<bool(std::uint64_t frames_done)> on_progress = {};  ///< of the exact pass
};

/// Outputs and scores of `accelerator` with each of `points` in turn as one more register rule. One exact pass tells
/// which frames can differ at which width: those with a finished sum that does not fit where registers wrap, with a
/// partial one where they saturate. Only these are run again.
width_sweep sweep_widths(const design& accelerator, dataset data, const std::vector<std::string>& points,
                         const sweep_options& options = {});

/// A table of the points, and the same as JSON (docs/json.md).
std::string to_text(const width_sweep& sweep);
std::string to_json(const width_sweep& sweep);

}  // namespace spillway
