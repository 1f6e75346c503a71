// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/image_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>

#include "spillway/models/quantize/weight_start.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/output_file.h"
#include "spillway/train/epoch_progress.h"
#include "spillway/train/image_trainer.h"
#include "spillway/train/linear_file.h"
#include "spillway/train/stop_signal.h"
#include "spillway/train/threads.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

void add_training_options(CLI::App& command, image_arguments& args) {
  image_training& t = args.training;
  command.add_option("--seed", t.seed, "Of the first weights, the order and the augmentation")->capture_default_str();
  command.add_option("--epochs", t.epochs, "Passes over the images")->capture_default_str();
  command.add_option("--batch", t.batch, "Images a step")->capture_default_str();
  command.add_option("--optimizer", args.optimizer, "sgd or adam")->capture_default_str();
  command.add_option("--momentum", t.momentum, "Of sgd")->capture_default_str();
  command.add_option("--learning-rate", t.learning_rate, "The first rate; of one-cycle the greatest")
      ->capture_default_str();
  command.add_option("--scale-learning-rate", t.scale_learning_rate,
                     "The same, of log2 of scales and norms; that of the weights if not given");
  command.add_option("--weight-decay", t.weight_decay, "Of the weights")->capture_default_str();
  command.add_option("--schedule", args.schedule, "step (times --decay), cosine (to 0) or one-cycle (up, then to 0)")
      ->capture_default_str();
  command.add_option("--decay", t.decay, "Factor of the rate in the step schedule")->capture_default_str();
  command.add_option("--decay-epochs", t.decay_epochs, "Epochs from one step to the next")->capture_default_str();
  command.add_option("--warm-up", t.warm_up, "Share of all steps in which the one-cycle schedule rises")
      ->capture_default_str();
  command
      .add_option("--average", t.average, "Decay of a moving average of all weights, which is what comes out; 0: none")
      ->capture_default_str();
  command.add_option("--penalty", t.penalty, "Lambda, of A2Q's and A2Q+'s norms or of wrapnet's overflow")
      ->capture_default_str();
  args.norms = args.command->norms;
  command
      .add_option("--norms", args.norms,
                  "What batch norms take in training: statistics of the batch, or fixed ones, set at the start")
      ->capture_default_str();
  if (args.command->is_augmented)
    command.add_flag("--no-augmentation", args.plain, "Images as they are: neither moved nor mirrored");
}

}  // namespace

void add_image_options(CLI::App& command, image_arguments& args) {
  std::vector<std::string> names;
  for (const auto& [name, make] : args.command->networks) names.push_back(name);
  args.network_name = names.front();
  command.add_option("--network", args.network_name, fmt::format("{}", fmt::join(names, " or ")))
      ->capture_default_str();
  command.add_option("--width", args.shape.width_multiplier, "Share of the channels")->capture_default_str();
  command.add_option("--method", args.method, "float, qat, a2q, a2q_plus or wrapnet")->capture_default_str();
  command.add_option("--weight-bits", args.shape.weight_bits, "M, of the hidden layers")->capture_default_str();
  command.add_option("--input-bits", args.shape.activation_bits, "N, likewise")->capture_default_str();
  command.add_option("--accumulator-width", args.model.accumulator_bits, "P, likewise");
  command.add_option("--slope", args.slope, "K of wrapnet's reduction, whole")->capture_default_str();
  command.add_option("--limit", args.limit, "Of A2Q: published or tight")->capture_default_str();
  command.add_option("--start", args.start, "Of weights: naive, euclidean or centred")->default_val("naive");
  command.add_option("--from", args.from, "Checkpoint of a float network to start from");
  add_training_options(command, args);
  command.add_option("--layout", args.layout, "Of tensors: channels-first, or channels-last, which is faster")
      ->capture_default_str();
  command.add_option("--threads", args.threads, "Results are repeatable for one number")->capture_default_str();
  command.add_option("--checkpoint-every", args.pause, "Seconds; and after each epoch")->capture_default_str();
  command.add_option("-o,--output", args.output, "The ONNX file to write (of float: the checkpoint)")->required();
  command.add_option("--format", args.format, "Of the file: qonnx, or qcdq (weights of a byte each)")
      ->capture_default_str();
  command.add_flag("--quiet", args.quiet, "No progress");
  command.add_flag("--force", args.force, "Replace a file that is there");
  command.add_flag("--restart", args.restart, "Begin anew where a checkpoint is there, which else is gone on from");
}

