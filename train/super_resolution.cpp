// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/super_resolution.h"

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <fmt/format.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/seeded_random.h"
#include "spillway/train/photograph.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

/// 3x, of a UNet's three halvings.
constexpr std::int64_t side_multiple = 24;

torch::Tensor in_unit_range(const torch::Tensor& bytes) { return bytes.to(torch::kFloat) / 255; }

torch::Tensor to_bytes(const torch::Tensor& real) { return (real.clamp(0, 1) * 255).round().to(torch::kUInt8); }

std::vector<std::string> image_files(const std::string& directory) {
  std::vector<std::string> result;
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, failure)) {
    std::string end = entry.path().extension().string();
    std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
    if (end == ".png" || end == ".jpg" || end == ".jpeg") result.push_back(entry.path().string());
  }
  if (failure) throw io_error(fmt::format("{}: {}", shown_path(directory), failure.message()));
  std::sort(result.begin(), result.end());
  return result;
}

torch::Tensor cut(const torch::Tensor& image) {
  const std::int64_t h = image.size(1) / side_multiple * side_multiple,
                     w = image.size(2) / side_multiple * side_multiple;
  return image.narrow(1, (image.size(1) - h) / 2, h).narrow(2, (image.size(2) - w) / 2, w).contiguous();
}

resolution_pair read_pair(const std::string& path, int reduction, std::int64_t least_side) {
  photograph from = read_photograph(path);
  if (std::min(from.height, from.width) / reduction < least_side)
    throw input_error(fmt::format("{}: {} x {} pixels; right: at least {} x {} (patches of {} after a reduction by {})",
                                  shown_path(path), from.width, from.height, least_side * reduction,
                                  least_side * reduction, least_side, reduction));
  torch::Tensor image =
      torch::from_blob(from.pixels.data(), {from.height, from.width, 3}, torch::kUInt8).permute({2, 0, 1}).contiguous();
  if (reduction > 1) image = resized(image, from.height / reduction, from.width / reduction);
  image = cut(image);
  return {fs::path(path).filename().string(), image,
          resized(image, image.size(1) / enlargement, image.size(2) / enlargement)};
}

torch::Tensor by_model(network_model& model, const resolution_pair& pair) {
  torch::NoGradGuard constant;
  return to_bytes(model.forward(in_unit_range(pair.low).unsqueeze(0), false).squeeze(0));
}

torch::Tensor bicubic(const resolution_pair& pair) { return resized(pair.low, pair.high.size(1), pair.high.size(2)); }

template <typename Enlarge>
double mean_psnr(std::span<const resolution_pair> images, Enlarge enlarge) {
  double sum = 0;
  for (const resolution_pair& pair : images) sum += psnr(enlarge(pair), pair.high);
  return images.empty() ? 0 : sum / static_cast<double>(images.size());
}

}  // namespace

torch::Tensor resized(const torch::Tensor& image, std::int64_t height, std::int64_t width) {
  return to_bytes(at::_upsample_bicubic2d_aa(in_unit_range(image).unsqueeze(0), {height, width}, false).squeeze(0));
}

std::vector<resolution_pair> read_resolution_pairs(const std::string& directory, int reduction,
                                                   std::int64_t least_side) {
  std::vector<resolution_pair> result;
  for (const std::string& path : image_files(directory))
    result.push_back(read_pair(path, reduction, std::max(least_side, side_multiple)));
  if (result.empty()) throw input_error(fmt::format("{}: no .png, .jpg or .jpeg file in it", shown_path(directory)));
  return result;
}

double psnr(const torch::Tensor& a, const torch::Tensor& b) {
  const double error = (a.to(torch::kDouble) - b.to(torch::kDouble)).square().mean().item<double>();
  return error == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(255.0 * 255.0 / error);
}

double model_psnr(network_model& model, std::span<const resolution_pair> images) {
  return mean_psnr(images, [&](const resolution_pair& pair) { return by_model(model, pair); });
}

double bicubic_psnr(std::span<const resolution_pair> images) { return mean_psnr(images, bicubic); }

torch::Tensor comparison(network_model& model, const resolution_pair& image, std::int64_t side) {
  const std::int64_t height = image.high.size(1), width = image.high.size(2), n = std::min({side, height, width});
  std::vector<torch::Tensor> squares;
  for (const torch::Tensor& from : {bicubic(image), by_model(model, image), image.high})
    squares.push_back(from.narrow(1, (height - n) / 2, n).narrow(2, (width - n) / 2, n));
  return torch::cat(squares, 2);
}

super_resolution_task::super_resolution_task(std::vector<resolution_pair> training, std::vector<resolution_pair> test,
                                             std::int64_t patches, std::int64_t side)
    : m_training(std::move(training)), m_test(std::move(test)), m_patches(patches), m_side(side) {}

std::pair<torch::Tensor, torch::Tensor> super_resolution_task::patches(std::span<const std::int64_t> frames,
                                                                       std::uint64_t seed, int epoch) const {
  std::vector<torch::Tensor> low, high;
  for (const std::int64_t frame : frames) {
    seeded_random outer(seed * 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(epoch));
    seeded_random random(outer.next() + static_cast<std::uint64_t>(frame) * 0xd1b54a32d192ed03u);
    const resolution_pair& from = m_training[static_cast<std::size_t>(frame) % m_training.size()];
    const std::int64_t y = random.below(from.low.size(1) - m_side + 1), x = random.below(from.low.size(2) - m_side + 1);
    std::vector<std::int64_t> mirrored;
    for (const std::int64_t axis : {1, 2})
      if (random.below(2) == 1) mirrored.push_back(axis);
    const auto square = [&](const torch::Tensor& image, std::int64_t factor) {
      return image.narrow(1, factor * y, factor * m_side).narrow(2, factor * x, factor * m_side).flip(mirrored);
    };
    low.push_back(square(from.low, 1));
    high.push_back(square(from.high, enlargement));
  }
  return {in_unit_range(torch::stack(low)), in_unit_range(torch::stack(high))};
}

image_task::outcome super_resolution_task::loss(network_model& model, std::span<const std::int64_t> frames,
                                                std::uint64_t seed, int epoch) const {
  const auto [low, high] = patches(frames, seed, epoch);
  return {torch::mse_loss(model.forward(low, true), high), 0};
}

std::string super_resolution_task::log_values(network_model& model, double loss, double) const {
  return fmt::format("{:.6g},{:.3f}", loss, model_psnr(model, m_test));
}

}  // namespace spillway
