// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/network_model.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <torch/autograd.h>

#include <algorithm>
#include <functional>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/data/score.h"
#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/network/linear_export.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/paper_networks/activation_ranges.h"
#include "spillway/models/paper_networks/espcn.h"
#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/paper_networks/tfc.h"
#include "spillway/models/paper_networks/unet.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

network_options small_resnet(double width = 0.0625) {
  network_options options;
  options.width_multiplier = width;
  options.calibration_images = 0;
  return options;
}

torch::Tensor tensor_of(const float_tensor& from) {
  const torch::Tensor result = torch::empty(from.shape, torch::kFloat);
  std::copy(from.values.begin(), from.values.end(), result.data_ptr<float>());
  return result;
}

/// Pixels as an 8-bit camera gives them.
float_tensor pixels(const network& net, std::int64_t count, std::uint64_t seed) {
  float_tensor images = generated_images(net.input_shape, count, seed);
  for (float& x : images.values) x = std::nearbyint(x * 255) / 255.0F;
  return images;
}

/// A model with scales and statistics of its own, a step of training behind it.
network_model prepared(const network& graph, const model_options& options) {
  network_model model(graph, options);
  const auto images = tensor_of(pixels(graph, 8, 3));
  model.calibrate(images);
  for (int i = 0; i < 20; ++i) {
    const auto out = model.forward(images, true);
    if (i == 0) (out.square().mean() + 1e-3 * model.penalty()).backward();
  }
  torch::NoGradGuard constant;
  const model_parameters all = model.parameters();
  for (const auto* group : {&all.weights, &all.others, &all.scales})
    for (const torch::Tensor& parameter : *group) {
      REQUIRE(parameter.grad().defined());
      parameter.sub_(0.01 * parameter.grad() / (parameter.grad().abs().max() + 1e-9));
    }
  for (int i = 0; i < 20; ++i) model.forward(images, true);
  return model;
}

const model_options a2q14{false, weight_method::a2q, norm_limit::published, 14};

}  // namespace

TEST_CASE("a model computes what its exported graph computes") {
  for (const auto& describe : {resnet18_cifar10, mobilenet_v1_cifar10, espcn, unet, tfc}) {
    network_options options = small_resnet();
    const network graph = describe(options);
    CAPTURE(graph.name);
    network_model model = prepared(graph, a2q14);
    const network net = model.exported();
    const std::int64_t frames = 16;
    const float_tensor images = pixels(graph, frames, 9);
    torch::NoGradGuard constant;
    const auto found = model.forward(tensor_of(images), false).flatten(1);
    const float_tensor expected = evaluate(net, images);
    REQUIRE(found.numel() == static_cast<std::int64_t>(expected.values.size()));
    // Sums in another order round otherwise, and where a value is on the boundary of two levels its frame may change.
    std::int64_t far = 0;
    for (std::int64_t frame = 0; frame < frames; ++frame) {
      const auto right =
          torch::from_blob(const_cast<float*>(expected.values.data()) + frame * found.size(1), {found.size(1)});
      far += torch::allclose(found[frame], right, 1e-4, 1e-4) ? 0 : 1;
    }
    MESSAGE(graph.name << ": " << far << " of " << frames << " frames differ");
    CHECK(far * 4 <= frames);
  }
}

TEST_CASE("the integer network of the file says the classes that the model says") {
  for (const auto& describe : {resnet18_cifar10, mobilenet_v1_cifar10, tfc}) {
    const network graph = describe(small_resnet(0.125));
    CAPTURE(graph.name);
    network_model model = prepared(graph, {false, weight_method::a2q_plus, norm_limit::published, 14});
    const float_tensor images = pixels(graph, 64, 21);
    const integer_network net = streamline(model.exported());
    const integer_tensor logits = evaluate(net, quantize_reals(net, images.values));
    torch::NoGradGuard constant;
    const auto classes = model.forward(tensor_of(images), false).argmax(1);
    const run_score score = score_run(net, logits, logits, {});
    int differing = 0;
    for (std::size_t i = 0; i < score.frames.size(); ++i)
      differing += score.frames[i].exact_class != classes[static_cast<std::int64_t>(i)].item<std::int64_t>();
    MESSAGE(graph.name << ": " << differing << " of " << score.frames.size() << " classes differ");
    CHECK(differing <= 2);  // float32 ties
  }
}

