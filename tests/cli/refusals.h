// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "spillway/tests/cli/run_process.h"

namespace spillway {

/// One line on stderr that says what was wrong (all of `words`), nothing on stdout, and the exit code.
inline void check_refused(const process_result& result, int code, const std::vector<std::string>& words) {
  CAPTURE(result.err);
  CHECK(result.code == code);
  CHECK(result.out.empty());
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK(result.err.rfind("spillway", 0) == 0);
  for (const std::string& word : words) {
    CAPTURE(word);
    CHECK(result.err.find(word) != std::string::npos);
  }
}

inline const std::string zoo = SPILLWAY_SOURCE_DIR "/models/zoo/mnist-linear/";
inline const std::string qat = zoo + "qat-w8a1.onnx";

}  // namespace spillway
