// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/value_text.h"

#include "spillway/models/numbers/big_int.h"

namespace spillway {

std::string value_text(const std::int64_t* words, integer_type type) {
  if (type.fits_int64()) return std::to_string(*words);
  return load({words, static_cast<std::size_t>(type.words())}, type).str();
}

}  // namespace spillway
