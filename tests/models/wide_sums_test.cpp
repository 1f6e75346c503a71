// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "spillway/tests/models/small_file.h"

// What streamlining takes is lowered, whatever stands right on a product's sums and however wide their register is.

using namespace spillway;
using namespace spillway::testing;

TEST_CASE("pools and global sums right on a product's sums are lowered at every register width") {
  for (const bool is_quantized : {true, false})
    for (const bool normalizes : {true, false})
      for (int kind = 0; kind < 5; ++kind) {
        CAPTURE(is_quantized);
        CAPTURE(normalizes);
        CAPTURE(kind);
        small_file file;
        file.convolve();
        if (normalizes) file.normalize();
        if (kind == 0) file.pool(true, 2, 2, 0);
        if (kind == 1) file.pool(true, 3, 2, 1);
        if (kind == 2) file.pool(false, 2, 2, 0);
        if (kind == 3) file.add(global_average_pool_op{});
        if (kind == 4) {
          file.pool(true, 2, 1, 0);
          file.pool(true, 2, 1, 0);
        }
        if (is_quantized) file.quantize(5, true, 0.5F);
        check(file, 7U);
      }
}

TEST_CASE("a depthwise layer without a window is lowered, first, between and last") {
  for (int kind = 0; kind < 4; ++kind) {
    CAPTURE(kind);
    small_file file;
    if (kind == 1 || kind == 2) {
      file.convolve();
      file.quantize(4, true, 1);
    }
    file.scale_channels();
    if (kind == 2) {
      file.quantize(4, true, 0.5F);
      file.convolve();
    }
    if (kind == 3) {
      file.quantize(4, true, 0.5F);
      file.scale_channels();
    }
    check(file, 8U);
  }
}

TEST_CASE("what is subtracted from a constant and pooled is negated, and lowered") {
  for (const bool is_quantized : {true, false}) {
    small_file file;
    file.convolve();
    file.subtract_from(1.5F);
    file.pool(true, 2, 1, 0);
    if (is_quantized) file.quantize(6, true, 0.5F);
    check(file, 9U);
  }
}

TEST_CASE("an output that falls where its integers rise is negated") {
  for (const bool all : {true, false})
    for (const bool is_quantized : {true, false}) {
      CAPTURE(all);
      CAPTURE(is_quantized);
      small_file file;
      file.convolve();
      if (is_quantized) file.quantize(4, true, 0.5F);
      file.net.constants["factor"] = {{1, 2, 1, 1}, {-0.5F, all ? -2.0F : 2.0F}};
      file.add(mul_op{}, {"factor"});
      check(file, 12U);
    }
}

TEST_CASE("a pool of one pixel that leaves some out is lowered") {
  for (const bool maximum : {true, false}) {
    small_file file;
    file.pool(maximum, 1, 2, 0);
    file.scale_channels();
    check(file, 10U);
    small_file behind;
    behind.scale_channels();
    behind.pool(maximum, 1, 3, 0);
    check(behind, 11U);
  }
}

TEST_CASE("a threshold that no register reaches is always or never reached, whatever a square root is") {
  for (const float gain : {3e-43F, -3e-43F})
    for (const float bias : {-1.0F, 1.0F}) {
      CAPTURE(gain);
      CAPTURE(bias);
      small_file file;
      file.scale_channels();
      file.add(batch_norm_op{{{2}, {gain, 1}}, {{2}, {bias, 0}}, {{2}, {0, 0}}, {{2}, {6e-45F, 1}}, 1e-5F});
      file.quantize(2, true, 1);
      const integer_network net = streamline(file.net);
      const integer_tensor y =
          evaluate(lower(net), quantize_reals(net, std::vector<float>(channels * side * side, 1.75F)));
      for (std::int64_t p = 0; p < side * side; ++p) CHECK(to_double(y, p * channels) == static_cast<double>(bias));
    }
}
