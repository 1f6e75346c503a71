// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/image_set.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>

#include "spillway/models/support/error.h"
#include "spillway/tests/train/small_cifar.h"

using namespace spillway;

namespace {

float pixel(const torch::Tensor& images, std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) {
  return images.data_ptr<float>()[((n * images.size(1) + c) * images.size(2) + y) * images.size(3) + x];
}

/// The image moved by (down, right), black where nothing was, and mirrored after that.
bool is_moved(const torch::Tensor& of, const torch::Tensor& by, std::int64_t n, int down, int right, bool mirrored) {
  for (std::int64_t c = 0; c < of.size(1); ++c)
    for (std::int64_t y = 0; y < 32; ++y)
      for (std::int64_t x = 0; x < 32; ++x) {
        const std::int64_t from_y = y - down, from_x = x - right;
        const bool inside = from_y >= 0 && from_y < 32 && from_x >= 0 && from_x < 32;
        const float right_value = inside ? pixel(of, n, c, from_y, from_x) : 0.0F;
        if (pixel(by, n, c, y, mirrored ? 31 - x : x) != right_value) return false;
      }
  return true;
}

}  // namespace

TEST_CASE("CIFAR-10's files become images in their order, pixels as p / 255") {
  const small_cifar data;
  const image_set training = read_cifar10_training(data.path.string()), test = read_cifar10_test(data.path.string());
  REQUIRE(training.frames() == 5 * small_cifar::images_a_batch);
  REQUIRE(test.frames() == small_cifar::images_a_batch);
  std::ifstream file(data / "data_batch_2.bin", std::ios::binary);
  std::array<char, 3073> record{};
  file.read(record.data(), record.size());
  const std::int64_t frame = small_cifar::images_a_batch;
  const image_batch batch = gather(training, std::array{frame, std::int64_t{0}});
  CHECK(batch.labels[0].item<std::int64_t>() == record[0]);
  for (std::int64_t i = 0; i < 3072; ++i)
    REQUIRE(batch.images.data_ptr<float>()[i] ==
            static_cast<float>(static_cast<unsigned char>(record[static_cast<std::size_t>(i) + 1])) / 255.0F);
  const image_set last = training.slice(frame, frame + 3);
  CHECK(last.frames() == 3);
  CHECK(torch::equal(gather(last, std::array{std::int64_t{0}}).images[0], batch.images[0]));
}

TEST_CASE("files that are missing or truncated are named") {
  const small_cifar data;
  std::filesystem::resize_file(data / "data_batch_3.bin", 5000);
  CHECK_THROWS_AS(read_cifar10_training(data.path.string()), input_error);
  std::filesystem::remove(data / "data_batch_3.bin");
  CHECK_THROWS_AS(read_cifar10_training(data.path.string()), io_error);
  CHECK_NOTHROW(read_cifar10_test(data.path.string()));
}

TEST_CASE("an epoch's order is a permutation that seed and epoch decide") {
  const auto order = epoch_order(1000, 1, 1);
  CHECK(std::set<std::int64_t>(order.begin(), order.end()).size() == 1000);
  CHECK(*std::min_element(order.begin(), order.end()) == 0);
  CHECK(*std::max_element(order.begin(), order.end()) == 999);
  CHECK(order == epoch_order(1000, 1, 1));
  CHECK(order != epoch_order(1000, 1, 2));
  CHECK(order != epoch_order(1000, 2, 1));
}

TEST_CASE("augmentation moves by up to 4 pixels and mirrors half of the images, anew each epoch") {
  const small_cifar data;
  const image_set set = read_cifar10_test(data.path.string());
  std::vector<std::int64_t> frames(small_cifar::images_a_batch);
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i] = static_cast<std::int64_t>(i);
  const torch::Tensor plain = gather(set, frames).images, moved = gather_augmented(set, frames, 7, 1).images;
  int mirrored = 0;
  std::set<int> moves;
  for (std::int64_t n = 0; n < plain.size(0); ++n) {
    int found = 0;
    for (int down = -4; down <= 4; ++down)
      for (int right = -4; right <= 4; ++right)
        for (const bool mirror : {false, true})
          if (is_moved(plain, moved, n, down, right, mirror)) {
            ++found;
            mirrored += mirror ? 1 : 0;
            moves.insert(down * 9 + right);
          }
    REQUIRE(found == 1);
  }
  CHECK(mirrored > 4);
  CHECK(mirrored < small_cifar::images_a_batch - 4);
  CHECK(moves.size() > 12);
  CHECK(torch::equal(moved, gather_augmented(set, frames, 7, 1).images));
  CHECK_FALSE(torch::equal(moved, gather_augmented(set, frames, 7, 2).images));
  // What happens to an image does not depend on its place in the batch.
  const image_batch one = gather_augmented(set, std::array{std::int64_t{5}}, 7, 1);
  CHECK(torch::equal(one.images[0], moved[5]));
}
