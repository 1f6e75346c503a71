// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/sha256.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace spillway {

std::string sha256(std::string_view content) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data());
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace spillway
