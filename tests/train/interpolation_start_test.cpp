// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/interpolation_start.h"

#include <doctest/doctest.h>
#include <torch/autograd.h>

#include "spillway/models/paper_networks/espcn.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/paper_networks/unet.h"
#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

constexpr std::int64_t side = 16;

network_options small(double width) {
  network_options options;
  options.width_multiplier = width;
  options.calibration_images = 0;
  options.image_height = options.image_width = side;
  return options;
}

torch::Tensor random_images(std::int64_t count, std::uint64_t seed) {
  torch::manual_seed(seed);
  return (torch::rand({count, 3, side, side}) * 255).round() / 255;
}

/// The greatest difference of x and y, away from the border, where padding is black and interpolation is not.
double inner_difference(const torch::Tensor& x, const torch::Tensor& y) {
  const auto inner = [](const torch::Tensor& image) { return image.slice(2, 3, -3).slice(3, 3, -3); };
  return (inner(x) - inner(y)).abs().max().item<double>();
}

torch::Tensor bilinear(const torch::Tensor& x) {
  return torch::upsample_bilinear2d(x, torch::IntArrayRef{3 * side, 3 * side}, false);
}

}  // namespace

TEST_CASE("a super-resolution network can begin as bilinear enlargement") {
  torch::NoGradGuard constant;
  for (const auto& [describe, width] : {std::pair{&espcn, 0.125}, {&espcn, 1.0}, {&unet, 0.25}}) {
    network_model model(describe(small(width)), {.is_float = true});
    CAPTURE(model.graph().name);
    const torch::Tensor images = random_images(8, 1), others = random_images(2, 2);
    CHECK(inner_difference(model.forward(others, false), bilinear(others)) > 0.1);
    model.start_from(interpolation_start(model));
    CHECK(inner_difference(model.forward(others, false), bilinear(others)) < 1e-4);
    model.settle_norms(images);
    CHECK(inner_difference(model.forward(others, false), bilinear(others)) < 1e-4);
  }
}

TEST_CASE("copies of the colours have more levels than 4 bits") {
  torch::NoGradGuard constant;
  // Slow gradients, in which one channel's rounding is a stair of areas that are all wrong in one direction.
  const torch::Tensor slow = torch::upsample_bilinear2d(random_images(16, 4).slice(2, 0, 16, 15).slice(3, 0, 16, 15),
                                                        torch::IntArrayRef{side, side}, true);
  const auto error = [&](colour_copies copies) {
    network_model real(espcn(small(1)), {.is_float = true}), model(espcn(small(1)), {});
    real.start_from(interpolation_start(real, copies));
    CHECK(inner_difference(real.forward(slow, false), bilinear(slow)) < 1e-4);
    real.settle_norms(slow);
    model.start_from(real.state());
    model.calibrate(slow);
    const torch::Tensor difference = model.forward(slow, false) - bilinear(slow);
    return difference.slice(2, 3, -3).slice(3, 3, -3).square().mean().sqrt().item<double>();
  };
  const double single = error(colour_copies::single), spread = error(colour_copies::spread);
  CAPTURE(single);
  CAPTURE(spread);
  CHECK(single > 0.02);
  CHECK(spread < 0.01);
}

TEST_CASE("a layer with fewer channels than colours hands on the first") {
  torch::NoGradGuard constant;
  network_model model(espcn(small(0.0625)), {.is_float = true});  // two channels in front of the upsampling
  model.start_from(interpolation_start(model));
  const torch::Tensor images = random_images(2, 3), found = model.forward(images, false), expected = bilinear(images);
  CHECK(inner_difference(found.narrow(1, 0, 2), expected.narrow(1, 0, 2)) < 1e-4);
  CHECK(found.narrow(1, 2, 1).abs().max().item<float>() == 0);
}

TEST_CASE("a network that enlarges nothing can't begin as interpolation") {
  const network_model model(resnet18_cifar10(small(0.0625)), {.is_float = true});
  CHECK_THROWS_AS(interpolation_start(model), config_error);
}
