// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <exception>
#include <iostream>

#include "spillway/tests/study/sample_study.h"

/// make_sample_study DIR [POINTS]: DIR/study.sqlite with made-up numbers.
int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: make_sample_study DIR [POINTS]\n";
    return 2;
  }
  try {
    fixtures::write_sample_study(argv[1], argc > 2 ? std::atoi(argv[2]) : 200);
  } catch (const std::exception& e) {
    std::cerr << "make_sample_study: " << e.what() << "\n";
    return 3;
  }
  return 0;
}
