// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iostream>
#include <string>

#include "spillway/models/onnx/write.h"
#include "spillway/tests/models/operator_examples.h"
#include "spillway/tests/models/random_network.h"

// Writes the files that fuzzing starts from into a folder: small, and of every operator.

int main(int argc, char** argv) {
  using namespace spillway;
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds DIR\n";
    return 2;
  }
  std::vector<network> nets{testing::every_operator()};
  for (unsigned seed = 0; seed < 3; ++seed) {
    for (network& net : testing::operator_examples(seed).all()) nets.push_back(std::move(net));
    nets.push_back(testing::random_network(seed));
  }
  for (std::size_t i = 0; i < nets.size(); ++i)
    std::ofstream(argv[1] + std::string("/seed") + std::to_string(i), std::ios::binary) << qonnx_bytes(nets[i]);
  return 0;
}
