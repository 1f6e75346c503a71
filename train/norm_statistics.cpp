// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/norm_statistics.h"

#include <fmt/format.h>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {

std::string to_string(norm_statistics norms) { return norms == norm_statistics::fixed ? "fixed" : "batch"; }

norm_statistics parse_norm_statistics(const std::string& name) {
  for (const norm_statistics norms : {norm_statistics::batch, norm_statistics::fixed})
    if (name == to_string(norms)) return norms;
  throw config_error(fmt::format("there are no {} statistics of batch norms; nearest: {}", name,
                                 nearest_name(name, {"batch", "fixed"})));
}

}  // namespace spillway
