// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "spillway/models/load/design_tensors.h"
#include "spillway/models/streamline/differences.h"
#include "spillway/tests/models/exact_evaluate.h"
#include "spillway/tests/models/onnx_model.h"
#include "spillway/tests/models/random_image_network.h"
#include "spillway/tests/models/random_network.h"

// Tensors by name. The oracle evaluates the file in fractions, up to each tensor.

using namespace spillway;
using namespace spillway::testing;

namespace {

/// A frame that every quantizer of the random networks takes as it is.
std::vector<float> random_frame(const golden_model& model, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> frame(static_cast<std::size_t>(file_features(model.integers())));
  for (float& x : frame) x = static_cast<float>(static_cast<int>(random() % 65) - 32) / 16;
  return frame;
}

}  // namespace

TEST_CASE("every tensor of random networks is what fractions say of it") {
  std::size_t compared = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const network net = seed % 2 == 0 ? random_network(seed) : random_image_network(seed);
    const golden_model model(net);
    const std::vector<float> frame = random_frame(model, seed);
    float_tensor two{net.input_shape, frame};
    two.shape[0] = 2;
    two.values.insert(two.values.end(), frame.begin(), frame.end());
    model.evaluate(two, [&](std::size_t at, const double_tensor& tensor) {
      if (at == 0) return;
      network part = net;
      part.output = model.tensors()[at].name;
      CAPTURE(part.output);
      const exact_tensor exact = evaluate_exactly(part, frame);
      REQUIRE(tensor.shape[0] == 2);
      REQUIRE(tensor.values.size() == 2 * exact.values.size());
      double magnitude = 0;
      for (const rational& value : exact.values) magnitude = std::max(magnitude, std::abs(nearest_double(value)));
      for (std::size_t e = 0; e < exact.values.size(); ++e) {
        const double expected = nearest_double(exact.values[e]);
        CHECK(std::abs(tensor.values[e] - expected) <= 1e-12 * magnitude);
        CHECK(tensor.values[e] == tensor.values[e + exact.values.size()]);
      }
      ++compared;
    });
  }
  CHECK(compared > 300);
}

TEST_CASE("a tensor that is not there is refused with the near names") {
  const golden_model model(small_model().read());
  CHECK(model.find("xq") == 1);
  CHECK(message_of<config_error>([&] { model.find("xqq"); }) == "there is no tensor xqq; nearest: xq, x, z");
  CHECK(message_of<config_error>([&] { model.find("wq"); }).starts_with("there is no tensor wq"));  // a constant
}

TEST_CASE("tensors of a design are what its registers leave") {
  design of = streamline_design(small_model().read(), "small");
  dataset data;
  data.name = "data";
  data.reals = float_tensor{{4, 3}, {1, -2, 3, 3.5F, 3.5F, 3.5F, -4, -4, -4, 0, 1, 2}};
  const std::vector<std::string> names{"y", "xq", "z"};
  const std::vector<double_tensor> wide = tensors_of(of, data, names);
  lower_design(of, {});
  CHECK(tensors_of(of, data, names) == wide);
  design_options narrow;
  narrow.lowering.registers = {parse_register_rule("4:wrap:final")};
  lower_design(of, narrow);
  const std::vector<double_tensor> wrapped = tensors_of(of, data, names);
  CHECK(wrapped[1] == wide[1]);
  CHECK(wrapped[2] == wide[2]);  // no stream carries the product before the bias
  // A step of the sums is 0.5 * 0.25: they wrap at 8 steps, which is one.
  for (std::size_t e = 0; e < wide[0].values.size(); ++e) {
    const double steps = (wide[0].values[e] - wrapped[0].values[e]) / 0.125;
    CHECK(std::fmod(steps, 16) == 0);
    CHECK(std::abs(wrapped[0].values[e] - (e % 2 == 0 ? 0.125 : -3)) <= 1);
  }
  CHECK(wrapped[0] != wide[0]);
}

TEST_CASE("each of several outputs is what its registers leave") {
  onnx_model m = small_model();
  m.output("u");
  m.constant("v", {3, 2}, {1, 0.5F, -0.75F, 0.25F, 1, 1});
  m.quant("v", "vq", 0.25F, 8, true);
  m.node("MatMul", {"xq", "vq"}, "u");
  design of = streamline_design(m.read(), "two outputs");
  dataset data;
  data.name = "data";
  data.reals = float_tensor{{2, 3}, {1, -2, 3, 3.5F, 3.5F, 3.5F}};
  const std::vector<std::string> names{"y", "u"};
  const std::vector<double_tensor> wide = tensors_of(of, data, names);
  CHECK(wide[1].values == std::vector<double>{5.5, 3, 4.375, 6.125});
  design_options narrow;
  narrow.lowering.registers = {parse_register_rule("4:wrap:final")};
  lower_design(of, narrow);
  const std::vector<double_tensor> wrapped = tensors_of(of, data, names);
  for (std::size_t tensor = 0; tensor < 2; ++tensor) {
    CHECK(wrapped[tensor] != wide[tensor]);
    for (std::size_t e = 0; e < 4; ++e) {
      const double steps = (wide[tensor].values[e] - wrapped[tensor].values[e]) / 0.125;
      CHECK(std::fmod(steps, 16) == 0);  // of registers of 4 bits
    }
  }
}
