// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "spillway/models/data/npy.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/train/commands.h"
#include "spillway/train/option_checks.h"
#include "spillway/train/super_resolution.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

struct patches_arguments {
  std::string images, output;
  int reduction = 1;
  std::int64_t test = 3, patch = 16;
  bool force = false;
};

/// Squares of images side by side, a frame each: [frames, 3 * side * side] of bytes.
struct patch_set {
  integer_tensor values{unsigned_type(8), {0, 0}, {}};

  void add(const torch::Tensor& square) {
    const torch::Tensor bytes = square.contiguous();
    const auto* first = bytes.data_ptr<std::uint8_t>();
    values.words.insert(values.words.end(), first, first + bytes.numel());
    values.shape = {values.shape[0] + 1, bytes.numel()};
  }
};

int write_patches(const patches_arguments& args) {
  require(args.reduction >= 1 && args.reduction <= 64, "reduction", args.reduction, "1 to 64");
  require(args.patch >= 4 && args.patch <= 1024, "patch", args.patch, "4 to 1024");
  require(args.test >= 1, "test", args.test, "1 or more");
  if (!args.force && fs::exists(fs::path(args.output) / "dataset.json"))
    throw config_error(fmt::format("{} holds a dataset already; --force replaces it", shown_path(args.output)));
  const auto images = read_resolution_pairs(args.images, args.reduction, args.patch * enlargement);
  const std::size_t first = images.size() - std::min<std::size_t>(images.size(), static_cast<std::size_t>(args.test));
  patch_set low, high;
  for (std::size_t i = first; i < images.size(); ++i)
    for (std::int64_t y = 0; y + args.patch <= images[i].low.size(1); y += args.patch)
      for (std::int64_t x = 0; x + args.patch <= images[i].low.size(2); x += args.patch) {
        const auto square = [&](const torch::Tensor& image, std::int64_t factor) {
          return image.narrow(1, factor * y, factor * args.patch).narrow(2, factor * x, factor * args.patch);
        };
        low.add(square(images[i].low, 1));
        high.add(square(images[i].high, enlargement));
      }
  std::error_code failed;
  fs::create_directories(args.output, failed);
  if (failed) throw_io_error(args.output, "make the directory", failed.value());
  const auto file = [&](const char* name) { return (fs::path(args.output) / name).string(); };
  write_npy(file("images.npy"), low.values);
  write_npy(file("targets.npy"), high.values);
  const nlohmann::ordered_json description{
      {"name", fmt::format("patches-{}", args.patch)},
      {"description",
       fmt::format("squares of {0} x {0} pixels of {1} images, reduced by {2}, and the same enlarged by {3}",
                   args.patch, images.size() - first, args.reduction, enlargement)},
      {"frames", low.values.shape[0]},
      {"features", low.values.shape[1]},
      {"bits_per_feature", 8},
      {"images", "images.npy"},
      {"targets", "targets.npy"}};
  write_file_atomically(file("dataset.json"), description.dump(2) + "\n");
  fmt::print("{}: {} patches\n", args.output, low.values.shape[0]);
  return 0;
}

}  // namespace

void add_patches_command(CLI::App& app, train_action& action) {
  auto args = std::make_shared<patches_arguments>();
  CLI::App* command =
      app.add_subcommand("patches", "Write images that training held out as patches with their targets");
  command->add_option("--images", args->images, "Folder of PNG and JPEG files (tools/get-photographs)")->required();
  command->add_option("--reduction", args->reduction, "Reduce images by this first")->capture_default_str();
  command->add_option("--test", args->test, "The last N images, by name: those that training held out")
      ->capture_default_str();
  command->add_option("--patch", args->patch, "Side of a patch, before it is enlarged")->capture_default_str();
  command->add_option("-o,--output", args->output, "Folder of the dataset")->required();
  command->add_flag("--force", args->force, "Replace a dataset that is there");
  command->footer("Example:\n  spillway-train patches --images build/photographs --reduction 4 -o build/patches\n");
  command->callback([args, &action] { action = [args] { return write_patches(*args); }; });
}

}  // namespace spillway
