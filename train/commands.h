// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace spillway {

// One function a command of `spillway-train`: it adds the command to `app` and sets `action` if the command line asks
// for it. The action returns the exit code; errors are exceptions.

using train_action = std::function<int()>;

void add_binarize_command(CLI::App& app, train_action& action);
void add_image_commands(CLI::App& app, train_action& action);
void add_mnist_linear_command(CLI::App& app, train_action& action);
void add_patches_command(CLI::App& app, train_action& action);
void add_post_training_command(CLI::App& app, train_action& action);
void add_super_resolution_command(CLI::App& app, train_action& action);
void add_weights_command(CLI::App& app, train_action& action);
void add_zoo_table_command(CLI::App& app, train_action& action);

}  // namespace spillway
