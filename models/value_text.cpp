// SPDX-License-Identifier: Apache-2.0
#include "models/value_text.h"

#include "models/big_int.h"

namespace spillway {

std::string value_text(const std::int64_t* words, integer_type type) {
  if (type.is_narrow()) return std::to_string(*words);
  return load({words, static_cast<std::size_t>(type.words())}, type).str();
}

}  // namespace spillway
