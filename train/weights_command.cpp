// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/output_file.h"
#include "spillway/train/checkpoint.h"
#include "spillway/train/commands.h"

namespace spillway {
namespace {

struct weights_arguments {
  std::string checkpoint, output;
  bool force = false;
};

int write_weights(const weights_arguments& args) {
  const checkpoint from = load_checkpoint(args.checkpoint);
  check_output(args.output, args.force);
  save_weights(args.output, from.place, from.tensors);
  fmt::print("{}: weights of `{}`\n", shown_path(args.output), from.place.recipe);
  return 0;
}

}  // namespace

void add_weights_command(CLI::App& app, train_action& action) {
  auto args = std::make_shared<weights_arguments>();
  CLI::App* command = app.add_subcommand(
      "weights", "Write what a checkpoint learned, and no more, in half precision: what other runs start from");
  command->add_option("checkpoint", args->checkpoint, "What a run wrote (.ckpt)")->required();
  command->add_option("-o,--output", args->output, "File to write, for --from")->required();
  command->add_flag("--force", args->force, "Replace a file that is there");
  command->footer("Example:\n  spillway-train weights float.ckpt -o start.ckpt\n");
  command->callback([args, &action] { action = [args] { return write_weights(*args); }; });
}

}  // namespace spillway
