// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/idx.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/score.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/quantize/post_train_network.h"
#include "spillway/models/streamline/checked_write.h"
#include "spillway/models/streamline/differences.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/output_file.h"
#include "spillway/train/commands.h"

namespace spillway {
namespace {

/// A pixel of at least this much is a 1, where a network takes bits: as in mnist-linear.
constexpr std::uint8_t least_one = 128;

struct post_training_arguments {
  std::string model, accumulator, method = "greedy", limit = "published", format = "qonnx", calibrate, score, output;
  std::vector<std::string> leave;
  std::int64_t frames = 1000;
  post_training_options options;
  bool plain = false, force = false;
};

bool is_ptm(const post_training_arguments& args) { return args.method == "ptm"; }

bool takes_bits(const integer_network& net) { return net.input.type == unsigned_type(1) && net.input.steps.empty(); }

/// MNIST's training images, whose folder load_dataset reads the test images of.
dataset load_training_images(const std::filesystem::path& path, bool as_bits) {
  const idx_array images = read_idx(path.string());
  if (images.shape.size() != 3)
    throw input_error(
        fmt::format("{}: has {} dimensions; images have 3", shown_path(path.string()), images.shape.size()));
  dataset data{
      "mnist-train",
      integer_tensor::zeros(unsigned_type(as_bits ? 1 : 8), {images.shape[0], images.shape[1] * images.shape[2]}),
      {}};
  std::transform(images.bytes.begin(), images.bytes.end(), data.inputs.words.begin(),
                 [as_bits](std::uint8_t pixel) { return as_bits ? pixel >= least_one : pixel; });
  return data;
}

/// The first frames of the calibration data, as the file's network takes them.
float_tensor calibration_inputs(const post_training_arguments& args, const network& file, const integer_network& net) {
  if (args.frames < 1) throw config_error(fmt::format("--frames = {}; right: 1 or more", args.frames));
  const auto training = std::filesystem::path(args.calibrate) / "train-images-idx3-ubyte";
  const dataset data = std::filesystem::exists(training) ? load_training_images(training, takes_bits(net))
                                                         : load_dataset(args.calibrate);
  float_tensor inputs = real_inputs(data);
  std::int64_t size = 1;
  for (std::size_t d = 1; d < file.input_shape.size(); ++d) size *= file.input_shape[d];
  if (data.features() != size)
    throw config_error(
        fmt::format("{} has frames of {} features, but the network takes {}", data.name, data.features(), size));
  inputs.shape = file.input_shape;
  inputs.shape[0] = std::min(args.frames, data.frames());
  inputs.values.resize(static_cast<std::size_t>(inputs.shape[0] * size));
  return inputs;
}

std::optional<dataset> score_data(const post_training_arguments& args) {
  if (args.score.empty()) return std::nullopt;
  dataset data = load_dataset(args.score);
  if (data.labels.empty()) throw config_error(fmt::format("--score {}: the data has no labels", args.score));
  return data;
}

/// Top-1 of a network on labelled data, 0 to 1.
double accuracy_of(const network& file, const dataset& data) {
  const integer_network net = streamline(file);
  const integer_tensor outputs = evaluate(net, quantize_dataset(net, data));
  return score_run(net, outputs, outputs, data.labels).exact_accuracy;
}

void print_outcomes(const fitted_network& fitted, const post_training_arguments& args) {
  for (const layer_outcome& layer : fitted.layers) {
    fmt::print("{}: {} x {}, needs {} bits", layer.name, layer.rows, layer.columns, layer.minimal_bits);
    if (args.options.tiled) fmt::print(" ({} in a tile)", layer.minimal_inner_bits);
    fmt::print(", {:.1f}% zeros", 100 * layer.zeros);
    if (!is_ptm(args)) fmt::print(", outputs off by {:.2f}%", 100 * layer.relative_error);
    fmt::print("\n");
  }
  for (const skipped_layer& layer : fitted.skipped) fmt::print("{}: left as it is, {}\n", layer.name, layer.reason);
}

/// `12`, or `10x64:14` for tiles.
void set_accumulator(post_training_arguments& args) {
  const std::string& text = args.accumulator;
  if (text.find('x') != std::string::npos) {
    args.options.tiled = parse_tiled_format(text);
    return;
  }
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), args.options.accumulator_bits);
  if (failure != std::errc{} || end != text.data() + text.size())
    throw config_error(fmt::format("--accumulator {}; right: a width, for instance 12, or tiles, 10x64:14", text));
}

fitted_network fit(const post_training_arguments& args, const network& trained) {
  if (is_ptm(args)) return minimize_accumulators(trained);
  const float_tensor inputs = calibration_inputs(args, trained, streamline(trained));
  return post_train(trained, inputs, args.options, {args.leave.begin(), args.leave.end()});
}

