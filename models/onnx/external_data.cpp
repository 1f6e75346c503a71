// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/external_data.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>

#include "spillway/models/onnx/tensor.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

namespace fs = std::filesystem;

class external_reader {
 public:
  explicit external_reader(const fs::path& folder) : m_folder(fs::weakly_canonical(folder.empty() ? "." : folder)) {}

  void read(onnx::TensorProto& tensor, const std::string& what) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL) return;
    const place at = place_of(tensor, what);
    const std::int64_t needed = bytes_of(tensor, what);
    const fs::path file = inside(at.location, what);
    std::error_code failure;
    const auto size = static_cast<std::int64_t>(fs::file_size(file, failure));
    if (failure) throw input_error(fmt::format("{}: its data is in {}, which can't be read", what, shown(at.location)));
    if (at.length >= 0 && at.length != needed)
      throw input_error(fmt::format("{}: its shape needs {} bytes, but {} of {} are named", what, needed, at.length,
                                    shown(at.location)));
    if (at.offset > size || size - at.offset < needed)
      throw input_error(fmt::format("{}: it needs {} bytes from byte {} of {}, which has {}", what, needed, at.offset,
                                    shown(at.location), size));
    if (needed > m_left) throw input_error(fmt::format("{}: data in other files is beyond 2 GiB; right: less", what));
    m_left -= needed;
    std::string bytes(static_cast<std::size_t>(needed), '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.seekg(at.offset);
    if (!stream.read(bytes.data(), needed))
      throw input_error(fmt::format("{}: its data is in {}, which can't be read", what, shown(at.location)));
    tensor.set_raw_data(std::move(bytes));
    tensor.clear_external_data();
    tensor.clear_data_location();
  }

 private:
  struct place {
    std::string location;
    std::int64_t offset = 0, length = -1;  ///< in bytes; -1: not said
  };

  static std::string shown(const std::string& location) { return printable(location); }

  static std::int64_t number(const onnx::StringStringEntryProto& entry, const std::string& what) {
    const std::string& text = entry.value();
    std::int64_t value = -1;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || value < 0)
      throw input_error(
          fmt::format("{}: the {} of its data is {}; right: a number of bytes", what, entry.key(), printable(text)));
    return value;
  }

  static place place_of(const onnx::TensorProto& tensor, const std::string& what) {
    place result;
    for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
      if (entry.key() == "location") result.location = entry.value();
      if (entry.key() == "offset") result.offset = number(entry, what);
      if (entry.key() == "length") result.length = number(entry, what);
    }
    if (result.location.empty())
      throw input_error(fmt::format("{}: its data is in another file, whose location is not said", what));
    return result;
  }

  /// The file at `location`, which must be in the model's folder.
  fs::path inside(const std::string& location, const std::string& what) const {
    const auto fail = [&]() {
      throw input_error(
          fmt::format("{}: its data is in {}; right: a file in the model's folder", what, shown(location)));
    };
    if (location.find('\0') != std::string::npos || location.size() > 4096) fail();
    const fs::path relative(location);
    if (relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end()) fail();
    std::error_code failure;
    const fs::path file = fs::weakly_canonical(m_folder / relative, failure);
    if (failure || std::mismatch(m_folder.begin(), m_folder.end(), file.begin(), file.end()).first != m_folder.end())
      fail();
    if (fs::exists(file, failure) && !fs::is_regular_file(file, failure)) fail();
    return file;
  }

  fs::path m_folder;
  std::int64_t m_left = std::numeric_limits<std::int32_t>::max();
};

}  // namespace

void read_external_data(onnx::ModelProto& model, const std::filesystem::path& folder) {
  external_reader reader(folder);
  onnx::GraphProto& graph = *model.mutable_graph();
  for (onnx::TensorProto& tensor : *graph.mutable_initializer())
    reader.read(tensor, "initializer " + printable(tensor.name()));
  for (onnx::NodeProto& node : *graph.mutable_node())
    for (onnx::AttributeProto& attribute : *node.mutable_attribute())
      if (attribute.has_t()) reader.read(*attribute.mutable_t(), printable(node.name()));
}

}  // namespace spillway
