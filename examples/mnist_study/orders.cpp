// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <numeric>
#include <random>

#include "spillway/cli/interrupt.h"
#include "spillway/cli/progress.h"
#include "spillway/examples/mnist_study/study.h"
#include "spillway/models/data/score.h"
#include "spillway/sim/engine.h"

using namespace spillway;

namespace mnist_study {

namespace {

/// The same shuffle everywhere: std::shuffle's draws are the library's own business.
std::vector<std::int64_t> shuffled(std::int64_t length, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(length));
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(seed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  return order;
}

subject first_frames(subject of, std::int64_t frames) {
  const auto keep = [&](integer_tensor& tensor) {
    tensor.shape[0] = std::min(tensor.shape[0], frames);
    tensor.words.resize(static_cast<std::size_t>(tensor.size() * tensor.type.words()));
  };
  keep(of.inputs);
  keep(of.exact);
  of.labels.resize(static_cast<std::size_t>(of.inputs.shape[0]));
  return of;
}

/// Trial -1 is hardware order; trial t >= 0 has the same order at every P.
order_trial run_trial(const settings& options, const subject& of, int bits, limit_scope scope, std::int64_t trial) {
  run_options run;
  run.threads = options.threads;
  if (trial >= 0) run.order = shuffled(of.inputs.shape[1], options.seed + static_cast<std::uint64_t>(trial));
  recorder events(0);
  const dataflow flow = accelerator(options, of, {bits, overflow_mode::saturate, scope});
  const run_result result = run_fast_engine(flow, of.inputs, events, run);
  const run_score score = score_run(of.net, result.outputs, of.exact, of.labels);
  return {bits, std::string(to_string(scope)), trial, score.mean_abs_error, score.accuracy, events.total().events};
}

}  // namespace

bool run_orders(const settings& options, study_store& store) {
  constexpr std::int64_t trials_per_write = 50;
  const subject of = first_frames(load_subject(options, "qat-w8a1", "qat"), options.order_frames);
  const orderly_stop stop;
  progress bar("orders of addition", options.order_bits.size() * static_cast<std::size_t>(options.orders),
               options.quiet);
  std::uint64_t done = 0;
  for (const int bits : options.order_bits) {
    // The finished sum has no order: one trial says it all.
    if (store.order_trials(bits, "final") == 0) {
      const order_trial clipped = run_trial(options, of, bits, limit_scope::final, -1);
      store.write_order_trials({&clipped, 1});
    }
    std::vector<order_trial> finished;
    for (std::int64_t trial = store.order_trials(bits, "per_product") - 1; trial < options.orders; ++trial) {
      finished.push_back(run_trial(options, of, bits, limit_scope::per_product, trial));
      if (std::ssize(finished) == trials_per_write || trial + 1 == options.orders || interrupted()) {
        store.write_order_trials(finished);
        finished.clear();
      }
      bar.update(done + static_cast<std::uint64_t>(trial + 1));
      if (interrupted()) return false;
    }
    done += static_cast<std::uint64_t>(options.orders);
  }
  return true;
}

}  // namespace mnist_study
