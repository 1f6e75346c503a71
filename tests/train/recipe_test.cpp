// SPDX-License-Identifier: Apache-2.0
// What makes short runs learn more: smoothed labels, a teacher, growing images, averaged weights.
#include <ATen/Parallel.h>
#include <doctest/doctest.h>
#include <torch/autograd.h>

#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>

#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/support/error.h"
#include "spillway/train/classification_task.h"
#include "spillway/train/image_trainer.h"
#include "spillway/train/weight_average.h"

using namespace spillway;

namespace {

image_set noise(std::int64_t frames, std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  image_set set;
  for (std::int64_t i = 0; i < frames; ++i) set.labels.push_back(static_cast<std::int64_t>(bits() % 10));
  for (std::int64_t i = 0; i < frames * set.frame_size(); ++i)
    set.pixels.push_back(static_cast<std::uint8_t>(bits() % 256));
  return set;
}

network graph() {
  network_options options;
  options.width_multiplier = 0.03125;
  options.calibration_images = 0;
  return mobilenet_v1_cifar10(options);
}

network_model real_model(tensor_layout layout = tensor_layout::channels_first) {
  return {graph(), {.is_float = true, .layout = layout}};
}

std::vector<double> row(const torch::Tensor& out, std::int64_t n) {
  std::vector<double> result;
  for (std::int64_t c = 0; c < out.size(1); ++c) result.push_back(out[n][c].item<double>());
  return result;
}

/// Probabilities at a temperature, by their definition.
std::vector<double> softmax(std::vector<double> of, double temperature = 1) {
  double sum = 0;
  for (double& value : of) sum += value = std::exp(value / temperature);
  for (double& value : of) value /= sum;
  return of;
}

constexpr std::array<std::int64_t, 4> frames{0, 1, 2, 3};

double loss_with(const classification_options& options, network_model& model, const image_set& images) {
  return classification_task(images, {}, options).loss(model, frames, 1, 1).loss.item<double>();
}

}  // namespace

TEST_CASE("label smoothing gives all classes a share of the target") {
  at::set_num_threads(1);
  const image_set images = noise(4, 1);
  network_model model = real_model();
  const torch::Tensor out = model.forward(gather(images, frames).images, true).detach();
  double expected = 0;
  for (std::int64_t n = 0; n < 4; ++n) {
    const auto p = softmax(row(out, n));
    for (std::size_t c = 0; c < 10; ++c)
      expected -= ((static_cast<std::int64_t>(c) == images.labels[static_cast<std::size_t>(n)] ? 0.8 : 0) + 0.02) *
                  std::log(p[c]) / 4;
  }
  CHECK(loss_with({.augmented = false, .label_smoothing = 0.2}, model, images) == doctest::Approx(expected));
}

TEST_CASE("a teacher's probabilities are learned at a temperature, and are not taught themselves") {
  at::set_num_threads(1);
  const image_set images = noise(4, 2);
  network_model model = real_model();
  auto teacher = std::make_shared<network_model>(graph(), model_options{.is_float = true});
  {
    torch::NoGradGuard constant;
    for (const auto& [name, tensor] : teacher->state())
      if (name.ends_with(".v")) tensor.mul_(1.5).add_(0.01);
  }
  const torch::Tensor batch = gather(images, frames).images;
  const torch::Tensor out = model.forward(batch, true).detach(), taught = teacher->forward(batch, false).detach();
  double plain = 0, distance = 0;
  for (std::int64_t n = 0; n < 4; ++n) {
    const auto q = softmax(row(out, n), 3), p = softmax(row(taught, n), 3);
    for (std::size_t c = 0; c < 10; ++c) distance += p[c] * std::log(p[c] / q[c]) / 4;
    plain -= std::log(softmax(row(out, n))[static_cast<std::size_t>(images.labels[static_cast<std::size_t>(n)])]) / 4;
  }
  REQUIRE(distance > 1e-3);
  const classification_options options{.augmented = false, .teacher = teacher, .distillation = 0.75, .temperature = 3};
  CHECK(loss_with(options, model, images) == doctest::Approx(0.25 * plain + 0.75 * 9 * distance).epsilon(1e-4));

  const named_tensors before = teacher->state();
  std::vector<torch::Tensor> kept;
  for (const auto& [name, tensor] : before) kept.push_back(tensor.detach().clone());
  classification_task(images, {}, options).loss(model, frames, 1, 1).loss.backward();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    CHECK(torch::equal(kept[i], before[i].second));
    CHECK_FALSE(before[i].second.grad().defined());
  }
}

