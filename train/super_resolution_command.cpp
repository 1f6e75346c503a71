// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <numeric>
#include <span>

#include "spillway/models/paper_networks/espcn.h"
#include "spillway/models/paper_networks/unet.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/output_file.h"
#include "spillway/train/commands.h"
#include "spillway/train/image_arguments.h"
#include "spillway/train/interpolation_start.h"
#include "spillway/train/network_file.h"
#include "spillway/train/option_checks.h"
#include "spillway/train/photograph.h"
#include "spillway/train/super_resolution.h"
#include "spillway/train/threads.h"

namespace spillway {
namespace {

const image_command super_resolution{"super-resolution",
                                     "Train ESPCN or UNet to enlarge images by 3",
                                     {{"espcn", espcn}, {"unet", unet}},
                                     false,
                                     "fixed"};

/// Patches that scales of activations, and batch norms, are first set on.
constexpr std::int64_t calibration_patches = 64;

/// Pixels, of each square of --picture.
constexpr std::int64_t picture_side = 192;

struct resolution_arguments : image_arguments {
  std::string images, init = "interpolation", picture;
  int reduction = 1;
  std::int64_t test = 3, patch = 16, patches = 3200;
};

std::string options_of_images(const resolution_arguments& args) {
  return fmt::format(" --reduction {} --test {} --patch {} --patches {}{}", args.reduction, args.test, args.patch,
                     args.patches, args.from.empty() ? " --init " + args.init : "");
}

/// Weights to begin with, of --init.
enum class weight_init : unsigned char { interpolation, single, random };

weight_init parse_weight_init(std::string_view name) {
  constexpr std::array<std::string_view, 3> names{"interpolation", "single", "random"};
  return parse_name<weight_init>(name, names, "init");
}

void check_image_options(const resolution_arguments& args) {
  require(args.reduction >= 1 && args.reduction <= 64, "reduction", args.reduction, "1 to 64");
  require(args.patch >= 4 && args.patch <= 1024, "patch", args.patch, "4 to 1024");
  require(args.patches >= args.training.batch && args.patches <= 1 << 24, "patches", args.patches,
          "the batch to 16777216");
  parse_weight_init(args.init);
  require(args.test >= 1, "test", args.test, "1 or more");
}

void start(network_model& model, const resolution_arguments& args, const super_resolution_task& task) {
  std::vector<std::int64_t> frames(calibration_patches);
  std::iota(frames.begin(), frames.end(), 0);
  named_tensors weights;
  if (const weight_init init = parse_weight_init(args.init); init != weight_init::random)
    weights = interpolation_start(model, init == weight_init::single ? colour_copies::single : colour_copies::spread);
  start_network(model, args, task.patches(frames, args.training.seed, 0).first, weights);
}

void write_picture(const std::string& path, network_model& model, const resolution_pair& image) {
  const torch::Tensor squares = comparison(model, image, picture_side).permute({1, 2, 0}).contiguous();
  const auto* first = squares.data_ptr<std::uint8_t>();
  write_png(path, {squares.size(0), squares.size(1), {first, first + squares.numel()}});
}

int train_super_resolution(resolution_arguments args) {
  check_options(args);
  check_image_options(args);
  check_output(args);
  if (!args.picture.empty()) check_output(args.picture, args.force);
  set_threads(args.threads);
  args.shape.image_height = args.shape.image_width = args.patch;
  network_model model(describe(args), args.model);
  const auto images = read_resolution_pairs(args.images, args.reduction, args.patch * enlargement);
  const auto kept = static_cast<std::int64_t>(images.size()) - args.test;
  if (kept < 1)
    throw config_error(fmt::format("test = {}, but {} has {} images; right: at least one is left to train on",
                                   args.test, args.images, images.size()));
  const std::vector<resolution_pair> test(images.begin() + kept, images.end());
  auto task = std::make_unique<super_resolution_task>(
      std::vector<resolution_pair>(images.begin(), images.begin() + kept), test, args.patches, args.patch);
  const std::string made_by = recipe(args, options_of_images(args));
  const bool goes_on = resumes(args);
  if (!goes_on) start(model, args, *task);
  train_task(model, args, made_by, std::move(task), goes_on);
  const double reached = model_psnr(model, test), bicubic = bicubic_psnr(test);
  if (!args.model.is_float) {
    auto metadata = image_metadata(args, made_by, fmt::format("{} photographs", kept));
    metadata["spillway.training.test_psnr"] = fmt::format("{:.3f}", reached);
    metadata["spillway.training.bicubic_psnr"] = fmt::format("{:.3f}", bicubic);
    save_network(model, metadata, args.output, args.dialect);
  }
  if (!args.picture.empty()) write_picture(args.picture, model, test.front());
  fmt::print("{}: test PSNR {:.2f} dB, bicubic {:.2f} dB\n", args.output, reached, bicubic);
  return 0;
}

}  // namespace

void add_super_resolution_command(CLI::App& app, train_action& action) {
  auto args = std::make_shared<resolution_arguments>();
  args->command = &super_resolution;
  // The squared error is small beside a classifier's loss: rates that don't depend on its size, and no decay.
  args->optimizer = "adam";
  args->training.weight_decay = 0;
  args->training.batch = 16;
  args->schedule = "cosine";
  args->training.epochs = 12;
  args->training.learning_rate = 0.0005;
  CLI::App* command = app.add_subcommand(super_resolution.name, super_resolution.what);
  command->add_option("--images", args->images, "Folder of PNG and JPEG files (tools/get-photographs)")->required();
  command->add_option("--reduction", args->reduction, "Reduce images by this first")->capture_default_str();
  command->add_option("--test", args->test, "Hold out the last N images, by name, and score them each epoch")
      ->capture_default_str();
  command
      ->add_option(
          "--init", args->init,
          "Weights to begin with, without --from: interpolation (bilinear), single (likewise, but one channel a "
          "colour) or random")
      ->capture_default_str();
  command->add_option("--patch", args->patch, "Side of what is trained on, before it is enlarged")
      ->capture_default_str();
  command->add_option("--patches", args->patches, "Of an epoch")->capture_default_str();
  command->add_option(
      "--picture", args->picture,
      "A PNG file to write: the middle of the first held-out image, bicubic, by the network and as it is");
  add_image_options(*command, *args);
  command->footer(
      "Examples:\n"
      "  spillway-train super-resolution --images build/photographs --reduction 4 --method float -o float.ckpt\n"
      "  spillway-train super-resolution --images build/photographs --reduction 4 --method a2q_plus "
      "--accumulator-width 14 --start euclidean --from float.ckpt -o p14.onnx\n"
      "The same command again goes on from OUTPUT.ckpt.\n");
  command->callback([args, command, &action] {
    note_given(*command, *args);
    action = [args] { return train_super_resolution(*args); };
  });
}

}  // namespace spillway
