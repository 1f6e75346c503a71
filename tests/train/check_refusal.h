// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "spillway/tests/cli/run_process.h"

namespace spillway {

/// `spillway-train` refuses: this exit code, one line on stderr that has `part`, nothing on stdout.
inline void check_refusal(const process_result& result, int code, const std::string& part) {
  CAPTURE(result.err);
  CHECK(result.code == code);
  CHECK(result.out.empty());
  CHECK(result.err.find(part) != std::string::npos);
  CHECK(result.err.rfind("spillway-train: ", 0) == 0);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
}

}  // namespace spillway
