// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "spillway/tests/models/small_file.h"

// DepthToSpace and SpaceToDepth (a Reshape, a Transpose and a Reshape) before layers that read images.

using namespace spillway;
using namespace spillway::testing;

namespace {

/// Blocks of 2 x 2 pixels become channels: [2, 4, 4] to [8, 2, 2].
void pixels_to_channels(small_file& file) {
  file.add(reshape_op{{channels, side / 2, 2, side / 2, 2}});
  file.add(transpose_op{{0, 3, 5, 1, 2, 4}});
  file.add(reshape_op{{4 * channels, side / 2, side / 2}});
}

/// Channels become blocks of 2 x 2 pixels, the channels outermost (CRD) or the rows of the blocks (DCR).
void channels_to_pixels(small_file& file, bool is_crd) {
  if (is_crd)
    file.add(reshape_op{{channels, 2, 2, side / 2, side / 2}});
  else
    file.add(reshape_op{{2, 2, channels, side / 2, side / 2}});
  file.add(is_crd ? transpose_op{{0, 1, 4, 2, 5, 3}} : transpose_op{{0, 3, 4, 1, 5, 2}});
  file.add(reshape_op{{channels, side, side}});
}

void read_as_image(small_file& file, int reader) {
  if (reader == 0) file.convolve();
  if (reader == 1) file.pool(true, 2, 1, 0);
  if (reader == 2) file.pool(false, 2, 2, 0);
  if (reader == 3) file.add(global_average_pool_op{});
  if (reader == 4) file.add(add_op{}, {"t0"});
  if (reader == 5) file.add(upsample_op{2, 1});
}

}  // namespace

TEST_CASE("channels that a file renames as pixels are moved for every layer that reads an image") {
  for (const bool is_crd : {false, true})
    for (const bool is_signed : {false, true})
      for (int reader = 0; reader < 6; ++reader) {
        CAPTURE(is_crd);
        CAPTURE(is_signed);
        CAPTURE(reader);
        small_file file;
        file.convolve();
        file.quantize(3, is_signed, reader == 4 ? 0.25F : 2);
        pixels_to_channels(file);
        channels_to_pixels(file, is_crd);
        read_as_image(file, reader);
        check(file, 11U);
      }
}

TEST_CASE("pixels that a file renames as channels are moved, with scales of their own") {
  for (const bool normalizes : {false, true}) {
    CAPTURE(normalizes);
    small_file file;
    file.convolve();
    file.quantize(4, true, 1);
    if (normalizes) file.normalize();
    pixels_to_channels(file);
    file.pool(true, 2, 1, 0);
    check(file, 12U);
  }
}

TEST_CASE("numbers of the channels act behind shuffled pixels, before a quantizer") {
  for (const bool is_clamped : {false, true}) {
    CAPTURE(is_clamped);
    small_file file;
    file.convolve();
    file.quantize(4, true, 1);
    pixels_to_channels(file);
    channels_to_pixels(file, true);
    if (is_clamped) file.add(relu_op{});
    file.normalize();
    file.quantize(3, true, 0.5F);
    file.convolve();
    check(file, 13U);
  }
}

TEST_CASE("copies of one pixel each have their weight in a product of all elements") {
  small_file file;
  file.convolve();
  file.quantize(4, true, 1);
  file.normalize();
  pixels_to_channels(file);
  file.add(select_op{{{}, {3, 0, 3, 5}, {}, {}}});
  file.add(flatten_op{});
  std::vector<float> values;
  for (int i = 0; i < 32; ++i) values.push_back(static_cast<float>(i * 5 % 11 - 4));
  file.add(matmul_op{}, {file.weights({16, 2}, values)});
  check(file, 14U);
}

TEST_CASE("an image joined to itself along a dimension of pixels") {
  small_file file;
  file.convolve();
  file.quantize(4, true, 1);
  file.add(concat_op{2}, {file.net.output});
  file.convolve();
  check(file, 15U);
}