void note_given(const CLI::App& command, image_arguments& args) {
  args.width_given = command.get_option("--accumulator-width")->count() > 0;
  args.slope_given = command.get_option("--slope")->count() > 0;
  args.scale_rate_given = command.get_option("--scale-learning-rate")->count() > 0;
}

network describe(const image_arguments& args) {
  std::vector<std::string_view> names;
  for (const auto& [name, make] : args.command->networks) {
    names.push_back(name);
    if (name != args.network_name) continue;
    network graph = make(args.shape);
    if (!args.model.is_float && args.dialect != onnx_dialect::qonnx) qonnx_bytes(graph, args.dialect);
    return graph;
  }
  refuse_name("network", args.network_name, names);
}

std::string recipe(const image_arguments& args, const std::string& images) {
  const image_training& t = args.training;
  std::string text = fmt::format("{} --network {} --width {} --method {}", args.command->name, args.network_name,
                                 args.shape.width_multiplier, args.method);
  const auto add = [&](const char* name, const auto& value) { text += fmt::format(" --{} {}", name, value); };
  if (!args.model.is_float) {
    add("weight-bits", args.shape.weight_bits);
    add("input-bits", args.shape.activation_bits);
  }
  if (!args.model.is_float && args.model.method != weight_method::qat) {
    add("accumulator-width", args.model.accumulator_bits);
    add("start", to_string(args.model.start));
    if (args.model.method == weight_method::a2q) add("limit", to_string(args.model.limit));
    add("penalty", t.penalty);
  }
  if (args.model.reduction) {
    add("accumulator-width", args.model.reduction->bits);
    add("slope", args.model.reduction->slope);
    add("penalty", t.penalty);
  }
  add("seed", t.seed);
  add("epochs", t.epochs);
  add("batch", t.batch);
  add("optimizer", to_string(t.optimizer));
  if (t.optimizer == optimizer_kind::sgd) add("momentum", t.momentum);
  add("learning-rate", t.learning_rate);
  if (!args.model.is_float) add("scale-learning-rate", t.scale_learning_rate);
  add("weight-decay", t.weight_decay);
  add("schedule", to_string(t.schedule));
  if (t.schedule == rate_schedule::step) {
    add("decay", t.decay);
    add("decay-epochs", t.decay_epochs);
  }
  if (t.schedule == rate_schedule::one_cycle) add("warm-up", t.warm_up);
  if (t.average != 0) add("average", t.average);
  if (args.model.layout != tensor_layout::channels_first) add("layout", to_string(args.model.layout));
  // Unsaid where batch is the default: recipes from before there was a choice stay what they were.
  const std::string norms = to_string(args.model.norms);
  if (norms != "batch" || norms != args.command->norms) add("norms", norms);
  if (args.command->is_augmented && !t.augmented) text += " --no-augmentation";
  text += images;
  if (args.threads != 1) add("threads", args.threads);
  if (!args.from.empty()) add("from", fs::path(args.from).filename().string());
  return text;
}

