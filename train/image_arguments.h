// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "spillway/models/onnx/write.h"
#include "spillway/models/paper_networks/network_options.h"
#include "spillway/train/image_task.h"
#include "spillway/train/image_training.h"
#include "spillway/train/network_model.h"

namespace CLI {
class App;
}

namespace spillway {

using describe_function = network (*)(const network_options&);

/// A command that trains networks on images, as far as all of them are alike.
struct image_command {
  const char* name;
  const char* what;  ///< for its help
  std::vector<std::pair<std::string, describe_function>> networks;
  bool is_augmented;            ///< unless --no-augmentation is given
  const char* norms = "batch";  ///< the default of --norms
};

/// What their command lines have in common.
struct image_arguments {
  const image_command* command = nullptr;
  std::string network_name, method = "qat", start, limit = "published", optimizer = "sgd", schedule = "step", norms,
                            layout = "channels-first", format = "qonnx";
  std::string from, output;
  network_options shape;
  model_options model;
  image_training training;
  onnx_dialect dialect = onnx_dialect::qonnx;
  std::int64_t slope = 2;
  int threads = 1, pause = 600;
  bool quiet = false, force = false, restart = false, width_given = false, scale_rate_given = false,
       slope_given = false, plain = false;
};

/// Adds these options to a command.
void add_image_options(CLI::App& command, image_arguments& args);

/// Notes which options were given. In the command's callback.
void note_given(const CLI::App& command, image_arguments& args);

/// The graph that is asked for. Throws `config_error` if there is none of that name, and `input_error` if --format
/// can't say it.
network describe(const image_arguments& args);

/// What makes this network again, without what does not matter to it (where data lies, progress, checkpoints);
/// `images` are the options that only this command has.
std::string recipe(const image_arguments& args, const std::string& images);

/// Fills in what follows from the options. Throws `config_error` that names the option, its value and what is legal.
void check_options(image_arguments& args);

/// What can't work is refused before hours of training, not after them. Throws `config_error` or `io_error`.
void check_output(const image_arguments& args);

/// A float model's output is its checkpoint; a quantized one's is beside the file that it becomes.
std::string checkpoint_path(const image_arguments& args);

/// Takes over a float network's checkpoint. Throws `input_error`, naming the file, if it is of another network.
void start_as(network_model& real, const std::string& path);

/// Starts from the float network of --from, if it is given, else from `weights`, if there are any; and calibrates on
/// `images` what needs it. Throws `input_error`, naming the file, if it is of another network.
void start_network(network_model& model, const image_arguments& args, const torch::Tensor& images,
                   const named_tensors& weights = {});

/// Metadata of the file: command, data, method, seed and epochs.
std::map<std::string, std::string> image_metadata(const image_arguments& args, const std::string& command,
                                                  const std::string& data);

/// Trains the task's network as the arguments say, goes on from a checkpoint where there is one, and shows progress.
/// Throws `stopped` if SIGTERM or SIGINT ends it; the checkpoint then has all that was done.
void train_task(network_model& model, const image_arguments& args, const std::string& recipe,
                std::unique_ptr<image_task> task, bool resumes);

/// True if a checkpoint is there to go on from.
bool resumes(const image_arguments& args);

}  // namespace spillway
