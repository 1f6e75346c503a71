// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/image_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <utility>

#include "spillway/models/data/cifar.h"
#include "spillway/models/support/seeded_random.h"
#include "spillway/train/binary_images.h"

namespace spillway {
namespace {

constexpr int greatest_move = 4;

struct move {
  int down = 0, right = 0;
  bool mirrored = false;
  std::int64_t hole_y = 0, hole_x = 0;  ///< first pixel of what is cut out
  int hole = 0;                         ///< its side, before what is outside is left out
};

/// Numbers of one epoch and one purpose, or of one image in it.
seeded_random random_of(std::uint64_t seed, int epoch, std::uint64_t which) {
  seeded_random outer(seed * 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(epoch));
  return seeded_random(outer.next() + which * 0xd1b54a32d192ed03u);
}

move draw_move(const image_set& set, std::uint64_t seed, int epoch, std::int64_t frame, int hole) {
  seeded_random random = random_of(seed, epoch, static_cast<std::uint64_t>(frame) + 1);
  const auto one = [&] { return static_cast<int>(random.below(2 * greatest_move + 1)) - greatest_move; };
  move result;
  result.down = one();
  result.right = one();
  result.mirrored = random.below(2) == 1;
  if (hole == 0) return result;
  result.hole = hole;
  result.hole_y = random.below(set.height) - hole / 2;
  result.hole_x = random.below(set.width) - hole / 2;
  return result;
}

void cut_out(const image_set& set, const move& by, float* out) {
  for (std::int64_t y = std::max<std::int64_t>(0, by.hole_y); y < std::min(set.height, by.hole_y + by.hole); ++y)
    for (std::int64_t x = std::max<std::int64_t>(0, by.hole_x); x < std::min(set.width, by.hole_x + by.hole); ++x)
      out[y * set.width + x] = 0;
}

/// One channel of one image, moved; `out` is all 0 before.
void copy_plane(const image_set& set, const std::uint8_t* from, const move& by, float* out) {
  const std::int64_t h = set.height, w = set.width;
  for (std::int64_t y = std::max<std::int64_t>(0, by.down); y < std::min(h, h + by.down); ++y)
    for (std::int64_t x = std::max<std::int64_t>(0, by.right); x < std::min(w, w + by.right); ++x) {
      const std::uint8_t pixel = from[(y - by.down) * w + x - by.right];
      out[y * w + (by.mirrored ? w - 1 - x : x)] = static_cast<float>(pixel) / 255.0F;
    }
}

template <typename Moves>
image_batch gather_moved(const image_set& set, std::span<const std::int64_t> frames, Moves move_of) {
  const auto n = static_cast<std::int64_t>(frames.size());
  image_batch batch{torch::zeros({n, set.channels, set.height, set.width}, torch::kFloat),
                    torch::empty({n}, torch::kInt64)};
  auto* to = batch.images.data_ptr<float>();
  const std::int64_t plane = set.height * set.width;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const move by = move_of(frames[i]);
    const std::uint8_t* from = set.pixels.data() + frames[i] * set.frame_size();
    for (std::int64_t c = 0; c < set.channels; ++c, from += plane, to += plane) {
      copy_plane(set, from, by, to);
      cut_out(set, by, to);
    }
    batch.labels.data_ptr<std::int64_t>()[i] = set.labels[static_cast<std::size_t>(frames[i])];
  }
  return batch;
}

void append_batch(image_set& set, const std::string& directory, const std::string& file) {
  const dataset batch = read_cifar_batch((std::filesystem::path(directory) / file).string());
  set.labels.insert(set.labels.end(), batch.labels.begin(), batch.labels.end());
  set.pixels.reserve(set.pixels.size() + batch.inputs.words.size());
  for (const std::int64_t pixel : batch.inputs.words) set.pixels.push_back(static_cast<std::uint8_t>(pixel));
}

image_set read_mnist_part(const std::string& directory, const std::string& part) {
  mnist_part from = read_mnist_bytes(directory, part);
  return {1, 28, 28, std::move(from.pixels), {from.labels.begin(), from.labels.end()}};
}

}  // namespace

image_set image_set::slice(std::int64_t first, std::int64_t last) const {
  image_set result{channels, height, width, {}, {}};
  result.pixels.assign(pixels.begin() + first * frame_size(), pixels.begin() + last * frame_size());
  result.labels.assign(labels.begin() + first, labels.begin() + last);
  return result;
}

image_batch gather(const image_set& set, std::span<const std::int64_t> frames) {
  return gather_moved(set, frames, [](std::int64_t) { return move(); });
}

image_batch gather_augmented(const image_set& set, std::span<const std::int64_t> frames, std::uint64_t seed, int epoch,
                             int cutout) {
  return gather_moved(set, frames, [&](std::int64_t frame) { return draw_move(set, seed, epoch, frame, cutout); });
}

std::vector<std::int64_t> epoch_order(std::int64_t frames, std::uint64_t seed, int epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(frames));
  std::iota(order.begin(), order.end(), 0);
  seeded_random random = random_of(seed, epoch, 0);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
  return order;
}

image_set read_cifar10_training(const std::string& directory) {
  image_set set;
  for (int batch = 1; batch <= 5; ++batch) append_batch(set, directory, fmt::format("data_batch_{}.bin", batch));
  return set;
}

image_set read_cifar10_test(const std::string& directory) {
  image_set set;
  append_batch(set, directory, "test_batch.bin");
  return set;
}

image_set read_mnist_training(const std::string& directory) { return read_mnist_part(directory, "train"); }
image_set read_mnist_test(const std::string& directory) { return read_mnist_part(directory, "t10k"); }

}  // namespace spillway
