// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <string_view>
#include <vector>

namespace spillway {

/// The attributes of a node, checked: none twice, none of another type than asked for, none left unread.
class node_attributes {
 public:
  /// Throws `input_error`, naming the node, if a name occurs twice.
  node_attributes(const onnx::NodeProto& node, const std::string& name);

  /// Each throws `input_error` if the attribute is there but has another type.
  std::int64_t integer(std::string_view key, std::int64_t otherwise);
  bool boolean(std::string_view key, bool otherwise);  ///< 0 or 1
  float real(std::string_view key, float otherwise);   ///< finite
  std::string string(std::string_view key, std::string_view otherwise);
  std::vector<std::int64_t> integers(std::string_view key);  ///< empty if it is not there
  const onnx::AttributeProto* find(std::string_view key, onnx::AttributeProto::AttributeType type);

  /// Throws `input_error` for the first attribute that nobody asked for: what is not understood may change the meaning.
  void finish() const;

 private:
  const onnx::NodeProto& m_node;
  const std::string& m_name;
  std::vector<std::string_view> m_asked;
};

}  // namespace spillway