void check_options(image_arguments& args) {
  args.model.is_float = args.method == "float";
  const bool reduces = args.method == "wrapnet";
  if (!args.model.is_float && !reduces) args.model.method = parse_weight_method(args.method);
  const bool limited = reduces || (!args.model.is_float && args.model.method != weight_method::qat);
  if (args.width_given != limited)
    throw config_error(args.width_given
                           ? "--accumulator-width is for --method a2q, a2q_plus and wrapnet: others know no accumulator"
                           : fmt::format("--method {} needs --accumulator-width, for instance 16", args.method));
  if (args.slope_given && !reduces) throw config_error("--slope is for --method wrapnet: others reduce nothing");
  if (reduces) {
    args.model.reduction = cyclic_reduction{args.model.accumulator_bits, args.slope};
    validate(*args.model.reduction);
  }
  args.model.limit = parse_norm_limit(args.limit);
  args.model.start = parse_weight_start(args.start);
  args.model.norms = parse_norm_statistics(args.norms);
  args.model.layout = parse_tensor_layout(args.layout);
  args.training.optimizer = parse_optimizer_kind(args.optimizer);
  args.training.schedule = parse_rate_schedule(args.schedule);
  args.dialect = parse_onnx_dialect(args.format);
  if (reduces && args.dialect != onnx_dialect::qonnx)
    throw config_error("--format qcdq has no form for the thresholds of wrapnet's reduction; right: qonnx");
  args.training.augmented = args.command->is_augmented && !args.plain;
  if (!args.scale_rate_given) args.training.scale_learning_rate = args.training.learning_rate;
  args.shape.calibration_images = 0;
  if (args.threads < 1 || args.threads > 1024)
    throw config_error(fmt::format("threads = {}; right: 1 to 1024", args.threads));
  if (args.pause < 0) throw config_error(fmt::format("checkpoint-every = {}; right: 0 seconds or more", args.pause));
  validate(args.training);
}

void check_output(const image_arguments& args) { check_output(args.output, args.model.is_float || args.force); }

std::string checkpoint_path(const image_arguments& args) {
  return args.model.is_float ? args.output : args.output + ".ckpt";
}

void start_as(network_model& real, const std::string& path) {
  const checkpoint from = load_checkpoint(path);
  try {
    real.start_from(from.tensors);
  } catch (const input_error& e) {
    throw input_error(
        fmt::format("{}: a checkpoint of another network ({}): {}", shown_path(path), from.place.recipe, e.what()));
  }
}

void start_network(network_model& model, const image_arguments& args, const torch::Tensor& images,
                   const named_tensors& weights) {
  const bool fixed = model.options().norms == norm_statistics::fixed;
  named_tensors start = weights;
  if (!args.from.empty()) {
    network_model real(model.graph(), {.is_float = true});
    start_as(real, args.from);
    start = real.state();
  }
  if (!start.empty()) {
    network_model real(model.graph(), {.is_float = true});
    real.start_from(start);
    if (fixed || args.from.empty()) real.settle_norms(images);
    model.start_from(real.state());
  }
  if (!model.options().is_float || (fixed && start.empty())) model.calibrate(images);
}

std::map<std::string, std::string> image_metadata(const image_arguments& args, const std::string& command,
                                                  const std::string& data) {
  const std::string prefix = "spillway.training.";
  const std::string format =
      args.dialect == onnx_dialect::qonnx ? "" : fmt::format(" --format {}", to_string(args.dialect));
  std::map<std::string, std::string> result{{training_command_key, command + format},
                                            {training_data_key, data},
                                            {prefix + "method", args.method},
                                            {prefix + "seed", fmt::to_string(args.training.seed)},
                                            {prefix + "epochs", fmt::to_string(args.training.epochs)}};
  if (args.model.reduction) {
    result[prefix + "accumulator_bits"] = fmt::to_string(args.model.reduction->bits);
    result[prefix + "slope"] = fmt::to_string(args.model.reduction->slope);
    result[prefix + "overflow_penalty"] = fmt::to_string(args.training.penalty);
  }
  return result;
}

bool resumes(const image_arguments& args) { return fs::exists(checkpoint_path(args)) && !args.restart; }

void train_task(network_model& model, const image_arguments& args, const std::string& recipe,
                std::unique_ptr<image_task> task, bool resumes) {
  image_trainer trainer(model, args.training, std::move(task));
  trainer.keep_checkpoints(checkpoint_path(args), args.output + ".csv", recipe, std::chrono::seconds(args.pause));
  if (resumes) trainer.resume();
  epoch_progress progress(fs::path(args.output).filename().string(), args.quiet);
  keep_freed_memory();
  note_stop_signals();
  const auto stop = [] { return stop_signal() != 0; };
  if (!trainer.run([&](const epoch_report& report) { progress.update(report); }, stop))
    throw stopped(
        fmt::format("stopped by signal {}; the same command goes on from {}", stop_signal(), checkpoint_path(args)),
        stop_signal());
}

}  // namespace spillway
