// SPDX-License-Identifier: Apache-2.0
// Does the order of addition matter? A register that saturates after every product ends somewhere else if the products
// come in another order; clipping the finished sum has no order. (Colbert, Pappalardo, Petri-Koenig: A2Q, supplement.)
//
//     example_orders_of_addition [ORDERS [FRAMES]]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "spillway/models/data/find_data.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/score.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/load/design.h"
#include "spillway/sim/engine.h"

using namespace spillway;

namespace {

/// The same shuffle everywhere: std::shuffle's draws are the library's own business.
std::vector<std::int64_t> shuffled(std::int64_t length, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(length));
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(seed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  return order;
}

/// The network in registers of P bits that saturate, on some images; trial -1 is the order of the hardware.
class orders {
 public:
  explicit orders(std::int64_t frames)
      : m_file((find_data("zoo") / "mnist-linear/qat-w8a1.onnx").string()),
        m_data(select_frames(load_dataset("binary-mnist"), 0, frames)) {
    const design exact = load_design(m_file);
    m_inputs = quantize_dataset(exact.integers, m_data);
    m_exact = compute_values(exact.flow, m_inputs);
  }

  run_score run(int bits, limit_scope scope, std::int64_t trial) const {
    design_options options;
    options.lowering.registers = {{"", accumulator_format{bits, overflow_mode::saturate, scope}}};
    const design of = load_design(m_file, options);
    run_options how;
    how.threads = std::max(1u, std::thread::hardware_concurrency());
    if (trial >= 0) how.order = shuffled(m_inputs.shape[1], 1 + static_cast<std::uint64_t>(trial));
    recorder events(0);
    return score_run(of.integers, run_fast_engine(of.flow, m_inputs, events, how).outputs, m_exact, m_data.labels);
  }

 private:
  std::string m_file;
  dataset m_data;
  integer_tensor m_inputs, m_exact;
};

void print(int bits, const char* scope, const std::vector<run_score>& trials) {
  double least = 1e9, greatest = 0, sum = 0, least_top1 = 1, greatest_top1 = 0;
  for (const run_score& trial : trials) {
    least = std::min(least, trial.mean_abs_error);
    greatest = std::max(greatest, trial.mean_abs_error);
    sum += trial.mean_abs_error;
    least_top1 = std::min(least_top1, trial.accuracy);
    greatest_top1 = std::max(greatest_top1, trial.accuracy);
  }
  fmt::print("P = {:<3} {:<12} {:>5} orders  mean absolute error {:.4f} {:.4f} {:.4f}  top-1 {:.1f}% to {:.1f}%\n",
             bits, scope, trials.size(), least, sum / static_cast<double>(trials.size()), greatest, 100 * least_top1,
             100 * greatest_top1);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::int64_t count = argc > 1 ? std::atoll(argv[1]) : 20, frames = argc > 2 ? std::atoll(argv[2]) : 200;
    const orders of(frames);
    for (const int bits : {12, 11, 10}) {
      print(bits, "final", {of.run(bits, limit_scope::final, -1)});
      print(bits, "hardware", {of.run(bits, limit_scope::per_product, -1)});
      std::vector<run_score> trials;
      for (std::int64_t trial = 0; trial < count; ++trial)
        trials.push_back(of.run(bits, limit_scope::per_product, trial));
      print(bits, "per_product", trials);
    }
  } catch (const std::exception& wrong) {
    fmt::print(stderr, "{}\n", wrong.what());
    return 1;
  }
  return 0;
}
