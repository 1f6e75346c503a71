// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "spillway/models/data/random_frames.h"
#include "spillway/models/streamline/compare_models.h"
#include "spillway/tests/models/random_image_network.h"
#include "spillway/tests/models/random_network.h"
#include "spillway/tests/models/step_sequence.h"

// Files of one network against each other: the steps of a build are equal, and what is wrong in one is found there.

using namespace spillway;
using namespace spillway::testing;

namespace {

model_comparison compared(const network& a, const network& b, std::int64_t frames = 20) {
  const comparable_model expected(a), found(b);
  const dataset data = random_frames(expected.integers(), frames, 1);
  return compare_models(expected, expected.digest(data, 2, {}), data, found, found.digest(data, 1, {}), data);
}

/// The product of a layer's weights and its inputs in one frame, as the exported file has it in real numbers.
double real_of(const network& file, const std::string& tensor, std::int64_t frame, std::int64_t channel) {
  const dataset data = random_frames(comparable_model(file).integers(), 20, 1);
  float_tensor inputs{{20, 6}, {}};
  for (const std::int64_t pixel : data.inputs.words) inputs.values.push_back(static_cast<float>(pixel) / 255);
  double result = 0;
  evaluate_double(file, inputs, [&](const std::string& name, const double_tensor& made) {
    if (name == tensor) result = made.values[static_cast<std::size_t>(frame * made.shape[1] + channel)];
  });
  return result;
}

}  // namespace

TEST_CASE("the steps of a build are equal, whatever they scale, number and name") {
  const step_sequence steps;
  const network exported = steps.exported().read();
  const model_comparison renamed = compared(exported, steps.exported({}, true).read());
  CHECK(!renamed.first);
  CHECK(renamed.tensors == 0);
  const model_comparison same = compared(exported, steps.exported().read());
  CHECK(!same.first);
  CHECK(same.tensors == 13);
  for (const bool top_k : {false, true}) {
    const model_comparison streamlined = compared(exported, steps.streamlined({}, top_k).read(), 200);
    CHECK(!streamlined.first);
    CHECK(streamlined.sums == 3);
    CHECK(streamlined.levels == 3);
    CHECK(streamlined.not_compared == 0);
    CHECK(streamlined.labels == top_k);
  }
  CHECK(!compared(steps.streamlined({}, true).read(), exported).first);
}

TEST_CASE("a wrong weight is found in the sums of its product, in its channel, with what both files have") {
  const step_sequence steps;
  const network exported = steps.exported().read();
  for (int layer = 0; layer < 3; ++layer)
    for (const bool top_k : {false, true}) {
      const auto channel = steps.inputs[static_cast<std::size_t>(layer) + 1] - 1;
      const model_comparison found = compared(exported, steps.streamlined({layer, 1, channel}, top_k).read());
      CAPTURE(layer);
      REQUIRE(found.first);
      CHECK(found.first->what == compared_kind::sums);
      CHECK(found.first->expected.tensor == "MatMul_" + std::to_string(layer) + "_out0");
      CHECK(found.first->found.tensor == found.first->expected.tensor);
      CHECK(found.first->channel == channel);
      CHECK(found.first->element == channel);
      CHECK(found.first->expected.number != found.first->found.number);
      CHECK(*found.first->expected.value ==
            doctest::Approx(real_of(exported, found.first->expected.tensor, found.first->frame, channel)));
    }
}

