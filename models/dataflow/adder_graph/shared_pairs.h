// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/adder_graph/adder_graph.h"

namespace spillway {

/// a + (b << shift), or a - (b << shift).
struct term_pair {
  int a = 0, b = 0, shift = 0;
  bool is_difference = false;
};

/// Finds pairs of terms that stand in several rows, or several times in one, whatever their common shift and sign, and
/// puts one term in their place: node `first` + i is pair i of the result. The most frequent pair first, then those of
/// what is left; at equal numbers the one of the first nodes. Work: about the square of a row's terms, for each row.
std::vector<term_pair> share_pairs(std::vector<std::vector<graph_term>>& rows, int first);

}  // namespace spillway
