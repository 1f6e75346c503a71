// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <string>

#include "spillway/calibration/point_lists.h"

namespace spillway {

void print_networks() {
  using json = nlohmann::ordered_json;
  const auto network = [](const char* name, const char* of, int width_divisor, int bits, int cycles, const json& more) {
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

void print_linear_front() {
  for (const char* file : {"qat-w8a1", "a2q-w8a1-p16", "a2q-w8a1-p12", "a2q-w8a1-p10", "a2q-w8a1-p8",
                           "a2q_plus-w8a1-p12", "a2q_plus-w8a1-p10", "a2q_plus-w8a1-p8"})
    print_point({{"name", std::string("front_") + file},
                 {"stratum", "trained"},
                 {"file", std::string("models/zoo/mnist-linear/") + file + ".onnx"},
                 {"registers", {std::string(file) == "qat-w8a1" ? "32" : "claimed"}},
                 {"fold", {{"MVAU_0", {2, 49}}}}});
}

void print_networks_held_out() {
  using json = nlohmann::ordered_json;
  const auto trained = [](const char* name, const char* file, const json& registers, int cycles, const json& folds) {
    json point{{"name", name}, {"stratum", "trained"}, {"file", file}, {"registers", registers}, {"cycles", cycles}};
    for (std::size_t unit = 0; unit < folds.size(); ++unit) point["fold"]["MVAU_" + std::to_string(unit)] = folds[unit];
    print_point(point);
  };
  // Three networks, each at 32 bits and at its least proven widths, in the same folds.
  const auto pair = [&](const std::string& name, const char* file, int cycles, const json& folds) {
    for (const char* registers : {"32", "certified"})
      trained((name + "_" + registers).c_str(), file, {registers}, cycles, folds);
  };
  pair("e_linear", "models/zoo/mnist-linear/qat-w8a1.onnx", 784, {{1, 16}});
  pair("e_tfc", "models/zoo/tfc-mnist/qat-w4a4.onnx", 784, {{4, 16}, {2, 4}, {1, 8}, {1, 1}});
  pair("e_resnet18", "models/zoo/resnet18-cifar10/qat-w4a4.onnx", 200000,
       {{2, 1}, {1, 3}, {1, 3}, {1, 3}, {1, 3}, {1, 2}, {1, 3}, {1, 1}, {1, 3}, {1, 3}, {1, 2},
        {1, 3}, {1, 1}, {1, 3}, {1, 3}, {1, 2}, {1, 4}, {1, 1}, {1, 4}, {1, 4}, {1, 1}});
  trained("e_linear_a2q", "models/zoo/mnist-linear/a2q-w8a1-p12.onnx", {"certified"}, 98, {});
  trained("e_tfc_a2q_plus", "models/zoo/tfc-mnist/a2q_plus-w4a4-p10.onnx", {"certified"}, 3136, {});
  trained("e_tfc_wrapnet", "models/zoo/tfc-mnist/wrapnet-w4a4-p8.onnx",
          {"certified", "MVAU_1=trained_to_wrap", "MVAU_2=trained_to_wrap"}, 784, {});
  trained("e_espcn_a2q_plus", "models/zoo/espcn-photographs/a2q_plus-w4a4-p12.onnx", {"certified"}, 200000, {});
  // Generated: other widths, bits and folds than those of `networks`.
  const auto made = [](const char* name, const char* of, int width_divisor, int weight_bits, int activation_bits,
                       int cycles, const json& more) {
    json point{{"name", name},
               {"stratum", "generated"},
               {"network", of},
               {"width_divisor", width_divisor},
               {"weight_bits", weight_bits},
               {"activation_bits", activation_bits},
               {"cycles", cycles}};
    point.update(more);
    print_point(point);
  };
  made("e_cnv_w1a2", "cnv", 8, 1, 2, 15000, {{"accumulator", "14"}});
  made("e_cnv_w3a5", "cnv", 16, 3, 5, 40000, {{"accumulator", "20"}, {"stream_depth", 8}});
  made("e_mobilenet_w2a4", "mobilenet_v1", 16, 2, 4, 40000, {{"accumulator", "20"}});
  made("e_resnet18_w4a4", "resnet18", 16, 4, 4, 120000, {{"accumulator", "24"}, {"stream_depth", 8}});
  made("e_unet_w3a3", "unet", 16, 3, 3, 60000, {{"accumulator", "18"}, {"image", 16}, {"stream_depth", 4}});
}

}  // namespace spillway
