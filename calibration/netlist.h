// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "spillway/resource/resources.h"

namespace spillway {

/// What the cells of a module take on a 7-series device: `cells` as Yosys writes them (write_json). Throws
/// `input_error` for a kind of cell that is not known.
///
/// `sites` counts LUT6 sites as a packer would fill them: a bit of a carry chain is one, with the LUT in front of it;
/// so is a LUT with six inputs; of the others two share one if they have an input in common and no more than five in
/// all. A greedy pairing: the best that a packer finds may be a little fewer.
resources count_cells(const nlohmann::json& cells);

}  // namespace spillway
