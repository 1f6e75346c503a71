// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "spillway/models/support/read_file.h"
#include "spillway/tests/models/operator_table.h"

using namespace spillway;
using namespace spillway::testing;

TEST_CASE("the table of operators and positions in docs/formats.md is what the code does") {
  const std::string page = read_file(SPILLWAY_SOURCE_DIR "/docs/formats.md", 1 << 24), table = operator_table();
  if (std::getenv("SPILLWAY_PRINT_TABLE") != nullptr) std::cout << table;
  CHECK(page.find(table) != std::string::npos);
}
