// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/checkpoint.h"

#include <fmt/format.h>
#include <torch/optim/optimizer.h>
#include <torch/optim/serialize.h>
#include <torch/serialize.h>

#include <map>
#include <sstream>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {
namespace {

constexpr std::int64_t format_version = 1;
constexpr std::int64_t largest_file = std::int64_t{1} << 33;

/// LibTorch's messages have a line of ours first, and a stack behind it.
template <typename Function>
auto guarded(const std::string& path, Function function) {
  try {
    return function();
  } catch (const c10::Error&) {
    throw input_error(fmt::format("{}: no checkpoint, or a truncated one; right: a file that spillway-train wrote",
                                  shown_path(path)));
  }
}

std::string text(torch::serialize::InputArchive& archive, const char* key) {
  c10::IValue value;
  archive.read(key, value);
  return value.toStringRef();
}

/// Tensors under one key, their names, a line each, under another.
void write_tensors(torch::serialize::OutputArchive& archive, const std::string& key, const std::string& names_key,
                   const named_tensors& from) {
  torch::serialize::OutputArchive tensors;
  std::string names;
  std::int64_t count = 0;
  for (const auto& [name, tensor] : from) {
    names += name + "\n";
    tensors.write(fmt::format("tensor{}", count++), tensor.detach());
  }
  archive.write(names_key, c10::IValue(names));
  archive.write(key, tensors);
}

named_tensors read_tensors(torch::serialize::InputArchive& archive, const char* key, const char* names_key) {
  named_tensors result;
  torch::serialize::InputArchive tensors;
  archive.read(key, tensors);
  std::istringstream names(text(archive, names_key));
  std::string name;
  for (std::int64_t i = 0; std::getline(names, name); ++i) {
    torch::Tensor tensor;
    tensors.read(fmt::format("tensor{}", i), tensor);
    result.emplace_back(name, tensor);
  }
  return result;
}

std::int64_t whole(torch::serialize::InputArchive& archive, const char* key) {
  c10::IValue value;
  archive.read(key, value);
  return value.toInt();
}

/// What checkpoints and weights alone both hold.
void write_place(torch::serialize::OutputArchive& archive, const training_place& place, const named_tensors& tensors) {
  archive.write("format", c10::IValue(format_version));
  archive.write("recipe", c10::IValue(place.recipe));
  archive.write("epoch", c10::IValue(std::int64_t{place.epoch}));
  archive.write("step", c10::IValue(place.step));
  archive.write("loss_sum", c10::IValue(place.loss_sum));
  archive.write("correct", c10::IValue(place.correct));
  archive.write("log", c10::IValue(place.log));
  write_tensors(archive, "tensors", "names", tensors);
}

void write_archive(const std::string& path, torch::serialize::OutputArchive& archive) {
  std::ostringstream bytes;
  archive.save_to(bytes);
  write_file_atomically(path, bytes.str());
}

}  // namespace

void save_checkpoint(const std::string& path, const training_place& place, const network_model& model,
                     const torch::optim::Optimizer& optimizer, const named_tensors& average) {
  torch::serialize::OutputArchive archive, state;
  write_place(archive, place, model.state());
  if (!average.empty()) write_tensors(archive, "average", "average_names", average);
  optimizer.save(state);
  archive.write("optimizer", state);
  write_archive(path, archive);
}

void save_weights(const std::string& path, const training_place& place, const named_tensors& tensors) {
  named_tensors small;
  for (const auto& [name, tensor] : tensors)
    small.emplace_back(name, tensor.to(tensor.numel() >= least_halved ? torch::kHalf : torch::kFloat));
  torch::serialize::OutputArchive archive;
  write_place(archive, place, small);
  write_archive(path, archive);
}

checkpoint load_checkpoint(const std::string& path) {
  checkpoint result;
  result.bytes = read_file(path, largest_file);
  guarded(path, [&] {
    torch::serialize::InputArchive archive;
    archive.load_from(result.bytes.data(), result.bytes.size());
    if (whole(archive, "format") != format_version)
      throw input_error(fmt::format("{}: a checkpoint of another version of spillway-train", shown_path(path)));
    training_place& place = result.place;
    place.recipe = text(archive, "recipe");
    place.epoch = static_cast<int>(whole(archive, "epoch"));
    place.step = whole(archive, "step");
    c10::IValue loss_sum;
    archive.read("loss_sum", loss_sum);
    place.loss_sum = loss_sum.toDouble();
    place.correct = whole(archive, "correct");
    place.log = text(archive, "log");
    result.tensors = read_tensors(archive, "tensors", "names");
    if (c10::IValue names; archive.try_read("average_names", names))
      result.average = read_tensors(archive, "average", "average_names");
  });
  return result;
}

void restore(const checkpoint& from, const std::string& path, network_model& model,
             torch::optim::Optimizer& optimizer) {
  const std::map<std::string, torch::Tensor> tensors(from.tensors.begin(), from.tensors.end());
  torch::NoGradGuard constant;
  for (const auto& [name, tensor] : model.state()) {
    const auto found = tensors.find(name);
    if (found == tensors.end() || found->second.sizes() != tensor.sizes() || tensors.size() != model.state().size())
      throw input_error(fmt::format("{}: a checkpoint of another network ({}); right: one of {}", shown_path(path),
                                    from.place.recipe, model.graph().name));
    tensor.copy_(found->second);
  }
  guarded(path, [&] {
    torch::serialize::InputArchive archive, state;
    archive.load_from(from.bytes.data(), from.bytes.size());
    if (!archive.try_read("optimizer", state))
      throw input_error(
          fmt::format("{}: weights alone, from which no run goes on; right: --from, in another run", shown_path(path)));
    optimizer.load(state);
  });
}

}  // namespace spillway
