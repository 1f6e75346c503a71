// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/network_points.h"

#include <fmt/format.h>

#include <map>

#include "spillway/calibration/folding_search.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/paper_networks/cnv.h"
#include "spillway/models/paper_networks/espcn.h"
#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/paper_networks/unet.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"

namespace spillway {

dataflow accelerator_of(const network_point& point) {
  static const std::map<std::string, network (*)(const network_options&)> known{{"cnv", cnv},
                                                                                {"espcn", espcn},
                                                                                {"mobilenet_v1", mobilenet_v1_cifar10},
                                                                                {"resnet18", resnet18_cifar10},
                                                                                {"unet", unet}};
  const auto describe = known.find(point.network);
  if (describe == known.end())
    throw input_error(fmt::format("network = {}; right: cnv, espcn, mobilenet_v1, resnet18 or unet", point.network));
  const integer_network net = streamline(describe->second(point.sizes));
  lowering_options base;
  base.stream_depth = point.stream_depth;
  base.defaults.accumulator = point.accumulator;
  folding_goal goal;
  goal.cycles_per_frame = point.cycles;
  dataflow flow = lower(net, search_folding(net, goal, base).options);
  // A point is synthesised with the depths that it states, whether it lives with them or not.
  for (dataflow_stream& stream : flow.streams) stream.depth = point.stream_depth;
  return flow;
}

}  // namespace spillway