/// What makes this file again from the trained one, without where the data lies.
std::string recipe(const post_training_arguments& args) {
  if (is_ptm(args)) return "post-training --method ptm";
  const post_training_options& o = args.options;
  std::string text = fmt::format("post-training --accumulator {} --method {}", args.accumulator, args.method);
  if (o.limit != norm_limit::published) text += fmt::format(" --limit {}", args.limit);
  if (o.sweeps > 0) text += fmt::format(" --sweeps {}", o.sweeps);
  if (!o.soft_threshold) text += " --no-soft-threshold";
  if (o.correct_bias) text += " --correct-bias";
  if (o.search_scale) text += " --search-scale";
  for (const std::string& layer : args.leave) text += " --leave " + layer;
  return text + fmt::format(" --frames {}", args.frames);
}

int post_train_file(post_training_arguments args) {
  if (is_ptm(args) == !args.accumulator.empty())
    throw config_error(is_ptm(args) ? "--accumulator is not for --method ptm, which finds the least width"
                                    : "--accumulator is missing, for instance --accumulator 12");
  if (!is_ptm(args)) {
    args.options.method = parse_post_training_method(args.method);
    if (args.calibrate.empty())
      throw config_error("--calibrate is missing: the data on which the trained network's outputs are kept");
    set_accumulator(args);
  }
  args.options.limit = parse_norm_limit(args.limit);
  args.options.soft_threshold = !args.plain;
  validate(args.options);
  const onnx_dialect dialect = parse_onnx_dialect(args.format);
  check_output(args.output, args.force);
  const network trained = read_qonnx(args.model);
  const std::optional<dataset> labelled = score_data(args);
  fitted_network fitted = fit(args, trained);
  fitted.net.metadata["spillway.post_training.command"] = recipe(args);
  streamline_report report;
  write_checked(fitted.net, args.output, dialect, &report);
  for (const assumption& of : report.assumptions) fmt::print(stderr, "note: {}\n", to_string(of));
  print_outcomes(fitted, args);
  if (labelled)
    fmt::print("top-1 {:.2f}%, before {:.2f}%\n", 100 * accuracy_of(read_qonnx(args.output), *labelled),
               100 * accuracy_of(trained, *labelled));
  return 0;
}

}  // namespace

void add_post_training_command(CLI::App& app, train_action& action) {
  auto args = std::make_shared<post_training_arguments>();
  CLI::App* command =
      app.add_subcommand("post-training", "Make a trained network fit a narrow accumulator, without training");
  post_training_options& o = args->options;
  command->add_option("MODEL", args->model, "QONNX or QCDQ file of the trained network")->required();
  command->add_option("--accumulator", args->accumulator, "Width P of every layer, or tiles, P_I x T : P_O (10x64:14)");
  command->add_option("--method", args->method, "greedy, two_sided, euclidean, naive, or ptm (claims what is proven)")
      ->capture_default_str();
  command->add_option("--limit", args->limit, "Of naive and euclidean: published or tight")->capture_default_str();
  command->add_option("--calibrate", args->calibrate,
                      "Data as `spillway simulate --data` takes it; of MNIST's folder, the training images");
  command->add_option("--frames", args->frames, "Calibrate on the first N frames")->capture_default_str();
  command->add_option("--sweeps", o.sweeps, "greedy: rounds of coordinate descent afterwards")->capture_default_str();
  command->add_flag("--no-soft-threshold", args->plain, "greedy: only the running budget limits a weight");
  command->add_flag("--correct-bias", o.correct_bias, "Give the mean error of a layer to its bias or batch norm");
  command->add_flag("--search-scale", o.search_scale, "Choose each channel's weight scale for the least error, too");
  command->add_option("--leave", args->leave, "A layer to leave as it is (may be given again)")
      ->allow_extra_args(false);
  command->add_option("--score", args->score, "Labelled data to score the network on, before and after");
  command->add_option("-o,--output", args->output, "The ONNX file to write")->required();
  command->add_option("--format", args->format, "Of the file: qonnx, or qcdq (weights of a byte each)")
      ->capture_default_str();
  command->add_flag("--force", args->force, "Replace a file that is there");
  command->footer(
      "Examples:\n"
      "  spillway-train post-training qat.onnx --method ptm -o ptm.onnx\n"
      "  spillway-train post-training qat.onnx --accumulator 12 --calibrate build/mnist --score binary-mnist -o "
      "p12.onnx\n"
      "  spillway-train post-training qat.onnx --accumulator 10x64:14 --calibrate build/mnist -o tiled.onnx\n");
  command->callback([args, &action] { action = [args] { return post_train_file(*args); }; });
}

}  // namespace spillway
