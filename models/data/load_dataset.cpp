// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/load_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "spillway/models/data/bit_packed.h"
#include "spillway/models/data/cifar.h"
#include "spillway/models/data/find_data.h"
#include "spillway/models/data/idx.h"
#include "spillway/models/data/labels.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/data/npz.h"
#include "spillway/models/onnx/tensor_file.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/is_there.h"
#include "spillway/models/support/text.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

// The names that MNIST's files have had.
constexpr std::array<std::pair<const char*, const char*>, 2> mnist_files{
    {{"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}, {"t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"}}};

constexpr const char* cifar_file = "test_batch.bin";

/// [frames, features] of the bytes.
integer_tensor flat(const idx_array& images) {
  const std::int64_t frames = images.shape[0];
  integer_tensor tensor =
      integer_tensor::zeros(unsigned_type(8), {frames, static_cast<std::int64_t>(images.bytes.size()) / frames});
  std::copy(images.bytes.begin(), images.bytes.end(), tensor.words.begin());
  return tensor;
}

dataset load_mnist(const fs::path& images_path, const fs::path& labels_path) {
  const idx_array images = read_idx(images_path.string()), labels = read_idx(labels_path.string());
  if (images.shape.size() != 3)
    throw input_error(
        fmt::format("{}: has {} dimensions; images have 3", shown_path(images_path.string()), images.shape.size()));
  if (labels.shape.size() != 1 || labels.shape[0] != images.shape[0])
    throw input_error(fmt::format("{}: shape [{}] is not one label for each of the {} images",
                                  shown_path(labels_path.string()), fmt::join(labels.shape, ", "), images.shape[0]));
  return {"mnist-test", flat(images), {labels.bytes.begin(), labels.bytes.end()}};
}

dataset load_reals(const fs::path& path, float_tensor tensor) {
  if (tensor.shape.size() < 2)
    throw input_error(fmt::format("{}: holds floats of [{}]; [frames, ...] is right", shown_path(path.string()),
                                  fmt::join(tensor.shape, ", ")));
  return {path.stem().string(), {}, {}, std::move(tensor)};
}

/// The frames in an array.
dataset frames_of(const fs::path& path, npy_array array) {
  if (auto* reals = std::get_if<float_tensor>(&array)) return load_reals(path, std::move(*reals));
  auto& tensor = std::get<integer_tensor>(array);
  if ((tensor.type != unsigned_type(8) && tensor.type != unsigned_type(1)) || tensor.shape.size() < 2)
    throw input_error(fmt::format("{}: holds {} of [{}]; uint8, bool or floats of [frames, features] are right",
                                  shown_path(path.string()), to_string(tensor.type), fmt::join(tensor.shape, ", ")));
  const std::int64_t frames = tensor.shape[0];
  tensor.shape = {frames, tensor.size() / frames};
  return {path.stem().string(), std::move(tensor), {}};
}

dataset load_npy(const fs::path& path) { return frames_of(path, read_any_npy(path.string())); }

std::size_t dimensions(const npy_array& array) {
  return std::visit([](const auto& tensor) { return tensor.shape.size(); }, array);
}

/// One array of frames, and one of classes or none: told apart by their dimensions, whatever they are called.
dataset load_npz(const fs::path& path) {
  std::map<std::string, npy_array> arrays = read_npz(path.string());
  std::vector<std::string> frames, classes, names;
  for (const auto& [name, array] : arrays) {
    (dimensions(array) > 1 ? frames : classes).push_back(name);
    names.push_back(printable(name));
  }
  if (frames.size() != 1 || classes.size() > 1)
    throw input_error(fmt::format(
        "{}: holds the arrays {}; one of frames [frames, ...], and one of classes [frames] or none, are right",
        shown_path(path.string()), fmt::join(names, ", ")));
  dataset data = frames_of(path, std::move(arrays.at(frames[0])));
  if (classes.empty()) return data;
  const std::string what = fmt::format("{}: array {}", shown_path(path.string()), printable(classes[0]));
  data.labels = labels_of(arrays.at(classes[0]), what);
  if (std::ssize(data.labels) != data.frames())
    throw input_error(fmt::format("{}: holds {} classes for {} frames", what, data.labels.size(), data.frames()));
  return data;
}

dataset load_cifar(const fs::path& path, const std::string& name) {
  dataset data = read_cifar_batch(path.string());
  data.name = name;
  return data;
}

dataset load_folder(const fs::path& folder) {
  if (is_there(folder / "dataset.json")) return load_described_dataset(folder.string());
  for (const auto& [images, labels] : mnist_files)
    if (is_there(folder / images) || is_there(folder / labels)) return load_mnist(folder / images, folder / labels);
  if (is_there(folder / cifar_file)) return load_cifar(folder / cifar_file, "cifar10-test");
  const bool is_compressed = is_there(folder / (std::string(mnist_files[0].first) + ".gz"));
  throw input_error(fmt::format("{}: holds neither dataset.json, nor {} with {}, nor {}{}", shown_path(folder.string()),
                                mnist_files[0].first, mnist_files[0].second, cifar_file,
                                is_compressed ? "; unpack the .gz files first (gunzip)" : ""));
}

dataset load_path(const fs::path& path) {
  std::error_code ignored;
  if (!is_there(path)) throw_io_error(path.string(), "read the data", ENOENT);
  if (fs::is_directory(path, ignored)) return load_folder(path);
  if (path.extension() == ".npy") return load_npy(path);
  if (path.extension() == ".npz") return load_npz(path);
  if (path.extension() == ".pb") return load_reals(path, read_onnx_tensor(path.string()));
  if (path.extension() == ".bin") return load_cifar(path, path.stem().string());
  throw config_error(fmt::format("{}: is a file; a folder with a dataset, or a .npy, .npz, .pb or .bin file, is right",
                                 shown_path(path.string())));
}

}  // namespace

dataset load_dataset(const std::string& name_or_path) {
  const fs::path path(name_or_path);
  const bool is_path = name_or_path.find('/') != std::string::npos || name_or_path == "." || name_or_path == ".." ||
                       path.extension() == ".npy" || path.extension() == ".npz" || path.extension() == ".pb" ||
                       path.extension() == ".bin";
  if (is_path) return load_path(path);
  std::optional<fs::path> found;
  try {
    found = find_data(name_or_path);
  } catch (const config_error&) {
    if (name_or_path.empty() || !is_there(path)) throw;
  }
  return load_path(found.value_or(path));
}

}  // namespace spillway
