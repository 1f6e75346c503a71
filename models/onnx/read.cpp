// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/read.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <limits>
#include <string>

#include "spillway/models/onnx/external_data.h"
#include "spillway/models/onnx/graph_reader.h"
#include "spillway/models/onnx/hardware_file.h"
#include "spillway/models/onnx/inline_functions.h"
#include "spillway/models/onnx/names.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {

namespace {

/// The version of ONNX's own operators.
std::int64_t opset_of(const onnx::ModelProto& model) {
  std::int64_t found = 0;
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    const bool standard = opset.domain().empty() || opset.domain() == "ai.onnx";
    if (standard) found = opset.version();
    // Before 7, Add, Mul and Gemm broadcast by an attribute.
    if (standard && opset.version() < 7)
      throw input_error(fmt::format("opset {} can't be taken; right: 7 or later", opset.version()));
  }
  if (found == 0) throw input_error("it names no ONNX opset; right: an opset_import of version 7 or later");
  return found;
}

/// `folder` is the model's, null if it has none.
network network_of(std::string_view bytes, const std::filesystem::path* folder) {
  onnx::ModelProto model;
  {
    const google::protobuf::LogSilencer silence;  // it would speak on stderr before we do
    if (bytes.size() > std::numeric_limits<std::int32_t>::max() ||
        !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      throw input_error("not an ONNX model, or a truncated or corrupt one");
  }
  if (!model.has_graph()) throw input_error("not an ONNX model: there is no graph in it");
  const std::int64_t opset = opset_of(model);
  inline_functions(model);
  if (folder != nullptr) read_external_data(model, *folder);
  network net = graph_reader(model.graph(), opset).read();
  for (const onnx::StringStringEntryProto& entry : model.metadata_props()) {
    check_name(entry.key(), "metadata key");
    if (!net.metadata.emplace(entry.key(), entry.value()).second)
      throw input_error(fmt::format("metadata key {}: it is there twice", entry.key()));
  }
  return net;
}

}  // namespace

namespace {

network named_network_of(std::string_view bytes, const std::string& name, const std::filesystem::path* folder) {
  try {
    return network_of(bytes, folder);
  } catch (const hardware_file_error& made) {
    throw hardware_file_error(fmt::format("{}: {}", shown_path(name), made.what()));
  } catch (const input_error& failure) {
    throw input_error(fmt::format("{}: {}", shown_path(name), failure.what()));
  }
}

}  // namespace

network read_qonnx_bytes(std::string_view bytes, const std::string& name) {
  return named_network_of(bytes, name, nullptr);
}

network read_qonnx(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path();
  return named_network_of(read_file(path.string(), std::numeric_limits<std::int32_t>::max()), path.string(), &folder);
}

}  // namespace spillway
