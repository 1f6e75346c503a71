// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/certificates/tiled_certificate.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/train/scratch_folder.h"
#include "spillway/train/linear_accuracy.h"
#include "spillway/train/linear_file.h"
#include "spillway/train/linear_trainer.h"

using namespace spillway;
using spillway::testing::scratch_folder;
namespace fs = std::filesystem;

namespace {

/// Images of four classes, 64 pixels: each class has pixels of its own that are usually on; the rest is noise.
binary_images four_classes(std::uint64_t seed, int count) {
  std::mt19937_64 bits(seed);
  binary_images images;
  for (int frame = 0; frame < count; ++frame) {
    const auto label = bits() % 4;
    std::vector<std::uint8_t> pixels(64);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = (bits() % 10 < (i / 16 == label ? 6 : 2)) ? 200 : 30;
    images.append(pixels, 128, static_cast<std::int64_t>(label));
  }
  return images;
}

training_options short_run(weight_method method, int bits = 32) {
  training_options options;
  options.format.method = method;
  options.format.accumulator_bits = bits;
  options.classes = 4;
  options.epochs = 12;
  options.batch = 32;
  options.learning_rate = 1e-2;
  return options;
}

std::string message(const training_options& options, const binary_images& images) {
  try {
    train_linear(images, options);
  } catch (const error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a short training lowers the loss and learns the classes") {
  use_portable_kernels();
  const binary_images train = four_classes(1, 800), test = four_classes(2, 400);
  for (const training_options& options : {short_run(weight_method::qat), short_run(weight_method::a2q, 16),
                                          short_run(weight_method::a2q, 8), short_run(weight_method::a2q_plus, 8)}) {
    std::vector<double> losses;
    const quantized_weights network = train_linear(
        train, options, [&](const epoch_report& report, double, const auto&) { losses.push_back(report.loss); });
    REQUIRE(losses.size() == 12);
    CHECK(losses.back() < 0.9 * losses.front());   // T = 63.5 leaves A2Q little to lower it with
    CHECK(linear_accuracy(network, test) > 0.85);  // chance is 0.25
  }
}

TEST_CASE("WrapNet learns in registers that wrap, with a penalty it overflows less, and its file claims nothing") {
  use_portable_kernels();
  const binary_images train = four_classes(1, 800), test = four_classes(2, 400);
  const auto trained = [&](double penalty) {
    training_options options = short_run(weight_method::qat);
    options.wrapnet = wrapnet_options{4, 2, penalty};
    return train_linear(train, options);
  };
  const wrapnet_options in_register{4, 2, 0};
  const quantized_weights free = trained(0), held = trained(1);
  CHECK(score_wrapped(held, test, in_register).cyclic > 0.85);  // chance is 0.25
  CHECK(score_wrapped(held, test, in_register).overflowing < score_wrapped(free, test, in_register).overflowing);
  training_options options = short_run(weight_method::qat);
  options.wrapnet = wrapnet_options{4, 2, 1};
  const scratch_folder folder;
  save_linear(held, options, training_metadata(options, "none", "none"), folder.path / "net.onnx");
  const network file = read_qonnx(folder.path / "net.onnx");
  CHECK(file.metadata.at("spillway.training.method") == "wrapnet");
  CHECK(file.metadata.at("spillway.training.accumulator_bits") == "4");
  for (const auto& [key, value] : file.metadata) CHECK_FALSE(key.starts_with("spillway.accumulator."));
}

TEST_CASE("a trained A2Q network is certified at its P, however small") {
  const binary_images images = four_classes(1, 300);
  for (int bits = 3; bits <= 12; ++bits) {
    const quantized_weights network = train_linear(images, short_run(weight_method::a2q, bits));
    for (const auto& channel : certify(network.weights, unsigned_type(1))) CHECK(channel.holds(bits));
  }
}

TEST_CASE("the same seed gives the same bytes, another seed does not") {
  const scratch_folder folder;
  const binary_images images = four_classes(1, 300);
  const auto file = [&](const char* name, training_options options, std::uint64_t seed) {
    options.seed = seed;
    save_linear(train_linear(images, options), options, training_metadata(options, "none", "none"), folder.path / name);
    const std::string bytes = read_file((folder.path / name).string(), 1 << 20);
    fs::remove(folder.path / name);
    return bytes;
  };
  for (const training_options& options : {short_run(weight_method::qat), short_run(weight_method::a2q, 10)}) {
    const std::string first = file("net.onnx", options, 1);
    CHECK(first == file("net.onnx", options, 1));
    CHECK(first != file("net.onnx", options, 2));
  }
}

TEST_CASE("QAT and A2Q of every P start from the same weights") {
  // With no learning, what is left is the start: at a wide P, A2Q is the same weights rounded to zero.
  const binary_images images = four_classes(1, 40);
  auto qat = short_run(weight_method::qat), a2q = short_run(weight_method::a2q, 30);
  for (auto* options : {&qat, &a2q}) options->learning_rate = 1e-30, options->scale_learning_rate = 0;
  const auto nearest = train_linear(images, qat), to_zero = train_linear(images, a2q);
  for (std::size_t i = 0; i < nearest.weights.words.size(); ++i) {
    const auto n = nearest.weights.words[i], z = to_zero.weights.words[i];
    CHECK(std::abs(z) <= std::abs(n));
    CHECK(std::abs(n) - std::abs(z) <= 1);
  }
  CHECK(nearest.scale == to_zero.scale);
}

TEST_CASE("the file says the trained integers, the claim and how it was made") {
  const scratch_folder folder;
  const binary_images images = four_classes(1, 200);
  const auto options = short_run(weight_method::a2q, 9);
  const quantized_weights trained = train_linear(images, options);
  save_linear(trained, options, training_metadata(options, "the command", "the data"), folder.path / "net.onnx");
  const network file = read_qonnx(folder.path / "net.onnx");
  CHECK(file.name == "net");
  CHECK(file.metadata.at("spillway.training.command") == "the command");
  CHECK(file.metadata.at("spillway.training.data") == "the data");
  CHECK(file.metadata.at("spillway.training.method") == "a2q");
  CHECK(file.metadata.at("spillway.training.penalty") == "0.001");
  const integer_network net = streamline(file);
  REQUIRE(matrix_layers(net).size() == 1);
  CHECK(matrix_layers(net)[0]->weights == trained.weights);
  CHECK(matrix_layers(net)[0]->claimed_bits == 9);
  CHECK(net.output_scale == std::vector<double>(trained.scale.begin(), trained.scale.end()));

  const auto qat = short_run(weight_method::qat);
  save_linear(train_linear(images, qat), qat, {}, folder.path / "qat.onnx");
  CHECK_FALSE(matrix_layers(streamline(read_qonnx(folder.path / "qat.onnx"))).at(0)->claimed_bits);
}

TEST_CASE("weights that break the claim are never written") {
  const scratch_folder folder;
  auto options = short_run(weight_method::a2q, 8);
  const quantized_weights broken{integer_tensor::from(signed_type(8), {1, 3}, {100, 27, 1}), {1}};
  CHECK_THROWS_WITH_AS(save_linear(broken, options, {}, folder.path / "net.onnx"),
                       doctest::Contains("channel 0 needs 9 accumulator bits, not 8"), error);
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("tiles are trained, proven and claimed, and broken ones never written") {
  const scratch_folder folder;
  const binary_images images = four_classes(1, 300), test = four_classes(2, 400);
  for (const weight_method method : {weight_method::a2q, weight_method::a2q_plus}) {
    training_options options = short_run(method, 7);
    options.tile = 16;
    const quantized_weights trained = train_linear(images, options);
    // Chance is 0.25; what lights up whole tiles is what a centred tile can't learn.
    if (method == weight_method::a2q) CHECK(linear_accuracy(trained, test) > 0.85);
    int outer = 1;
    for (const tiled_certificate& channel : certify_tiled(trained.weights, unsigned_type(1), 16)) {
      CHECK(channel.minimal_inner_bits() <= 7);
      outer = std::max(outer, channel.minimal_outer_bits());
    }
    CHECK(outer > 7);  // it is the tiles that are limited, not their sum
    save_linear(trained, options, training_metadata(options, "none", "none"), folder.path / "net.onnx");
    const network file = read_qonnx(folder.path / "net.onnx");
    CHECK(file.metadata.at(tiled_accumulator_key("MatMul_0")) == to_string(tiled_format{7, 16, outer}));
    CHECK(matrix_layers(streamline(file)).at(0)->claimed_bits == outer);
    CHECK(file.metadata.at("spillway.training.tile") == "16");
    fs::remove(folder.path / "net.onnx");
  }
  training_options options = short_run(weight_method::a2q, 4);
  options.tile = 2;
  const quantized_weights broken{integer_tensor::from(signed_type(8), {1, 4}, {1, 2, 7, 1}), {1}};
  CHECK_THROWS_WITH_AS(save_linear(broken, options, {}, folder.path / "net.onnx"),
                       doctest::Contains("channel 0, tile 1 needs 5 accumulator bits, not 4"), error);
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("divergence is an error that says what to lower") {
  auto options = short_run(weight_method::qat);
  const binary_images images = four_classes(1, 100);
  for (const auto method : {weight_method::qat, weight_method::a2q}) {
    options.format.method = method;
    options.learning_rate = 1e308;
    options.scale_learning_rate = 1e308;
    const std::string what = message(options, images);
    CHECK(contains(what, "training diverged in epoch 1"));
    CHECK(contains(what, "learning rate"));
    CHECK_FALSE(contains(what, "\n"));
  }
}

TEST_CASE("illegal options are refused by name") {
  const binary_images images = four_classes(1, 10);
  const auto refusal = [&](auto change) {
    training_options options = short_run(weight_method::a2q, 12);
    change(options);
    return message(options, images);
  };
  CHECK(refusal([](auto& o) { o.epochs = 0; }) == "epochs = 0; right: 1 to 100000");
  CHECK(refusal([](auto& o) { o.batch = 0; }) == "batch = 0; right: 1 or more");
  CHECK(refusal([](auto& o) { o.learning_rate = 0; }) == "learning-rate = 0; right: above 0");
  CHECK(refusal([](auto& o) { o.learning_rate = NAN; }) == "learning-rate = nan; right: above 0");
  CHECK(refusal([](auto& o) { o.scale_learning_rate = -1; }) == "scale-learning-rate = -1; right: 0 or more");
  CHECK(refusal([](auto& o) { o.penalty = INFINITY; }) == "penalty = inf; right: 0 or more");
  CHECK(refusal([](auto& o) { o.classes = 1; }) == "classes = 1; right: 2 to 65536");
  CHECK(refusal([](auto& o) { o.format.accumulator_bits = 0; }) == "accumulator_bits = 0 is not 2 to 4096");
  CHECK(refusal([](auto& o) { o.format.weight_bits = 1; }) == "weight_bits = 1 is not 2 to 32");
  CHECK(refusal([](auto& o) { o.tile = -1; }) == "tile = -1; right: 1 or more");
  CHECK(refusal([](auto& o) { o.tile = 7; }) == "tile = 7 does not divide the 64 weights of a channel");
  CHECK(
      contains(refusal([](auto& o) { o.tile = 16, o.format.method = weight_method::qat; }), "right: a2q or a2q_plus"));
  CHECK(contains(message(short_run(weight_method::qat), {}), "no images"));
  CHECK_THROWS_WITH_AS(parse_weight_method("a2c"), "there is no method a2c; nearest: a2q", config_error);
  CHECK(parse_weight_method("qat") == weight_method::qat);
}

TEST_CASE("a label beyond the classes is refused, not read out of bounds") {
  binary_images images = four_classes(1, 10);
  images.labels[3] = 4;
  CHECK(contains(message(short_run(weight_method::qat), images), "label 4 of image 3"));
}

TEST_CASE("images keep the positions of their ones") {
  binary_images images;
  images.append(std::vector<std::uint8_t>{0, 127, 128, 255}, 128, 7);
  images.append(std::vector<std::uint8_t>{0, 0, 0, 0}, 128, 1);
  images.append(std::vector<std::uint8_t>{200, 0, 0, 0}, 128, 2);
  CHECK(images.features == 4);
  CHECK(images.ones == std::vector<std::int64_t>{2, 3, 0});
  CHECK(images.offsets == std::vector<std::int64_t>{0, 2, 2, 3});
  const binary_images last = images.slice(1, 3);
  CHECK(last.frames() == 2);
  CHECK(last.features == 4);
  CHECK(last.offsets == std::vector<std::int64_t>{0, 0, 1});
  CHECK(last.ones == std::vector<std::int64_t>{0});
  CHECK(last.labels == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("accuracy takes the greatest scaled logit, the first of equals") {
  binary_images images;
  images.append(std::vector<std::uint8_t>{255, 0}, 128, 0);    // logits 2 * 1, 1 * 3: class 1
  images.append(std::vector<std::uint8_t>{0, 255}, 128, 0);    // 2 * 1 against 1 * 2: equal, class 0
  images.append(std::vector<std::uint8_t>{0, 0}, 128, 1);      // 0 and 0: class 0
  images.append(std::vector<std::uint8_t>{255, 255}, 128, 1);  // 4 against 5: class 1
  const quantized_weights network{integer_tensor::from(signed_type(8), {2, 2}, {1, 1, 3, 2}), {2, 1}};
  CHECK(linear_accuracy(network, images) == 0.5);
  CHECK(linear_accuracy(network, {}) == 0);
}
