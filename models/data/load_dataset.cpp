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
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/find_data.h"
#include "spillway/models/data/labels.h"
#include "spillway/models/data/mnist.h"
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

constexpr const char* cifar_file = "test_batch.bin";

/// `what` is the file, as messages name it.
dataset load_reals(const std::string& what, const std::string& name, float_tensor tensor) {
  if (tensor.shape.size() < 2)
    throw input_error(
        fmt::format("{}: holds floats of [{}]; [frames, ...] is right", what, fmt::join(tensor.shape, ", ")));
  return {name, {}, {}, std::move(tensor)};
}

/// Integers that are neither pixels nor bits are the real numbers that they are.
float_tensor reals_of(const std::string& what, const integer_tensor& tensor) {
  float_tensor reals{tensor.shape, {}};
  reals.values.reserve(tensor.words.size());
  for (std::int64_t e = 0; e < tensor.size(); ++e) {
    const double exact = to_double(tensor, e);
    reals.values.push_back(static_cast<float>(exact));
    if (static_cast<double>(reals.values.back()) != exact)
      throw input_error(
          fmt::format("{}: holds {:.0f}, which is no float32; integers up to 2^24 are right", what, exact));
  }
  return reals;
}

dataset frames_of(const fs::path& path, npy_array array) {
  return dataset_of(shown_path(path.string()), path.stem().string(), std::move(array));
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
  if (const auto files = mnist_test_files(folder)) return load_mnist(files->first, files->second, "mnist-test");
  if (is_there(folder / cifar_file)) return load_cifar(folder / cifar_file, "cifar10-test");
  const bool is_compressed = is_there(folder / "t10k-images-idx3-ubyte.gz");
  throw input_error(fmt::format(
      "{}: holds neither dataset.json, nor t10k-images-idx3-ubyte with t10k-labels-idx1-ubyte, nor {}{}",
      shown_path(folder.string()), cifar_file, is_compressed ? "; unpack the .gz files first (gunzip)" : ""));
}

dataset load_path(const fs::path& path) {
  std::error_code ignored;
  if (!is_there(path)) throw_io_error(path.string(), "read the data", ENOENT);
  if (fs::is_directory(path, ignored)) return load_folder(path);
  if (path.extension() == ".npy") return load_npy(path);
  if (path.extension() == ".npz") return load_npz(path);
  if (path.extension() == ".pb")
    return load_reals(shown_path(path.string()), path.stem().string(), read_onnx_tensor(path.string()));
  if (path.extension() == ".bin") return load_cifar(path, path.stem().string());
  throw config_error(fmt::format("{}: is a file; a folder with a dataset, or a .npy, .npz, .pb or .bin file, is right",
                                 shown_path(path.string())));
}

/// The folder or the file that is meant.
fs::path find_path(const std::string& name_or_path) {
  const fs::path path(name_or_path);
  const bool is_path = name_or_path.find('/') != std::string::npos || name_or_path == "." || name_or_path == ".." ||
                       path.extension() == ".npy" || path.extension() == ".npz" || path.extension() == ".pb" ||
                       path.extension() == ".bin";
  if (is_path) return path;
  try {
    return find_data(name_or_path);
  } catch (const config_error&) {
    if (name_or_path.empty() || !is_there(path)) throw;
  }
  return path;
}

}  // namespace

dataset dataset_of(const std::string& what, const std::string& name, npy_array array) {
  if (auto* reals = std::get_if<float_tensor>(&array)) return load_reals(what, name, std::move(*reals));
  auto& tensor = std::get<integer_tensor>(array);
  if (tensor.shape.size() < 2)
    throw input_error(fmt::format("{}: holds {} of [{}]; [frames, ...] is right", what, to_string(tensor.type),
                                  fmt::join(tensor.shape, ", ")));
  if (tensor.type != unsigned_type(8) && tensor.type != unsigned_type(1))
    return load_reals(what, name, reals_of(what, tensor));
  const std::int64_t frames = tensor.shape[0];
  tensor.shape = {frames, frames == 0 ? 0 : tensor.size() / frames};
  return {name, std::move(tensor), {}};
}

dataset load_dataset(const std::string& name_or_path, std::optional<std::int64_t> held_back) {
  const data_split split = parse_data_split(name_or_path);
  // A file or a folder may have such a name itself.
  if (split.set != name_or_path && is_there(name_or_path)) return load_path(name_or_path);
  const fs::path path = find_path(split.set);
  if (split.of == data_split::part::test) return load_path(path);
  if (!is_there(path)) throw_io_error(path.string(), "read the data", ENOENT);
  if (split.of == data_split::part::train) return load_training_images(path, 0);
  if (!held_back)
    throw config_error(
        fmt::format("{}: which images training held back is said by a network's file, and this one does not say it; "
                    "expected the data by name, such as {}:train with frames to skip",
                    shown_path(name_or_path), shown_path(split.set)));
  return load_training_images(path, *held_back);
}

}  // namespace spillway
