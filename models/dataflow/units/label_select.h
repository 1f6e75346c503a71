// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/stream_shape.h"
#include "spillway/models/dataflow/units/unit_facts.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// The indices of the k greatest of `labels` values, greatest first; the first index wins a tie. [labels / PE] beats of
/// PE lanes to one beat of k lanes. PE divides the labels.
struct label_select {
  static constexpr unit_facts facts{
      "label_select", "LabelSelect", {"LabelSelect_hls", "LabelSelect_Batch", "LabelSelect"}, {.pe = true}};

  std::string name;  ///< of this unit, in messages and tables
  /// The types of the values and of the indices. `output_type` must hold 0 to labels - 1.
  integer_type input_type, output_type;
  std::int64_t labels = 1;  ///< values of a frame
  std::int64_t k = 1;       ///< indices that leave, 1 to `labels`
  int pe = 1;               ///< values of an input beat

  /// PE must divide the number of labels; the unit has no SIMD.
  fold_sizes folded_sizes() const { return {{"labels", labels}, {}}; }
  /// Elements of a vector at an output.
  std::int64_t vector_elements(int /*port*/) const { return k; }
  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const label_select& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const label_select& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
