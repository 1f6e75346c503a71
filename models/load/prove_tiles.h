// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/models/certificates/tiled_certificate.h"
#include "spillway/models/load/design.h"

namespace spillway {

/// What is proven of one unit, were its dot products summed in tiles.
struct tile_proof {
  std::string unit, layer;
  tiled_format format;
  bool claimed = false;  ///< by the file; else asked for
  int minimal_inner_bits = 1, minimal_outer_bits = 1;
  std::vector<tiled_witness> failures;  ///< one a channel that does not hold
};

/// The tiles that the file claims (`tiled_accumulator_key`), or `asked` of every unit if that is not empty. Throws
/// `input_error` for a claim that names no layer or can't be read, `config_error` for such an `asked`.
std::vector<tile_proof> prove_tiles(const design& loaded, const std::string& asked);

}  // namespace spillway
