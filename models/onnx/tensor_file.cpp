// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/tensor_file.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include "spillway/models/onnx/tensor.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {

float_tensor read_onnx_tensor(const std::string& path) {
  const std::string content = read_file(path, std::int64_t{1} << 30);
  const std::string shown = shown_path(path);
  onnx::TensorProto tensor;
  const google::protobuf::LogSilencer silence;  // it would speak on stderr before we do
  if (!tensor.ParseFromString(content) || !tensor.has_data_type())
    throw input_error(fmt::format("{}: not an ONNX tensor, or a truncated or corrupt one", shown));
  const graph_constant constant = read_tensor(tensor, shown);
  if (constant.size() == 0) throw input_error(fmt::format("{}: it has no elements; right: 1 or more", shown));
  return as_floats(constant, shown);
}

}  // namespace spillway
