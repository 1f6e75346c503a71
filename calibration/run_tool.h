// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdio>

#include "spillway/models/support/error.h"

namespace spillway {

/// The exit status that `run` returns. An error that it throws is one line on stderr, and 3 where the system refuses, 2
/// where the input is wrong.
template <class Run>
int run_tool(const char* name, const Run& run) {
  try {
    return run();
  } catch (const io_error& wrong) {
    fmt::print(stderr, "{}: {}\n", name, wrong.what());
    return 3;
  } catch (const error& wrong) {
    fmt::print(stderr, "{}: {}\n", name, wrong.what());
    return 2;
  }
}

}  // namespace spillway
