// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// What passes through a port in one frame: `beats` beats of `lanes` integers of one type, TLAST on the last.
struct stream_shape {
  integer_type type;
  std::int64_t lanes = 1;
  std::int64_t beats = 1;

  friend bool operator==(const stream_shape&, const stream_shape&) = default;
};

/// The ports of a unit, in the order in which streams are bound to them.
struct unit_ports {
  std::vector<stream_shape> inputs, outputs;
};

}  // namespace spillway
