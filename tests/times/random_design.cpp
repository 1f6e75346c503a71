// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/times/random_design.h"

#include <limits>

#include "spillway/models/dataflow/lower.h"
#include "spillway/tests/networks/random_folding.h"
#include "spillway/tests/networks/random_network.h"
#include "spillway/tests/networks/random_values.h"

namespace spillway::testing {

dataflow random_design(std::uint64_t seed) {
  random_network_limits limits;
  limits.stages = seed % 3 == 0 ? 10 : 4;
  limits.side = seed % 5 == 0 ? 9 : 5;
  const integer_network net = random_integer_network(seed, limits);
  dataflow flow = lower(net, random_folding(net, seed));
  random_values random(seed ^ 0x2545f4914f6cdd1d);
  flow.streams = streams_of(flow);
  const std::int64_t sort = random.pick(0, 5);  // of the whole design
  for (dataflow_stream& link : flow.streams) {
    const std::int64_t beats = shape_of(flow, link).beats;
    switch (sort == 5 ? random.pick(0, 4) : sort) {
      case 0:
        link.depth = 2;
        break;
      case 1:
        link.depth = static_cast<int>(random.pick(2, 6));
        break;
      case 2:
        link.depth = static_cast<int>(random.pick(2, 2 + 2 * beats));
        break;
      case 3:
        link.depth = static_cast<int>(random.chance(4) ? random.pick(2, 40) : 2);
        break;
      default:
        link.depth = std::numeric_limits<int>::max();
    }
  }
  return flow;
}

}  // namespace spillway::testing
