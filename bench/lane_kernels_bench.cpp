// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "spillway/bench/workloads.h"
#include "spillway/sim/units/lane_kernels.h"

namespace {

using namespace spillway;
using namespace spillway::detail;

/// One iteration of 16 x 16 products, as each processor's code does it: the arithmetic alone.
void lane_kernel_16x16(benchmark::State& state, lane_target target, limit_scope scope) {
  const integer_tensor values = bench::random_tensor(signed_type(4), {16, 16}, 7);
  std::vector<std::int8_t> weights(values.words.begin(), values.words.end());
  std::vector<lane_input> inputs;
  for (std::int32_t lane = 0; lane < 16; ++lane) inputs.push_back({lane, lane % 15 - 7});
  std::vector<std::int32_t> registers(16), exact(16), events(16), now(16);
  const lane_iteration iteration{weights.data(),   16,           inputs.data(), std::ssize(inputs), registers.data(),
                                 registers.data(), exact.data(), events.data(), now.data()};
  const accumulator_format format{9, overflow_mode::wrap, scope};
  const lane_kernel kernel = find_lane_kernel(target, true, 16, format);
  for (auto _ : state) {
    std::fill(exact.begin(), exact.end(), 0);
    benchmark::DoNotOptimize(kernel(iteration, format.bits));
  }
  state.SetItemsProcessed(state.iterations() * 256);
}

[[maybe_unused]] const bool registered = [] {
  for (const lane_target target : lane_targets())
    for (const limit_scope scope : {limit_scope::per_product, limit_scope::per_cycle})
      benchmark::RegisterBenchmark(fmt::format("lane_kernel_16x16/{}/{}", to_string(target), to_string(scope)).c_str(),
                                   lane_kernel_16x16, target, scope);
  return true;
}();

}  // namespace