TEST_CASE("a wrong threshold is found in its levels, which the sums before it are not") {
  const step_sequence steps;
  for (int layer = 0; layer < 2; ++layer) {
    const model_comparison found = compared(steps.exported().read(), steps.streamlined({layer, 0, 2, true}).read());
    CAPTURE(layer);
    REQUIRE(found.first);
    CHECK(found.first->what == compared_kind::levels);
    CHECK(found.first->found.tensor == "MultiThreshold_" + std::to_string(layer) + "_out0");
    CHECK(found.first->expected.tensor == "Quant_" + std::to_string(layer) + "_out0");
    CHECK(found.first->channel == 2);
    CHECK(*found.first->expected.number - *found.first->found.number >= 1);  // thresholds are too high
    const double step = layer == 0 ? 0.125 : 0.25;                           // levels of the second layer begin at -8
    CHECK(*found.first->expected.value ==
          step * static_cast<double>(*found.first->expected.number - (layer == 0 ? 0 : 8)));
  }
}

TEST_CASE("a fault at one frame is found there, and not by the frames before it") {
  const step_sequence steps;
  const network exported = steps.exported().read(), wrong = steps.streamlined({0, 1, 4}).read();
  const comparable_model a(exported), b(wrong);
  dataset data = random_frames(a.integers(), 30, 3);
  for (std::int64_t frame = 0; frame < 21; ++frame) data.inputs.words[static_cast<std::size_t>(frame * 6 + 1)] = 0;
  const auto of = [&](std::int64_t frames) {
    dataset part = data;
    part.inputs.words.resize(static_cast<std::size_t>(frames * 6));
    part.inputs.shape[0] = frames;
    part.first_frame = 100;
    return compare_models(a, a.digest(part, 1, {}), part, b, b.digest(part, 2, {}), part);
  };
  CHECK(!of(21).first);  // the wrong weight is of an input that is 0 there
  REQUIRE(of(22).first);
  CHECK(of(22).first->frame == 121);
}

TEST_CASE("a constant between sums and levels is found by its tensor's name where files are alike") {
  const step_sequence steps;
  onnx_model m = steps.exported();
  for (onnx::TensorProto& constant : *m.graph.mutable_initializer())
    if (constant.name() == "add1") constant.set_float_data(3, constant.float_data(3) + 0.001F);
  const model_comparison found = compared(steps.exported().read(), m.read());
  REQUIRE(found.first);
  CHECK(found.first->what == compared_kind::tensor);
  CHECK(found.first->expected.tensor == "Add_1_out0");
  CHECK(found.first->channel == 3);
  CHECK(found.first->frame == 0);
  CHECK(*found.first->found.value - *found.first->expected.value == doctest::Approx(0.001));
}

TEST_CASE("outputs that another factor scales differ, and classes where one file ends in TopK") {
  const step_sequence steps;
  onnx_model m = steps.streamlined();
  for (onnx::TensorProto& constant : *m.graph.mutable_initializer())
    if (constant.name() == "mul_end") constant.set_float_data(0, constant.float_data(0) * 1.01F);
  const model_comparison scaled = compared(steps.exported().read(), m.read());
  REQUIRE(scaled.first);
  CHECK(scaled.first->what == compared_kind::output);
  for (onnx::TensorProto& constant : *m.graph.mutable_initializer())
    if (constant.name() == "mul_end") constant.set_float_data(0, std::nextafter(constant.float_data(0) / 1.01F, 1.0F));
  CHECK(!compared(steps.exported().read(), m.read()).first);  // float32 rounds the product of scales

  onnx_model other = steps.streamlined({}, true);
  for (onnx::TensorProto& constant : *other.graph.mutable_initializer())
    if (constant.name() == "add_end") constant.set_float_data(1, 100);
  const model_comparison classes = compared(steps.exported().read(), other.read());
  REQUIRE(classes.first);
  CHECK(classes.first->what == compared_kind::labels);
  CHECK(classes.first->found.number == 1);
  CHECK(classes.labels);
}

TEST_CASE("random networks are equal to themselves, and to themselves with other names of tensors") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const network net = seed % 2 == 0 ? random_network(seed) : random_image_network(seed);
    network renamed = net;
    for (network_node& node : renamed.nodes) {
      for (std::string& input : node.inputs)
        if (input != net.input && !net.constants.contains(input)) input = "t_" + input;
      node.output = "t_" + node.output;
    }
    renamed.output = "t_" + net.output;
    const model_comparison same = compared(net, renamed, 5);
    CHECK(!same.first);
    CHECK(same.sums > 0);
    CHECK(same.not_compared == 0);
  }
}

