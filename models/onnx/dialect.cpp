// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/dialect.h"

#include <array>
#include <cstddef>

#include "spillway/models/support/nearest_name.h"

namespace spillway {

namespace {

constexpr std::array<std::string_view, 2> dialect_names{"qonnx", "qcdq"};

}  // namespace

std::string_view to_string(onnx_dialect dialect) { return dialect_names.at(static_cast<std::size_t>(dialect)); }

onnx_dialect parse_onnx_dialect(std::string_view name) {
  return parse_name<onnx_dialect>(name, dialect_names, "format");
}

}  // namespace spillway
