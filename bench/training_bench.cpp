// SPDX-License-Identifier: Apache-2.0
// A step of training, forward and backward, with and without quantizers, on one thread, for both layouts of tensors.
// "float" is the same network in plain LibTorch: convolutions, batch norms and ReLUs. Images are random: only the time
// counts.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/autograd.h>

#include <optional>
#include <string>

#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/train/network_model.h"

namespace {

using namespace spillway;

constexpr std::int64_t batch = 64;

void train_step(benchmark::State& state, network (*describe)(const network_options&), double width,
                std::optional<weight_method> method, tensor_layout layout) {
  at::set_num_threads(1);
  network_options shape;
  shape.width_multiplier = width;
  shape.calibration_images = 0;
  model_options options;
  options.is_float = !method;
  options.method = method.value_or(weight_method::qat);
  options.accumulator_bits = 14;
  options.layout = layout;
  network_model model(describe(shape), options);
  const auto images = torch::rand({batch, 3, 32, 32});
  const auto labels = torch::randint(10, {batch}, torch::kInt64);
  if (method) model.calibrate(images);
  for (auto _ : state) {
    const auto loss = torch::nll_loss(torch::log_softmax(model.forward(images, true), 1), labels);
    (loss.to(torch::kDouble) + 1e-3 * model.penalty()).backward();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * batch);
}

void add(const std::string& name, network (*describe)(const network_options&), double width) {
  const std::pair<const char*, std::optional<weight_method>> methods[] = {{"float", std::nullopt},
                                                                          {"qat", weight_method::qat},
                                                                          {"a2q", weight_method::a2q},
                                                                          {"a2q_plus", weight_method::a2q_plus}};
  for (const auto& [method_name, method] : methods)
    for (const tensor_layout layout : {tensor_layout::channels_first, tensor_layout::channels_last}) {
      const auto step = [=, of = method](benchmark::State& state) { train_step(state, describe, width, of, layout); };
      const std::string width_name = std::to_string(width).substr(0, 5);
      benchmark::RegisterBenchmark((name + "/" + width_name + "/" + method_name + "/" + to_string(layout)).c_str(),
                                   step)
          ->Unit(benchmark::kMillisecond);
    }
}

}  // namespace

int main(int argc, char** argv) {
  for (const double width : {0.125, 0.25, 1.0}) {
    add("resnet18", resnet18_cifar10, width);
    add("mobilenet_v1", mobilenet_v1_cifar10, width);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
