// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/data_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "spillway/models/data/cifar.h"
#include "spillway/models/data/idx.h"
#include "spillway/models/data/mnist.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/is_there.h"

namespace spillway {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<const char*, data_split::part>, 3> parts{
    {{":test", data_split::part::test},
     {":train", data_split::part::train},
     {":validation", data_split::part::validation}}};

constexpr int cifar_batches = 5;

fs::path cifar_batch(const fs::path& folder, int number) { return folder / fmt::format("data_batch_{}.bin", number); }

std::string word(const network& file, const char* key) {
  const auto found = file.metadata.find(key);
  return found == file.metadata.end() ? std::string() : found->second;
}

/// Puts the frames of `batch` before those of `all`.
void put_before(dataset batch, dataset& all) {
  if (all.labels.empty()) {
    all = std::move(batch);
    return;
  }
  const std::int64_t frames = batch.frames() + all.frames();
  batch.inputs.words.insert(batch.inputs.words.end(), all.inputs.words.begin(), all.inputs.words.end());
  batch.inputs.shape[0] = frames;
  batch.labels.insert(batch.labels.end(), all.labels.begin(), all.labels.end());
  all = std::move(batch);
}

/// Of the batches only those that hold some of the last images.
dataset load_cifar_training(const fs::path& folder, std::int64_t last) {
  dataset all;
  std::int64_t before = 0;
  for (int number = cifar_batches; number >= 1; --number) {
    const std::string batch = cifar_batch(folder, number).string();
    if (last > 0 && !all.labels.empty() && all.frames() >= last)
      before += count_cifar_records(batch);
    else
      put_before(read_cifar_batch(batch), all);
  }
  all.first_frame = before;
  all.name = "cifar10-train";
  return all;
}

}  // namespace

data_split parse_data_split(const std::string& text) {
  for (const auto& [ending, part] : parts)
    if (text.size() > std::string_view(ending).size() && text.ends_with(ending))
      return {text.substr(0, text.size() - std::string_view(ending).size()), part};
  return {text};
}

dataset load_training_images(const fs::path& folder, std::int64_t last) {
  dataset all;
  if (const auto files = mnist_training_files(folder))
    all = load_mnist(files->first, files->second, "mnist-train", last);
  else if (is_there(cifar_batch(folder, 1)))
    all = load_cifar_training(folder, last);
  else
    throw input_error(
        fmt::format("{}: holds no training images; train-images-idx3-ubyte with train-labels-idx1-ubyte (MNIST), or "
                    "data_batch_1.bin to data_batch_5.bin (CIFAR-10) are right",
                    shown_path(folder.string())));
  if (last > all.first_frame + all.frames())
    throw config_error(
        fmt::format("{}: {} images cannot have been held back of {}", all.name, last, all.first_frame + all.frames()));
  if (last == 0) return all;
  all.name = all.name.substr(0, all.name.find('-')) + "-validation";
  const std::int64_t skip = all.frames() - last;
  return select_frames(std::move(all), skip, 0);
}

std::optional<std::int64_t> images_held_back(const network& file) {
  std::istringstream words(word(file, "spillway.training.command"));
  for (std::string one; words >> one;) {
    if (one != "--validate" || !(words >> one)) continue;
    std::int64_t count = 0;
    const auto [end, wrong] = std::from_chars(one.data(), one.data() + one.size(), count);
    if (wrong == std::errc() && end == one.data() + one.size() && count > 0) return count;
  }
  return std::nullopt;
}

std::optional<std::string> validation_of(const network& file) {
  if (!images_held_back(file)) return std::nullopt;
  const std::string data = word(file, "spillway.training.data");
  if (data.starts_with("CIFAR-10")) return "cifar10:validation";
  // Binary MNIST is another data set, of bits.
  if (data.starts_with("MNIST") && data.find("pixel >=") == std::string::npos) return "mnist:validation";
  return std::nullopt;
}

}  // namespace spillway
