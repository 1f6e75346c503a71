// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "spillway/cli/interrupt.h"
#include "spillway/cli/progress.h"
#include "spillway/examples/mnist_study/study.h"
#include "spillway/models/certificates/certificate.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/score.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/finn/model.h"
#include "spillway/sim/engine.h"

using namespace spillway;

namespace mnist_study {

namespace {

constexpr int widest = 20, narrowest = 8;  // P

/// One point, before it is run: which network, which register.
struct plan {
  std::string network, method;
  accumulator_format format;
};

std::vector<plan> plan_points() {
  std::vector<plan> plans{{"qat-w8a1", "qat", {32, overflow_mode::wrap, limit_scope::per_product}}};
  for (int bits = widest; bits >= narrowest; --bits)
    for (const overflow_mode overflow : {overflow_mode::wrap, overflow_mode::saturate})
      for (const limit_scope scope : {limit_scope::per_product, limit_scope::per_cycle, limit_scope::final})
        plans.push_back({"qat-w8a1", "qat", {bits, overflow, scope}});
  const auto add_trained = [&](const std::string& method, int from) {
    for (int bits = from; bits >= narrowest; --bits)
      plans.push_back(
          {fmt::format("{}-w8a1-p{}", method, bits), method, {bits, overflow_mode::wrap, limit_scope::per_product}});
  };
  add_trained("a2q", 19);
  add_trained("a2q_plus", 18);
  return plans;
}

study_point run_point(const settings& options, const plan& what, const subject& of, recorder& events) {
  const dataflow flow = accelerator(options, of, what.format);
  run_options run;
  run.threads = options.threads;
  const run_result result = run_fast_engine(flow, of.inputs, events, run);
  const run_score score = score_run(of.net, result.outputs, of.exact, of.labels);
  study_point point;
  point.counts = events.total();
  point.mean_abs_error = score.mean_abs_error;
  point.accuracy = score.accuracy;
  point.luts = finn_cost(flow).luts;
  point.grade = of.certified_bits <= what.format.bits ? "proved" : "simulated";
  point.certified_bits = of.certified_bits;
  return point;
}

training_row describe_training(const subject& of) {
  const integer_tensor& weights = matrix_layers(of.net).back()->weights;
  std::int64_t l1_max = 0;
  for (std::int64_t row = 0; row < weights.shape[0]; ++row) {
    std::int64_t l1 = 0;
    for (std::int64_t k = 0; k < weights.shape[1]; ++k) l1 += std::abs(*weights.at(row * weights.shape[1] + k));
    l1_max = std::max(l1_max, l1);
  }
  const auto zeros = std::count(weights.words.begin(), weights.words.end(), 0);
  training_row row;
  row.network = of.name;
  row.method = of.method;
  row.bits = matrix_layers(of.net).back()->claimed_bits.value_or(32);
  row.sparsity = static_cast<double>(zeros) / static_cast<double>(weights.size());
  row.l1_max = l1_max;
  return row;
}

}  // namespace

std::vector<std::string> networks() {
  std::vector<std::string> names;
  for (const plan& point : plan_points())
    if (std::find(names.begin(), names.end(), point.network) == names.end()) names.push_back(point.network);
  return names;
}

subject load_subject(const settings& options, const std::string& name, const std::string& method) {
  subject result{name, method, streamline(read_qonnx(options.zoo / (name + ".onnx"))), {}, {}, {}, 0};
  const dataset data = load_dataset("binary-mnist");
  result.inputs = data.inputs;
  result.labels = data.labels;
  result.exact = evaluate(result.net, result.inputs);
  const integer_layer& layer = *matrix_layers(result.net).back();
  for (const channel_certificate& certificate : certify(layer.weights, layer.input_type))
    result.certified_bits = std::max(result.certified_bits, certificate.minimal_bits());
  return result;
}

dataflow accelerator(const settings& options, const subject& of, accumulator_format format) {
  unit_options unit;
  unit.pe = options.pe;
  unit.simd = options.simd;
  unit.accumulator = format;
  return lower(of.net, {unit});
}

bool run_points(const settings& options, study_store& store) {
  const std::vector<plan> plans = plan_points();
  const orderly_stop stop;
  progress bar("accumulators", plans.size(), options.quiet);
  std::optional<subject> of;
  std::vector<training_row> training;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const plan& what = plans[i];
    if (!of || of->name != what.network) {
      of = load_subject(options, what.network, what.method);
      training.push_back(describe_training(*of));
      store.write_training(training);
    }
    const study_key key{what.network,
                        what.method,
                        what.format.bits,
                        std::string(to_string(what.format.overflow)),
                        std::string(to_string(what.format.scope)),
                        static_cast<std::uint64_t>(of->inputs.shape[0])};
    if (!store.has_point(static_cast<std::int64_t>(i), key)) {
      recorder events(0);
      study_point point = run_point(options, what, *of, events);
      point.point = static_cast<std::int64_t>(i);
      point.key = key;
      store.write_point(point, events.counts(0));
    }
    bar.update(i + 1);
    if (interrupted()) return false;
  }
  return true;
}

}  // namespace mnist_study
