// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/evaluate.h"
#include "spillway/models/streamline/difference_cause.h"
#include "spillway/models/streamline/exact_constants.h"
#include "spillway/models/streamline/streamline.h"

// Finding why a frame differs. Not installed.

namespace spillway {

/// Explains frames of one file, by evaluating it again with single steps done as the integers do them.
class cause_finder {
 public:
  cause_finder(const network& file, const integer_network& integers, const streamline_report& report);

  /// The cause of a frame (as a whole batch of the file, of which the first frame counts) whose outputs differ.
  difference_cause find(const float_tensor& batch) const;

 private:
  struct frame;

  std::optional<difference_cause> input_cause(frame& here, const value_report& input) const;
  std::optional<difference_cause> level_cause(const frame& here) const;
  difference_cause output_cause(const frame& here) const;
  difference_cause cause_of_level(const frame& here, const value_report& value, std::size_t element, double file_level,
                                  double exact_level) const;
  std::optional<difference_cause> weight_cause(const frame& here, const value_report& value, std::size_t element,
                                               double exact_level) const;
  double level_in(const network_node& quantizer, const value_report& value, std::size_t element,
                  const double_tensor& input) const;
  const network_node* maker(const std::string& node) const;

  const network& m_file;
  const integer_network& m_integers;
  const streamline_report& m_report;
  given_tensors<double> m_constants;  ///< of the file, as the integers have them
  std::vector<rounded_weight> m_rounded;
};

}  // namespace spillway
