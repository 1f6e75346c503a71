// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/streamline/threshold_draft.h"

namespace spillway {

/// An integer network under construction. Thresholds stand as nodes of their own until `finish`, which moves them into
/// the matrix layer before them where nobody else reads its sums.
class draft_network {
 public:
  explicit draft_network(std::string name) { m_net.name = std::move(name); }

  /// The network's input; the first value.
  int add_input(input_quantizer quantizer, frame_shape shape);

  /// A node with one output, and its value. The type is the least that holds what it makes, if none is given.
  int add(integer_op op, std::vector<int> inputs, frame_shape shape);
  int add(integer_op op, std::vector<int> inputs, frame_shape shape, integer_type type);
  int add_thresholds(const std::string& name, int input, threshold_draft draft);

  const integer_value& value(int index) const { return m_net.values[static_cast<std::size_t>(index)]; }
  bool has_input() const { return !m_net.values.empty(); }
  bool has_products() const;
  /// A matrix that only moves values: its rows have one 1 each.
  int add_selection(integer_layer layer, int input, frame_shape shape);
  /// True if the value is the sums of a matrix or depthwise layer, without thresholds; what a selection makes is none.
  bool is_sum(int index) const;
  bool is_read(int index) const;
  const input_quantizer& input() const { return m_net.input; }
  /// The input becomes levels of `quantizer`, of which `levels` makes those that it was: the value of these.
  int refine_input(input_quantizer quantizer, const std::string& name, threshold_draft levels);
  /// Turns the input's frames [H, W, C] into [1, 1, H * W * C], which nobody may have read.
  void flatten_input();

  /// Negates the rows of the sums `index` where `negative` says so; false if they are no sums or are read by others.
  bool negate_rows(int index, const std::vector<bool>& negative);

  /// Makes the levels `index` count downwards, from 0 to their negatives; false if they are no levels of thresholds or
  /// are read by others.
  bool negate_levels(int index);

  /// The network whose output is the value `output`. Bipolar weights with 1-bit inputs count agreements if
  /// `xnor_popcount`; `shift` then is what each channel of an output without thresholds counts too much.
  integer_network finish(int output, bool xnor_popcount, std::vector<big_int>& shift);

  /// What a value of the draft is in the finished network; -1: gone.
  int place_of(int value) const {
    const auto same = m_merged.find(value);
    return m_place[static_cast<std::size_t>(same == m_merged.end() ? value : same->second)];
  }

 private:
  int merge_equal_thresholds(int output);
  void prune(int output);
  void settle_thresholds(int output);
  void split_into_all_parts(int output);
  void remove_gaps();

  integer_network m_net;
  std::map<std::size_t, threshold_draft> m_thresholds;  ///< by node
  std::set<int> m_selections;                           ///< values
  std::map<int, int> m_merged;                          ///< values by those that are the same
  std::vector<int> m_place;
};

/// For each element of a frame [height, width, channels], its element in [channels, height, width].
std::vector<std::int64_t> order_of_planes(const frame_shape& shape);

}  // namespace spillway
