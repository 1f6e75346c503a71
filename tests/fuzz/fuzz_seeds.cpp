// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "spillway/models/data/npy.h"
#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/models/operator_examples.h"
#include "spillway/tests/models/random_image_network.h"
#include "spillway/tests/models/random_network.h"

// Writes the files that fuzzing starts from into a folder, in one folder a target: small, and of every kind.

namespace {

using namespace spillway;

void write(const std::string& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }

void write_networks(const std::string& folder) {
  std::vector<network> nets{testing::every_operator()};
  for (unsigned seed = 0; seed < 3; ++seed) {
    for (network& net : testing::operator_examples(seed).all()) nets.push_back(std::move(net));
    nets.push_back(testing::random_network(seed));
  }
  for (std::size_t i = 0; i < nets.size(); ++i) write(folder + "/seed" + std::to_string(i), qonnx_bytes(nets[i]));
}

void write_foldings(const std::string& folder) {
  const dataflow flow = lower(streamline(testing::random_image_network(3)), lowering_options{});
  write(folder + "/whole", folding_config_json(flow));
  write(folder + "/defaults", R"({"Defaults": {"ram_style": ["block", ["all"]]}})");
}

void write_arrays(const std::string& folder) {
  write(folder + "/bytes.npy", npy_bytes(integer_tensor::from(unsigned_type(8), {2, 2}, {1, 2, 3, 4})));
  write(folder + "/floats.npy", npy_bytes(float_tensor{{2}, {0.5F, -1}}));
  write(folder + "/array.idx", std::string_view("\0\0\x08\x01\0\0\0\x02"
                                                "ab",
                                                10));
}

void write_descriptions(const std::string& folder) {
  write(folder + "/bits",
        R"({"name": "n", "frames": 3, "features": 9, "bits_per_feature": 1, "images": "images.npy"})");
  write(folder + "/bytes", R"({"name": "n", "frames": 3, "features": 2, "bits_per_feature": 8, "images": "images.npy",
                              "labels": "labels.npy", "threshold": 128})");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds DIR\n";
    return 2;
  }
  const std::string folder = argv[1];
  write_networks(folder + "/qonnx");
  write_foldings(folder + "/folding");
  write_arrays(folder + "/arrays");
  write_descriptions(folder + "/dataset");
  write(folder + "/run_directory/seed", "0123456789abcdefghijklmnopqrstuvwxyz");
  return 0;
}
