// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/label_select.h"
#include "spillway/sim/units/result_pipeline.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// The indices of the k greatest labels, greatest first; the first index wins a tie (FINN's LabelSelect).
///
/// A beat a cycle, labels/PE cycles a frame: each value is compared with the k greatest so far, strictly, and moves
/// those below it down. The indices leave as one beat in the cycle after the last value was taken. Contract:
/// docs/units/label_select.md.
class label_select_unit final : public streaming_unit {
 public:
  label_select_unit(sc_core::sc_module_name name, const label_select& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::label_select_unit"; }

 private:
  void insert(std::int64_t label, const std::int64_t* value);
  void emit();

  integer_type m_input_type, m_output_type;
  int m_pe, m_words;  ///< m_words: of a value, as it is compared
  std::int64_t m_labels, m_k;
  std::vector<std::int64_t> m_greatest;  ///< [k] of m_words, greatest first
  std::vector<std::int64_t> m_places;    ///< [k]: their labels
  std::vector<std::int64_t> m_value;     ///< m_words
  result_pipeline m_results;
  std::int64_t m_label = 0;  ///< of the next beat's first value
};

}  // namespace spillway
