// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/image_trainer.h"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/support/error.h"
#include "spillway/train/classification_task.h"

using namespace spillway;

namespace {

/// Images of ten classes that their colours tell apart.
image_set coloured(std::int64_t frames, std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  image_set set;
  for (std::int64_t i = 0; i < frames; ++i) {
    set.labels.push_back(static_cast<std::int64_t>(bits() % 10));
    for (std::int64_t c = 0; c < 3; ++c)
      for (int p = 0; p < 1024; ++p)
        set.pixels.push_back(
            static_cast<std::uint8_t>(bits() % 60 + static_cast<unsigned>((set.labels.back() * (c + 1)) % 10 * 18)));
  }
  return set;
}

network graph() {
  network_options options;
  options.width_multiplier = 0.0625;
  options.calibration_images = 0;
  return resnet18_cifar10(options);
}

image_training short_run() {
  image_training training;
  training.epochs = 8;
  training.batch = 16;
  training.learning_rate = 0.02;
  training.scale_learning_rate = 0.002;
  training.augmented = false;
  return training;
}

}  // namespace

TEST_CASE("rates fall by steps or along half a cosine, or rise first") {
  image_training training;
  training.epochs = 90;
  CHECK(training.rate_factor(1, 0, 10) == 1);
  CHECK(training.rate_factor(30, 9, 10) == 1);
  CHECK(training.rate_factor(31, 0, 10) == doctest::Approx(0.1));
  CHECK(training.rate_factor(61, 0, 10) == doctest::Approx(0.01));
  training.schedule = rate_schedule::cosine;
  CHECK(training.rate_factor(1, 0, 10) == 1);
  CHECK(training.rate_factor(46, 0, 10) == doctest::Approx(0.5));
  CHECK(training.rate_factor(31, 5, 10) == doctest::Approx((1 + std::cos(30.5 / 90 * std::numbers::pi)) / 2));
  training.schedule = rate_schedule::one_cycle;
  training.epochs = 10;
  training.warm_up = 0.2;
  // 100 steps: 20 up, 80 down. A step counts with its middle.
  CHECK(training.rate_factor(1, 0, 10) == doctest::Approx(0.5 / 20));
  CHECK(training.rate_factor(2, 4, 10) == doctest::Approx(14.5 / 20));
  CHECK(training.rate_factor(2, 9, 10) == doctest::Approx(19.5 / 20));
  CHECK(training.rate_factor(3, 0, 10) == doctest::Approx((1 + std::cos(0.5 / 80 * std::numbers::pi)) / 2));
  CHECK(training.rate_factor(7, 0, 10) == doctest::Approx((1 + std::cos(40.5 / 80 * std::numbers::pi)) / 2));
  CHECK(training.rate_factor(10, 9, 10) > 0);
  CHECK(training.rate_factor(10, 9, 10) < 1e-3);
  training.warm_up = 0;
  CHECK(training.rate_factor(1, 0, 10) == doctest::Approx(1).epsilon(1e-3));
  training.warm_up = 1;
  CHECK(training.rate_factor(10, 9, 10) == doctest::Approx(99.5 / 100));
}

TEST_CASE("every method learns to tell ten colours apart, and twice the same") {
  at::set_num_threads(1);
  const image_set images = coloured(320, 1), test = coloured(160, 2);
  for (const weight_method method : {weight_method::qat, weight_method::a2q, weight_method::a2q_plus}) {
    CAPTURE(to_string(method));
    std::string logs[2];
    for (std::string& log : logs) {
      network_model model(graph(), {false, method, norm_limit::published, 14});
      std::vector<std::int64_t> first(64);
      for (std::size_t i = 0; i < first.size(); ++i) first[i] = static_cast<std::int64_t>(i);
      model.calibrate(gather(images, first).images);
      image_trainer trainer(model, short_run(), images, test);
      std::vector<double> losses;
      trainer.run([&](const epoch_report& report) {
        if (report.share == 1) losses.push_back(report.loss);
      });
      REQUIRE(losses.size() == 8);
      CHECK(losses.back() < 0.6 * losses.front());
      CHECK(image_accuracy(model, test) > 0.5);  // chance is 0.1
      log = trainer.log();
    }
    CHECK(logs[0] == logs[1]);
  }
}

TEST_CASE("a recipe that can't work is refused") {
  network_model model(graph(), {false, weight_method::qat, norm_limit::published, 32});
  const auto refused = [&](auto spoil) {
    image_training training = short_run();
    spoil(training);
    CHECK_THROWS_AS(image_trainer(model, training, coloured(20, 1), {}), config_error);
  };
  refused([](image_training& t) { t.batch = 21; });
  refused([](image_training& t) { t.epochs = 0; });
  refused([](image_training& t) { t.learning_rate = NAN; });
  refused([](image_training& t) { t.momentum = 1; });
  refused([](image_training& t) { t.decay_epochs = 0; });
  refused([](image_training& t) { t.warm_up = 1.5; });
  CHECK_THROWS_AS(parse_optimizer_kind("sdg"), config_error);
  CHECK_THROWS_AS(parse_rate_schedule("stepp"), config_error);
}
