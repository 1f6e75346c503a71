// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/bit_packed.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "spillway/models/data/idx.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/sha256.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

void make_directory(const std::string& directory) {
  std::error_code failure;
  fs::create_directories(directory, failure);
  if (failure) throw_io_error(directory, "make the directory", failure.value());
}

void check(const bit_packed_description& description) {
  if (description.name.empty()) throw config_error("a dataset needs a name, for instance binary-mnist");
  if (description.threshold < 1 || description.threshold > 255)
    throw config_error(fmt::format("threshold = {} must be 1 to 255: a pixel of at least this much is a 1; nearest: {}",
                                   description.threshold, description.threshold < 1 ? 1 : 255));
}

/// [frames, ceil(features / 8)] of UINT8, the first feature in the most significant bit.
integer_tensor pack(const idx_array& images, int threshold) {
  const std::int64_t frames = images.shape[0];
  const std::int64_t features = static_cast<std::int64_t>(images.bytes.size()) / frames;
  const std::int64_t row_bytes = (features + 7) / 8;
  integer_tensor packed = integer_tensor::zeros(unsigned_type(8), {frames, row_bytes});
  for (std::int64_t f = 0; f < frames; ++f)
    for (std::int64_t i = 0; i < features; ++i)
      if (images.bytes[static_cast<std::size_t>(f * features + i)] >= threshold)
        *packed.at(f * row_bytes + i / 8) |= 0x80 >> (i % 8);
  return packed;
}

integer_tensor as_tensor(const idx_array& labels) {
  return integer_tensor::from(unsigned_type(8), labels.shape, {labels.bytes.begin(), labels.bytes.end()});
}

}  // namespace

void save_bit_packed(const std::string& images_idx, const std::string& labels_idx,
                     const bit_packed_description& description, const std::string& directory) {
  check(description);
  const idx_array images = read_idx(images_idx), labels = read_idx(labels_idx);
  if (labels.shape.size() != 1 || labels.shape[0] != images.shape[0])
    throw input_error(fmt::format("{}: shape [{}] is not one label for each of the {} images of {}",
                                  shown_path(labels_idx), fmt::join(labels.shape, ", "), images.shape[0],
                                  shown_path(images_idx)));
  make_directory(directory);
  const std::string packed = npy_bytes(pack(images, description.threshold)), classes = npy_bytes(as_tensor(labels));
  write_file_atomically((fs::path(directory) / "images.npy").string(), packed);
  write_file_atomically((fs::path(directory) / "labels.npy").string(), classes);
  nlohmann::ordered_json json;
  json["name"] = description.name;
  json["description"] = description.description;
  json["source"] = description.source;
  json["attribution"] = description.attribution;
  json["threshold"] = description.threshold;
  json["frames"] = images.shape[0];
  json["features"] = static_cast<std::int64_t>(images.bytes.size()) / images.shape[0];
  json["bits_per_feature"] = 1;
  json["images"] = "images.npy";
  json["labels"] = "labels.npy";
  json["sha256"] = {{"images.npy", sha256(packed)}, {"labels.npy", sha256(classes)}};
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  write_file_atomically((fs::path(directory) / "dataset.json").string(), json.dump(2, ' ', false, replace) + "\n");
}

}  // namespace spillway
