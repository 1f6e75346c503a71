// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/super_resolution.h"

#include <doctest/doctest.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "spillway/models/data/dataset.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/paper_networks/espcn.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/train/small_photographs.h"
#include "spillway/train/photograph.h"

using namespace spillway;

namespace {

std::string message_of(const std::string& path) {
  try {
    read_photograph(path);
  } catch (const input_error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("PSNR is that of the mean squared difference") {
  const torch::Tensor a = torch::full({3, 2, 2}, 100, torch::kUInt8), b = a.clone();
  CHECK(std::isinf(psnr(a, b)));
  b[0][0][0] = 106;  // 36 over 12 values: a mean of 3
  CHECK(psnr(a, b) == doctest::Approx(43.3596).epsilon(1e-6));
  CHECK(psnr(torch::zeros({3, 1, 1}, torch::kUInt8), torch::full({3, 1, 1}, 255, torch::kUInt8)) == 0);
}

TEST_CASE("resizing is bicubic, antialiased where it reduces") {
  const torch::Tensor flat = torch::full({3, 24, 24}, 77, torch::kUInt8);
  CHECK(torch::equal(resized(flat, 8, 8), torch::full({3, 8, 8}, 77, torch::kUInt8)));
  // A ramp stays one, away from the borders: pixel i of the reduced has its middle at 3 i + 1.
  const torch::Tensor ramp = (torch::arange(48) * 5).to(torch::kUInt8).expand({3, 48, 48}).contiguous();
  const torch::Tensor low = resized(ramp, 16, 16);
  for (int i = 2; i < 14; ++i) CHECK(low[0][5][i].item<int>() == (3 * i + 1) * 5);
  // Columns that alternate have no frequency that a third of the pixels could hold: their mean is left. Without
  // antialiasing, each pixel would be one of the columns.
  const torch::Tensor stripes = ((torch::arange(48) % 2) * 200).to(torch::kUInt8).expand({3, 48, 48}).contiguous();
  const torch::Tensor grey = resized(stripes, 16, 16).to(torch::kInt);
  for (int i = 2; i < 14; ++i) CHECK(std::abs(grey[0][5][i].item<int>() - 100) <= 20);
}

TEST_CASE("photographs are read from PNG and from JPEG, and broken ones are named") {
  const small_photographs images;
  const photograph png = read_photograph(images / "a.png"), jpeg = read_photograph(images / "b.jpg");
  CHECK(png.height == small_photographs::height);
  CHECK(png.width == small_photographs::width);
  CHECK(png.pixels == small_photographs::pixels(1));
  REQUIRE(jpeg.pixels.size() == png.pixels.size());
  const std::vector<std::uint8_t> original = small_photographs::pixels(2);
  double error = 0;
  for (std::size_t i = 0; i < original.size(); ++i) error += std::abs(double(jpeg.pixels[i]) - double(original[i]));
  CHECK(error / static_cast<double>(original.size()) < 5);  // of 255: it is lossy
  for (const char* file : {"a.png", "b.jpg"}) {
    const std::string bytes = read_file(images / file, 1 << 24);
    for (const std::size_t kept : {std::size_t{0}, std::size_t{3}, std::size_t{20}, bytes.size() / 2}) {
      const std::string path = images / "broken";
      std::ofstream(path, std::ios::binary) << bytes.substr(0, kept);
      CAPTURE(file);
      CAPTURE(kept);
      CHECK(message_of(path).find(path) != std::string::npos);
    }
  }
}

TEST_CASE("a size is checked before its pixels are allocated") {
  const small_photographs images;
  std::string bytes = read_file(images / "b.jpg", 1 << 24);
  const std::size_t frame = bytes.find("\xff\xc0");
  REQUIRE(frame != std::string::npos);
  for (std::size_t i = 5; i < 9; ++i) bytes[frame + i] = '\x7f';  // 32639 x 32639
  std::ofstream(images / "broken", std::ios::binary) << bytes;
  CHECK(message_of(images / "broken").find("32639 x 32639 pixels; right: at most 67108864") != std::string::npos);
}

TEST_CASE("a folder's images are pairs of sides that all networks take") {
  const small_photographs images;
  const auto pairs = read_resolution_pairs(images.path.string(), 1, 24);
  REQUIRE(pairs.size() == 4);
  CHECK(pairs[1].name == "b.jpg");
  for (const resolution_pair& pair : pairs) {
    CHECK(pair.high.sizes() == torch::IntArrayRef{3, 48, 72});
    CHECK(pair.low.sizes() == torch::IntArrayRef{3, 16, 24});
  }
  CHECK_THROWS_AS(read_resolution_pairs(images.path.string(), 3, 24), input_error);
  CHECK_THROWS_AS(read_resolution_pairs(images / "none", 1, 24), io_error);
}

TEST_CASE("a comparison shows the same place three times") {
  network_options options;
  options.width_multiplier = 0.0625;
  options.calibration_images = 0;
  options.image_height = options.image_width = 8;
  network_model model(espcn(options), {.is_float = true});
  const small_photographs images;
  const resolution_pair pair = read_resolution_pairs(images.path.string(), 1, 24).front();
  const torch::Tensor shown = comparison(model, pair, 20);  // of 48 x 72 pixels
  REQUIRE(shown.sizes() == torch::IntArrayRef{3, 20, 60});
  const auto middle = [](const torch::Tensor& image) { return image.narrow(1, 14, 20).narrow(2, 26, 20); };
  CHECK(torch::equal(shown.narrow(2, 0, 20), middle(resized(pair.low, 48, 72))));
  CHECK(torch::equal(shown.narrow(2, 40, 20), middle(pair.high)));
  CHECK(psnr(shown.narrow(2, 20, 20), middle(pair.high)) < 30);  // of a network that has learned nothing
  CHECK(comparison(model, pair, 1000).sizes() == torch::IntArrayRef{3, 48, 144});

  photograph image{2, 3, {}};
  for (std::uint8_t value = 0; value < 18; ++value) image.pixels.push_back(static_cast<std::uint8_t>(14 * value));
  write_png(images / "written.png", image);
  const photograph read = read_photograph(images / "written.png");
  CHECK(read.height == 2);
  CHECK(read.width == 3);
  CHECK(read.pixels == image.pixels);
}

TEST_CASE("patches of both resolutions show the same place, and depend on seed and epoch alone") {
  const small_photographs images;
  const auto pairs = read_resolution_pairs(images.path.string(), 1, 24);
  const super_resolution_task task(pairs, {}, 32, 8);
  std::vector<std::int64_t> frames(32);
  std::iota(frames.begin(), frames.end(), 0);
  const auto [low, high] = task.patches(frames, 3, 1);
  CHECK(low.sizes() == torch::IntArrayRef{32, 3, 8, 8});
  CHECK(high.sizes() == torch::IntArrayRef{32, 3, 24, 24});
  CHECK(torch::equal(low, task.patches(frames, 3, 1).first));
  CHECK_FALSE(torch::equal(low, task.patches(frames, 3, 2).first));
  // Means of 3x3 squares are near what antialiasing leaves; of another place or turned over, they would not be.
  const torch::Tensor means = torch::avg_pool2d(high, 3);
  CHECK((means - low).abs().mean().item<float>() < 0.03F);
  CHECK((means.flip({3}) - low).abs().mean().item<float>() > 0.06F);
}

TEST_CASE("the exported integer network enlarges as the model does") {
  const small_photographs images;
  const auto pairs = read_resolution_pairs(images.path.string(), 1, 24);
  const super_resolution_task task(pairs, {}, 8, 8);
  network_options shape;
  shape.width_multiplier = 0.125;
  shape.calibration_images = 0;
  shape.image_height = shape.image_width = 8;
  network_model model(espcn(shape), {false, weight_method::a2q_plus, norm_limit::published, 14});
  const std::vector<std::int64_t> frames{0, 1, 2, 3, 4, 5, 6, 7};
  const torch::Tensor low = task.patches(frames, 1, 1).first.contiguous();
  model.calibrate(low);
  torch::NoGradGuard constant;
  const torch::Tensor expected = model.forward(low, false);
  const integer_network net = streamline(model.exported());
  const std::vector<float> inputs(low.data_ptr<float>(), low.data_ptr<float>() + low.numel());
  const integer_tensor found = evaluate(net, quantize_reals(net, inputs));
  REQUIRE(found.words.size() == static_cast<std::size_t>(expected.numel()));
  // Integers lie channels last.
  const torch::Tensor real = expected.permute({0, 2, 3, 1}).contiguous();
  // Outputs are integers of one scale, which the greatest of them gives.
  const float step =
      expected.max().item<float>() / static_cast<float>(*std::max_element(found.words.begin(), found.words.end()));
  REQUIRE(step > 0);
  std::int64_t differing = 0;
  for (std::size_t i = 0; i < found.words.size(); ++i)
    differing += std::lround(real.data_ptr<float>()[i] / step) != found.words[i] ? 1 : 0;
  MESSAGE(differing << " of " << found.words.size() << " outputs differ");
  CHECK(differing * 100 <= static_cast<std::int64_t>(found.words.size()));  // float32 ties
}
