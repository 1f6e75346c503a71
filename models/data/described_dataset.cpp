// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "spillway/models/data/bit_packed.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/json_file.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/read_file.h"
#include "spillway/models/support/sha256.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 12> known_keys{"name",      "description", "source",   "attribution",
                                                      "threshold", "frames",      "features", "bits_per_feature",
                                                      "images",    "labels",      "targets",  "sha256"};

/// A folder with dataset.json, and what it says.
class described_folder {
 public:
  explicit described_folder(const std::string& directory)
      : m_directory(directory),
        m_path((fs::path(directory) / "dataset.json").string()),
        m_json(read_json_object(m_path)) {
    for (const auto& item : m_json.items())
      if (std::find(known_keys.begin(), known_keys.end(), item.key()) == known_keys.end())
        refuse(fmt::format("there is no key '{}'; nearest: {}", shown_path(item.key()),
                           nearest_name(item.key(), known_keys)));
  }

  dataset load() const {
    const std::int64_t frames = number("frames", 1, std::int64_t{1} << 31);
    const std::int64_t features = number("features", 1, std::int64_t{1} << 31);
    const std::int64_t bits = bits_per_feature();
    for (const char* key : {"description", "source", "attribution"})
      if (m_json.contains(key) && !m_json.at(key).is_string()) refuse(fmt::format("{} must be a text", key));
    if (m_json.contains("threshold")) number("threshold", 1, 255);
    dataset data;
    data.name = text("name");
    integer_tensor stored = array("images", {frames, bits == 1 ? (features + 7) / 8 : features});
    data.inputs = bits == 1 ? unpack(stored, features) : std::move(stored);
    if (m_json.contains("labels")) {
      const integer_tensor labels = array("labels", {frames});
      data.labels.assign(labels.words.begin(), labels.words.end());
    }
    if (m_json.contains("targets")) data.targets = targets(frames);
    return data;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw input_error(fmt::format("{}: {}", shown_path(m_path), what));
  }

  const nlohmann::json& value(const char* key) const {
    if (!m_json.contains(key)) refuse(fmt::format("has no key '{}'", key));
    return m_json.at(key);
  }

  std::string text(const char* key) const {
    if (!value(key).is_string() || value(key).get<std::string>().empty())
      refuse(fmt::format("{} must be a text that is not empty", key));
    return value(key).get<std::string>();
  }

  std::int64_t number(const char* key, std::int64_t low, std::int64_t high) const {
    const nlohmann::json& json = value(key);
    if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) ||
        json.get<std::int64_t>() < low || json.get<std::int64_t>() > high)
      refuse(fmt::format("{} must be an integer from {} to {}, not {}", key, low, high, shown_path(json.dump())));
    return json.get<std::int64_t>();
  }

  std::int64_t bits_per_feature() const {
    const nlohmann::json& json = value("bits_per_feature");
    if (!json.is_number_integer() || (json != 1 && json != 8))
      refuse(fmt::format("bits_per_feature must be 1 or 8, not {}", shown_path(json.dump())));
    return json.get<std::int64_t>();
  }

  /// The path of the file that a key names; its checksum, if one is given, is right.
  std::string file_of(const char* key) const {
    const std::string name = text(key);
    if (name.find('/') != std::string::npos || name == "." || name == "..")
      refuse(fmt::format("{} = '{}' must be a file's name, without folders", key, shown_path(name)));
    std::string path = (fs::path(m_directory) / name).string();
    check_digest(name, path);
    return path;
  }

  /// Reads the UINT8 array that a key names.
  integer_tensor array(const char* key, const std::vector<std::int64_t>& shape) const {
    const std::string path = file_of(key);
    integer_tensor tensor = read_npy(path);
    if (tensor.type != unsigned_type(8) || tensor.shape != shape)
      throw input_error(fmt::format("{}: holds {} of [{}], but dataset.json needs UINT8 of [{}]", shown_path(path),
                                    to_string(tensor.type), fmt::join(tensor.shape, ", "), fmt::join(shape, ", ")));
    return tensor;
  }

  /// Of any number of values a frame.
  integer_tensor targets(std::int64_t frames) const {
    const std::string path = file_of("targets");
    integer_tensor tensor = read_npy(path);
    if (tensor.type != unsigned_type(8) || tensor.shape.size() != 2 || tensor.shape[0] != frames)
      throw input_error(fmt::format("{}: holds {} of [{}], but dataset.json needs UINT8 of [{}, values]",
                                    shown_path(path), to_string(tensor.type), fmt::join(tensor.shape, ", "), frames));
    return tensor;
  }

  void check_digest(const std::string& name, const std::string& path) const {
    if (!m_json.contains("sha256")) return;
    const nlohmann::json& digests = m_json.at("sha256");
    if (!digests.is_object() || !digests.contains(name) || !digests.at(name).is_string())
      refuse(fmt::format("sha256 must be an object with the digest of '{}'", shown_path(name)));
    const std::string digest = sha256(read_file(path, std::int64_t{1} << 30));
    if (digest != digests.at(name).get<std::string>())
      throw input_error(fmt::format(
          "{}: its SHA-256 is {}..., but dataset.json says {}...; the file is damaged or of "
          "another version",
          shown_path(path), digest.substr(0, 12), shown_path(digests.at(name).get<std::string>().substr(0, 12))));
  }

  /// [frames, ceil(features / 8)] of UINT8 to [frames, features] of UINT1.
  integer_tensor unpack(const integer_tensor& packed, std::int64_t features) const {
    const std::int64_t frames = packed.shape[0], row_bytes = packed.shape[1];
    integer_tensor bits = integer_tensor::zeros(unsigned_type(1), {frames, features});
    for (std::int64_t f = 0; f < frames; ++f) {
      const std::int64_t* from = packed.at(f * row_bytes);
      std::int64_t* to = bits.at(f * features);
      for (std::int64_t i = 0; i < features; ++i) to[i] = from[i / 8] >> (7 - i % 8) & 1;
      if (features % 8 != 0 && (from[row_bytes - 1] & (0xff >> features % 8)) != 0)
        refuse(fmt::format("frame {} has ones beyond its {} features", f, features));
    }
    return bits;
  }

  const std::string& m_directory;
  std::string m_path;
  nlohmann::json m_json;
};

}  // namespace

dataset load_described_dataset(const std::string& directory) { return described_folder(directory).load(); }

}  // namespace spillway
