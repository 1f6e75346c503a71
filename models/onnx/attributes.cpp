// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/text.h"

namespace spillway {

using onnx::AttributeProto;

node_attributes::node_attributes(const onnx::NodeProto& node, const std::string& name) : m_node(node), m_name(name) {
  std::set<std::string_view> seen;
  for (const AttributeProto& attribute : node.attribute())
    if (!seen.insert(attribute.name()).second)
      throw input_error(fmt::format("{}: attribute {} is given twice", name, printable(attribute.name())));
}

const AttributeProto* node_attributes::find(std::string_view key, AttributeProto::AttributeType type) {
  m_asked.push_back(key);
  for (const AttributeProto& attribute : m_node.attribute()) {
    if (attribute.name() != key) continue;
    if (attribute.type() != type)
      throw input_error(fmt::format("{}: attribute {} has type {}; right: {}", m_name, key,
                                    AttributeProto::AttributeType_Name(attribute.type()),
                                    AttributeProto::AttributeType_Name(type)));
    return &attribute;
  }
  return nullptr;
}

std::int64_t node_attributes::integer(std::string_view key, std::int64_t otherwise) {
  const AttributeProto* attribute = find(key, AttributeProto::INT);
  return attribute ? attribute->i() : otherwise;
}

bool node_attributes::boolean(std::string_view key, bool otherwise) {
  const std::int64_t value = integer(key, otherwise ? 1 : 0);
  if (value != 0 && value != 1)
    throw input_error(fmt::format("{}: attribute {} = {}; right: 0 or 1", m_name, key, value));
  return value == 1;
}

float node_attributes::real(std::string_view key, float otherwise) {
  const AttributeProto* attribute = find(key, AttributeProto::FLOAT);
  const float value = attribute ? attribute->f() : otherwise;
  if (!std::isfinite(value)) throw input_error(fmt::format("{}: attribute {} = {}; right: finite", m_name, key, value));
  return value;
}

std::string node_attributes::string(std::string_view key, std::string_view otherwise) {
  const AttributeProto* attribute = find(key, AttributeProto::STRING);
  return attribute ? attribute->s() : std::string(otherwise);
}

std::vector<std::int64_t> node_attributes::integers(std::string_view key) {
  const AttributeProto* attribute = find(key, AttributeProto::INTS);
  if (!attribute) return {};
  return {attribute->ints().begin(), attribute->ints().end()};
}

void node_attributes::finish() const {
  for (const AttributeProto& attribute : m_node.attribute()) {
    if (std::find(m_asked.begin(), m_asked.end(), attribute.name()) != m_asked.end()) continue;
    const std::string shown = printable(attribute.name());
    const std::string_view nearest = nearest_name(shown, m_asked);
    throw input_error(fmt::format("{}: attribute {} is unknown for {}; {}", m_name, shown, printable(m_node.op_type()),
                                  nearest.empty() ? "right: none" : fmt::format("nearest: {}", nearest)));
  }
}

}  // namespace spillway
