// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn/memory.h"

#include <doctest/doctest.h>

#include <cmath>

namespace spillway {
namespace {

struct memory {
  std::int64_t width, depth, blocks;
};

/// FINN's rule once more, with its own division and ceil of real numbers.
std::int64_t bram18_in_reals(double width, double depth) {
  const auto needs = [&](double block_width, double block_depth) {
    return static_cast<std::int64_t>(std::ceil(depth / block_depth) * std::ceil(width / block_width));
  };
  if (width == 1) return needs(1, 16384);
  if (width == 2) return needs(2, 8192);
  if (width <= 4) return needs(4, 4096);
  if (width <= 9) return needs(9, 2048);
  if (width <= 18 || depth > 512) return needs(18, 1024);
  return needs(36, 512);
}

TEST_CASE("block memories grow by one at every boundary of FINN's table, and not before") {
  constexpr memory table[] = {
      {1, 16384, 1}, {1, 16385, 2},                 // 16384 x 1
      {2, 8192, 1},  {2, 8193, 2},                  // 8192 x 2
      {3, 4096, 1},  {3, 4097, 2},  {4, 4096, 1},   // 4096 x 4
      {4, 4097, 2},  {5, 2048, 1},  {5, 2049, 2},   // 2048 x 9
      {9, 2048, 1},  {9, 2049, 2},  {10, 1024, 1},  // 1024 x 18
      {10, 1025, 2}, {18, 1024, 1}, {18, 1025, 2},
      {18, 512, 1},  {19, 512, 1},  {19, 513, 2},   // 512 x 36, left again beyond a depth of 512
      {36, 512, 1},  {36, 513, 2},  {37, 512, 2},   //
      {37, 513, 3},  {54, 513, 3},  {55, 513, 4},   //
      {72, 512, 2},  {73, 512, 3},  {36, 1024, 2},  //
      {36, 1025, 4}, {1, 1, 1},     {1, 0, 0},
  };
  for (const memory& row : table) {
    CAPTURE(row.width);
    CAPTURE(row.depth);
    CHECK(finn_bram18(row.width, row.depth) == row.blocks);
  }
}

TEST_CASE("block memories agree with the rule in real numbers everywhere") {
  for (std::int64_t width = 1; width <= 150; ++width)
    for (std::int64_t depth = 1; depth <= 20000; depth += depth < 600 ? 1 : 97)
      if (finn_bram18(width, depth) != bram18_in_reals(static_cast<double>(width), static_cast<double>(depth)))
        FAIL("width " << width << ", depth " << depth);
}

TEST_CASE("UltraRAMs are 72 bits by 4096 words") {
  constexpr memory table[] = {{72, 4096, 1}, {73, 4096, 2}, {72, 4097, 2}, {73, 4097, 4}, {1, 1, 1}, {144, 8192, 4}};
  for (const memory& row : table) CHECK(finn_uram(row.width, row.depth) == row.blocks);
}

}  // namespace
}  // namespace spillway