TEST_CASE("a network trained for reductions says the same classes in registers that wrap") {
  for (const auto& [describe, width] :
       {std::pair{&tfc, 0.25}, std::pair{&mobilenet_v1_cifar10, 0.0625}, std::pair{&resnet18_cifar10, 0.0625}}) {
    const network graph = describe(small_resnet(width));
    CAPTURE(graph.name);
    model_options options;
    options.reduction = cyclic_reduction{5, 2};
    network_model model = prepared(graph, options);
    const float_tensor images = pixels(graph, 32, 5);
    torch::NoGradGuard constant;
    const auto classes = model.forward(tensor_of(images), false).argmax(1);
    CHECK(model.overflows().overflowing > 0);
    const integer_network net = streamline(read_qonnx_bytes(qonnx_bytes(model.exported()), "reduces"));
    std::vector<std::string> units;
    for (const dataflow_unit& unit : lower(net).units)
      if (dot_products_of(unit)) units.push_back(name_of(unit));
    lowering_options narrow;
    for (std::size_t i = 1; i + 1 < units.size(); ++i)
      narrow.units[units[i]].accumulator = accumulator_format{.bits = 5};
    const integer_tensor inputs = quantize_reals(net, images.values);
    const run_score score = score_run(net, evaluate(lower(net, narrow), inputs), evaluate(net, inputs), {});
    int differing = 0;
    for (std::size_t i = 0; i < score.frames.size(); ++i)
      differing += score.frames[i].simulated_class != classes[static_cast<std::int64_t>(i)].item<std::int64_t>();
    MESSAGE(graph.name << ": " << differing << " of " << score.frames.size() << " classes differ");
    CHECK(differing <= 2);  // float32 ties
    CHECK(score.mean_abs_error > 0);
  }
}

TEST_CASE("an exported file's integers are the trained ones, and its claims hold") {
  const network graph = resnet18_cifar10(small_resnet());
  for (const weight_method method : {weight_method::qat, weight_method::a2q, weight_method::a2q_plus}) {
    network_model model = prepared(graph, {false, method, norm_limit::published, 12});
    const network net = read_qonnx_bytes(qonnx_bytes(model.exported()), "trained");
    streamline_report report;
    const integer_network integers = streamline(net, &report);
    for (const layer_report& layer : report.layers) CHECK(layer.largest_residual < 1e-3);
    std::size_t claimed = 0;
    for (const integer_layer* layer : matrix_layers(integers)) {
      if (!layer->claimed_bits) continue;
      ++claimed;
      CHECK(*layer->claimed_bits == 12);
      for (const channel_certificate& channel : certify(layer->weights, layer->input_type)) REQUIRE(channel.holds(12));
    }
    CHECK(claimed == (method == weight_method::qat ? 0 : matrix_layers(integers).size() - 2));
  }
}

TEST_CASE("quantizers whose outputs are added share a learned scale, and pixels keep theirs") {
  network_model model(resnet18_cifar10(small_resnet()), a2q14);
  std::size_t scales = 0;
  for (const auto& [name, tensor] : model.state()) scales += name.ends_with(".log2_scale") ? 1 : 0;
  // 8 blocks with an inner activation, a shared one of both branches and one behind the sum; the first layer, the pool.
  CHECK(scales == 8 * 3 + 2);
  const network net = model.exported();
  CHECK(std::get<quant_op>(net.nodes.front().op).scale.values == std::vector<float>{1.0F / 255});
}

