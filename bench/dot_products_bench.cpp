// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <vector>

#include "spillway/bench/workloads.h"
#include "spillway/models/numbers/dot_product.h"
#include "spillway/sim/dot_rows.h"

namespace {

using namespace spillway;

constexpr std::int64_t rows = 1000, columns = 1000, vectors = 100;  // 1e8 products

/// 1e8 products through registers of 12 bits, addition by addition, on one thread: what `spillway.dot` of
/// bench/python_times.py is held to. With the layout of the weights, since Python's call has that, too.
void dot_rows_1e8(benchmark::State& state) {
  const integer_tensor weights = bench::random_tensor(signed_type(4), {rows, columns}, 1);
  const integer_tensor inputs = bench::random_tensor(signed_type(4), {vectors, columns}, 2);
  const accumulator_format format{12, overflow_mode::wrap, limit_scope::per_product};
  std::vector<std::int64_t> stored(rows), exact(rows), events(rows);
  for (auto _ : state) {
    const dot_rows registers(weights.words, rows, format, 1, 8);
    for (std::int64_t v = 0; v < vectors; ++v) {
      registers.run({inputs.at(v * columns), columns}, stored.data(), exact.data(), events.data());
      benchmark::DoNotOptimize(events.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * rows * columns * vectors);
}
BENCHMARK(dot_rows_1e8)->Unit(benchmark::kMillisecond);

/// The same, one dot product after the other.
void accumulate_1e8(benchmark::State& state) {
  const integer_tensor weights = bench::random_tensor(signed_type(4), {rows, columns}, 1);
  const integer_tensor inputs = bench::random_tensor(signed_type(4), {vectors, columns}, 2);
  const accumulator_format format{12, overflow_mode::wrap, limit_scope::per_product};
  for (auto _ : state)
    for (std::int64_t v = 0; v < vectors; ++v)
      for (std::int64_t row = 0; row < rows; ++row)
        benchmark::DoNotOptimize(accumulate<std::int64_t>(
            {weights.at(row * columns), columns}, {inputs.at(v * columns), columns}, 1, format, [](const auto&) {}));
  state.SetItemsProcessed(state.iterations() * rows * columns * vectors);
}
BENCHMARK(accumulate_1e8)->Unit(benchmark::kMillisecond);

}  // namespace