TEST_CASE("images grow for two thirds of a run") {
  const classification_options options{.first_size = 20, .epochs = 9};
  CHECK(options.size_in(1, 32) == 20);
  CHECK(options.size_in(2, 32) == 20);
  CHECK(options.size_in(3, 32) == 24);
  CHECK(options.size_in(5, 32) == 28);
  CHECK(options.size_in(6, 32) == 28);
  CHECK(options.size_in(7, 32) == 32);
  CHECK(options.size_in(9, 32) == 32);
  CHECK(classification_options{.epochs = 9}.size_in(1, 32) == 32);
  const image_set images = noise(4, 3);
  network_model model = real_model();
  CHECK(loss_with({.augmented = false, .first_size = 20, .epochs = 9}, model, images) !=
        loss_with({.augmented = false}, model, images));
}

TEST_CASE("a square of each image is cut out, in all colours, and nothing else changes") {
  const image_set images = noise(64, 4);
  std::vector<std::int64_t> all(64);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  const torch::Tensor whole = gather_augmented(images, all, 1, 2).images;
  const torch::Tensor cut = gather_augmented(images, all, 1, 2, 8).images;
  std::int64_t full_squares = 0;
  for (std::int64_t n = 0; n < 64; ++n) {
    const torch::Tensor differs = whole[n] != cut[n];
    CHECK((cut[n].masked_select(differs) == 0).all().item<bool>());
    const torch::Tensor anywhere = differs.any(0), rows = anywhere.any(1), columns = anywhere.any(0);
    CHECK(rows.sum().item<std::int64_t>() <= 8);
    CHECK(columns.sum().item<std::int64_t>() <= 8);
    full_squares += anywhere.sum().item<std::int64_t>() >= 60 ? 1 : 0;  // noise has a few zeros of its own
  }
  CHECK(full_squares > 20);  // most centres are far enough from the border, but pixels that moved in are black already
}

TEST_CASE("averaged weights are the moving average of every fifth step, from a quick start") {
  network_model model = real_model();
  weight_average average(model, 0.9);
  torch::Tensor weight = model.state().front().second;
  torch::NoGradGuard constant;
  double expected = weight.flatten()[0].item<double>();
  for (int step = 1; step <= 200; ++step) {
    weight.fill_(step);
    average.update(model, step);
    if (step % 5 != 0) continue;
    const double stays = std::min(std::pow(0.9, 5), (1.0 + step / 5) / (10.0 + step / 5));
    expected = stays * expected + (1 - stays) * step;
  }
  CHECK(average.state().front().second.flatten()[0].item<double>() == doctest::Approx(expected));
  average.swap(model);
  CHECK(weight.flatten()[0].item<double>() == doctest::Approx(expected));
  CHECK(average.state().front().second.flatten()[0].item<double>() == 200);
  network_options wider;
  wider.width_multiplier = 0.0625;
  wider.calibration_images = 0;
  const network_model other(mobilenet_v1_cifar10(wider), {.is_float = true});
  CHECK_THROWS_AS(average.restore(other.state()), input_error);
}

TEST_CASE("channels side by side in memory give the same sums in another order, quantized or not") {
  at::set_num_threads(1);
  const torch::Tensor images = gather(noise(8, 5), frames).images;
  for (const bool is_float : {true, false}) {
    CAPTURE(is_float);
    std::vector<network_model> models;
    for (const tensor_layout layout : {tensor_layout::channels_first, tensor_layout::channels_last})
      models.emplace_back(graph(), model_options{.is_float = is_float, .layout = layout});
    std::vector<torch::Tensor> outs, gradients, scales;
    for (network_model& model : models) {
      if (!is_float) model.calibrate(images);
      outs.push_back(model.forward(images, true));
      outs.back().square().mean().backward();
      gradients.push_back(model.parameters().weights.front().grad());
      if (!is_float) scales.push_back(torch::cat(model.parameters().scales));
    }
    // One activation in thousands may round to the other side, where there are quantizers.
    CHECK(torch::allclose(outs[0], outs[1], 1e-3, is_float ? 1e-4 : 0.05));
    CHECK(torch::allclose(gradients[0], gradients[1], 1e-2, is_float ? 1e-4 : 0.05));
    CHECK(gradients[0].abs().max().item<double>() > 1e-3);
    if (!is_float) CHECK(torch::allclose(scales[0], scales[1], 1e-3, 1e-2));
  }
  CHECK_THROWS_AS(parse_tensor_layout("channels-lst"), config_error);
}

TEST_CASE("recipes that can't be are refused") {
  for (const classification_options& options :
       {classification_options{.label_smoothing = 1}, classification_options{.label_smoothing = NAN},
        classification_options{.first_size = 21}, classification_options{.cutout = -1},
        classification_options{.distillation = 1.5}, classification_options{.temperature = 0}})
    CHECK_THROWS_AS(classification_task(noise(1, 1), {}, options), config_error);
  network_model model = real_model();
  image_training training;
  training.batch = 2;
  training.average = 1;
  CHECK_THROWS_AS(image_trainer(model, training, noise(4, 1), {}), config_error);
}