TEST_CASE("a float model hands its weights to a quantized one") {
  const network graph = mobilenet_v1_cifar10(small_resnet());
  model_options real;
  real.is_float = true;
  network_model from(graph, real), to(graph, a2q14);
  {
    torch::NoGradGuard constant;
    for (const auto& [name, tensor] : from.state()) tensor.mul_(1.5).add_(0.01);
  }
  to.start_from(from.state());
  const named_tensors all = from.state(), found = to.state();
  const std::map<std::string, torch::Tensor> expected(all.begin(), all.end());
  for (const auto& [name, tensor] : found)
    if (expected.contains(name)) REQUIRE(torch::equal(tensor, expected.at(name)));
  {
    // Projected, the hidden layers' weights are other ones, and those of the first and the last layer are the same.
    model_options projected{false, weight_method::a2q_plus, norm_limit::published, 10, weight_start::centred};
    network_model narrow(graph, projected);
    narrow.start_from(from.state());
    int same = 0, layers = 0;
    for (const auto& [name, tensor] : narrow.state())
      if (name.ends_with(".v")) same += torch::equal(tensor, expected.at(name)) ? 1 : 0, ++layers;
    CHECK(same < layers);
    CHECK(same >= 2);
  }
  CHECK_THROWS_AS(from.exported(), config_error);
  named_tensors missing = all;
  missing.erase(missing.begin());
  CHECK_THROWS_AS(to.start_from(missing), input_error);
  network_model other(mobilenet_v1_cifar10(small_resnet(0.125)), a2q14);
  CHECK_THROWS_AS(other.start_from(all), input_error);
}

TEST_CASE("the float model has no quantizers") {
  const network graph = resnet18_cifar10(small_resnet());
  model_options real;
  real.is_float = true;
  network_model model(graph, real);
  CHECK(model.parameters().scales.empty());
  CHECK(model.penalty().item<double>() == 0);
  const auto images = tensor_of(pixels(graph, 2, 5));
  const auto out = model.forward(images, true);
  CHECK(out.sizes() == torch::IntArrayRef{2, 10});
  out.sum().backward();
  for (const torch::Tensor& weights : model.parameters().weights) CHECK(weights.grad().abs().sum().item<double>() > 0);
}

TEST_CASE("fixed batch norms are the same map in training and in evaluation, others are not") {
  const network graph = espcn(small_resnet(0.125));
  const auto images = tensor_of(pixels(graph, 8, 3)), others = tensor_of(pixels(graph, 4, 4));
  torch::NoGradGuard constant;
  for (const norm_statistics norms : {norm_statistics::fixed, norm_statistics::batch}) {
    network_model model(graph, {.is_float = true, .norms = norms});
    model.calibrate(images);
    const torch::Tensor before = model.forward(others, false);
    const bool same = torch::equal(model.forward(others, true), before);
    CHECK(same == (norms == norm_statistics::fixed));
    CHECK(torch::equal(model.forward(others, false), before) == same);  // the batch's move the running averages
    if (norms == norm_statistics::batch) continue;
    // What they are fixed to are the images' own statistics.
    network_model from_batch(graph, {.is_float = true});
    CHECK(torch::allclose(model.forward(images, false), from_batch.forward(images, true), 1e-3, 1e-3));
  }
}

TEST_CASE("settled batch norms have the images' statistics, and the outputs stay") {
  for (const auto& describe : {resnet18_cifar10, unet, tfc}) {
    const network graph = describe(small_resnet(0.125));
    CAPTURE(graph.name);
    const auto images = tensor_of(pixels(graph, 8, 3)), others = tensor_of(pixels(graph, 4, 4));
    torch::NoGradGuard constant;
    network_model model(graph, {.is_float = true});
    for (int i = 0; i < 5; ++i) model.forward(others, true);
    for (const auto& [name, tensor] : model.state())
      if (name.ends_with("_0.scale") || name.ends_with("_1.bias")) tensor.add_(0.5);
    CHECK_FALSE(torch::allclose(model.forward(images, true), model.forward(images, false), 1e-2, 1e-2));
    const torch::Tensor before = model.forward(images, false), of_others = model.forward(others, false);
    model.settle_norms(images);
    CHECK(torch::allclose(model.forward(others, false), of_others, 1e-3, 1e-4));
    // Of the images themselves, the batch's statistics are now the running ones.
    CHECK(torch::allclose(model.forward(images, true), before, 1e-3, 1e-4));
  }
}
