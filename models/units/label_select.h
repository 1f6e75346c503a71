// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/integer_tensor.h"
#include "models/units/stream_shape.h"

namespace spillway {

/// The indices of the k greatest of `labels` values, greatest first; the first index wins a tie. [labels / PE] beats of
/// PE lanes to one beat of k lanes. PE divides the labels.
struct label_select {
  std::string name;
  integer_type input_type, output_type;
  std::int64_t labels = 1;
  std::int64_t k = 1;
  int pe = 1;

  unit_ports ports() const;
  /// Cycles between the frames of a unit that never waits for its neighbours.
  std::int64_t cycles_per_frame() const;
};

/// Throws `config_error` that names `path`, the value and the nearest legal one.
void validate(const label_select& unit, const std::string& path);

/// The oracle: whole frames of beats, [frames * beats, lanes] a port, to those of the outputs.
std::vector<integer_tensor> evaluate(const label_select& unit, std::span<const integer_tensor> beats);

}  // namespace spillway
