// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "spillway/manual/manual_command.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/version.h"
#include "spillway/train/commands.h"
#include "spillway/train/stop_signal.h"

namespace {

int fail(const std::string& what, int code) {
  std::string line = what;
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  fmt::print(stderr, "spillway-train: {}\n", line);
  return code;
}

/// One line and an exit code for whatever goes wrong: 1 training failed, 2 bad usage or input, 3 the system refused,
/// 128 and the signal's number: stopped.
int guarded(const spillway::train_action& action) {
  try {
    const int code = action();
    if (std::fflush(stdout) != 0) return fail("stdout: cannot write", 3);
    return code;
  } catch (const spillway::stopped& e) {
    return fail(e.what(), e.code);
  } catch (const spillway::io_error& e) {
    return fail(e.what(), 3);
  } catch (const spillway::config_error& e) {
    return fail(e.what(), 2);
  } catch (const spillway::input_error& e) {
    return fail(e.what(), 2);
  } catch (const std::exception& e) {
    return fail(e.what(), 1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Train quantized networks and write them as QONNX files", "spillway-train");
  app.require_subcommand(1);
  spillway::train_action action;
  spillway::add_binarize_command(app, action);
  spillway::add_image_commands(app, action);
  spillway::add_mnist_linear_command(app, action);
  spillway::add_patches_command(app, action);
  spillway::add_post_training_command(app, action);
  spillway::add_super_resolution_command(app, action);
  spillway::add_weights_command(app, action);
  spillway::add_zoo_table_command(app, action);
  spillway::manual::add_manual_command(app, "spillway " + spillway::version(),
                                       [&action](spillway::train_action set) { action = std::move(set); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    return fail(std::string(e.what()) + "; see --help", 2);
  }
  return guarded(action);
}
