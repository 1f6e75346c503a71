// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spillway/explore/rate.h"
#include "spillway/explore/study/network_facts.h"
#include "spillway/explore/study/point_simulation.h"
#include "spillway/explore/study/study_list.h"
#include "spillway/explore/study/study_tables.h"
#include "spillway/explore/study/width_search.h"
#include "spillway/resource/unit_cost.h"

namespace spillway {

// What a study knows, as rows of its store (docs/study-store.md).

/// The folding of a group, and the rate that it reaches; or why there is none.
struct group_folding {
  lowering_options choices;
  dataflow flow;  ///< in registers that hold every sum
  reached_rate rate;
  std::string problem;
};

/// A network, and its layers.
std::vector<study_row> network_rows(const study_network& network, const network_facts& facts);
/// A data set.
study_row data_row(const study_set& set);
/// A device, by its name.
study_row device_row(const std::string& device);
/// A folding, and its units.
std::vector<study_row> folding_rows(const study_group& group, const study_network& network,
                                    const group_folding& folding);
/// What exact arithmetic reaches.
study_row baseline_row(const study_network& network, const study_set& set, const frame_answers& answers);
/// The histograms of an exact pass.
std::vector<study_row> needs_rows(const study_group& group, const study_network& network, const study_set& set,
                                  const dataflow& flow, const sum_profile& sums);

/// A point with all that is known of it.
struct finished_point {
  const study_point* point = nullptr;
  const study_group* group = nullptr;
  const study_network* network = nullptr;
  const study_set* set = nullptr;
  const network_facts* facts = nullptr;
  const group_folding* folding = nullptr;
  const simulated_point* simulated = nullptr;
  const frame_answers* exact = nullptr;
  const network_cost* cost = nullptr;
  const found_widths* widths = nullptr;   ///< where they were searched for
  const study_set* validation = nullptr;  ///< and what on
};

/// The row of a point, of its units, of its price by category, and of the search of its widths.
std::vector<study_row> point_rows(const finished_point& of);

/// The row of a point that there is none of: "not applicable" or "no folding".
study_row missing_point_row(const finished_point& of, const std::string& status, const std::string& reason);

/// The command that makes the design of a point again and runs it on the data.
std::string command_of(const finished_point& of);

}  // namespace spillway
