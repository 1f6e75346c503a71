// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "spillway/calibration/point_lists.h"

namespace spillway {

void print_networks() {
  using json = nlohmann::ordered_json;
  const auto network = [](const char* name, const char* of, int width_divisor, int bits, int cycles, json more) {
    json point{{"name", name},        {"stratum", "D"},          {"network", of},   {"width_divisor", width_divisor},
               {"weight_bits", bits}, {"activation_bits", bits}, {"cycles", cycles}};
    point.update(more);
    print_point(point);
  };
  network("d_cnv_w2a2", "cnv", 16, 2, 20000, {{"accumulator", "16"}});
  network("d_cnv_w1a1", "cnv", 8, 1, 30000, {{"accumulator", "13"}});
  network("d_cnv_w4a4", "cnv", 16, 4, 60000, {{"accumulator", "18"}, {"stream_depth", 16}});
  network("d_mobilenet_w4a4", "mobilenet_v1", 16, 4, 20000, {{"accumulator", "16"}});
  network("d_resnet18_w3a3", "resnet18", 16, 3, 60000, {{"accumulator", "14"}, {"stream_depth", 32}});
  network("d_espcn_w4a4", "espcn", 8, 4, 40000, {{"accumulator", "20"}, {"image", 16}});
}

}  // namespace spillway