namespace {

/// A weight of output `o`, input `i` and kernel element `k`, of 4 bits.
float kernel_weight(int o, int i, int k) { return static_cast<float>((o * 5 + i * 3 + k * 7) % 13 - 6); }

/// A convolution of 2 x 2 over [2, 4, 4], as it is exported.
onnx_model convolution() {
  onnx_model m;
  m.input("x", {1, 2, 4, 4}).output("y");
  m.quant("x", "xq", 1.0F / 255, 8, false);
  std::vector<float> weights;
  for (int o = 0; o < 3; ++o)
    for (int i = 0; i < 2; ++i)
      for (int k = 0; k < 4; ++k) weights.push_back(kernel_weight(o, i, k) * 0.125F);
  m.constant("w", {3, 2, 2, 2}, weights);
  m.quant("w", "wq", 0.125F, 4, true);
  onnx_model::integers(m.node("Conv", {"xq", "wq"}, "y"), "kernel_shape", {2, 2});
  return m;
}

/// The same as a product of columns, with the channels last; `wrong` in output 1.
onnx_model lowered(bool wrong) {
  onnx_model m;
  m.input("x", {1, 4, 4, 2}).output("y");
  m.quant("x", "xq", 1.0F / 255, 8, false);
  onnx::NodeProto& columns = m.node("Im2Col", {"xq"}, "columns", "qonnx.custom_op.general");
  onnx_model::integers(columns, "kernel_size", {2, 2});
  onnx_model::integers(columns, "stride", {1, 1});
  onnx_model::string(columns, "input_shape", "(1, 4, 4, 2)");
  std::vector<float> weights;
  for (int k = 0; k < 4; ++k)
    for (int i = 0; i < 2; ++i)
      for (int o = 0; o < 3; ++o)
        weights.push_back(kernel_weight(o, i, k) + (wrong && o == 1 && i == 1 && k == 2 ? 1.0F : 0.0F));
  m.constant("w", {8, 3}, weights);
  step_sequence::annotate(m, "w", "INT4");
  m.node("MatMul", {"columns", "w"}, "sums");
  m.constant("scale", {}, {0.125F});
  m.node("Mul", {"sums", "scale"}, "y");
  return m;
}

}  // namespace

TEST_CASE("a convolution is compared with the product that a build has lowered it to, under that product's name") {
  const comparable_model expected(convolution().read()), right(lowered(false).read()), wrong(lowered(true).read());
  const dataset data = random_frames(expected.integers(), 4, 1);
  dataset last = data;  // the channels last
  for (std::int64_t e = 0; e < last.inputs.size(); ++e) {
    const std::int64_t frame = e / 32, pixel = e % 32 / 2, channel = e % 2;
    *last.inputs.at(e) = *data.inputs.at(frame * 32 + channel * 16 + pixel);
  }
  const auto compare = [&](const comparable_model& found) {
    return compare_models(expected, expected.digest(data, 1, {}), data, found, found.digest(last, 1, {}), last);
  };
  CHECK(compare(right).sums == 1);
  CHECK(!compare(right).first);
  const model_comparison found = compare(wrong);
  REQUIRE(found.first);
  CHECK(found.first->expected.tensor == "y");
  CHECK(found.first->found.tensor == "sums");
  CHECK(found.first->channel == 1);
  CHECK(found.first->position == 0);
  CHECK(found.first->element == 9);                                       // of [3, 3, 3], the channels first
  const float pixel = static_cast<float>(*data.inputs.at(16 + 4)) / 255;  // input 1 below the corner
  CHECK(*found.first->found.value - *found.first->expected.value / 0.125 == doctest::Approx(pixel));
}
