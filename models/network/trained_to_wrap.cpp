// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/network/trained_to_wrap.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <system_error>

#include "spillway/models/support/error.h"

namespace spillway {

std::optional<int> trained_to_wrap(const network& file) {
  const auto said = [&](const char* key) {
    const auto found = file.metadata.find(key);
    return found == file.metadata.end() ? std::string("nothing") : found->second;
  };
  if (said("spillway.training.method") != "wrapnet") return std::nullopt;
  const char* key = "spillway.training.accumulator_bits";
  const std::string text = said(key);
  int bits = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (failure != std::errc() || end != text.data() + text.size() || bits < 2 || bits > 16)
    throw input_error(
        fmt::format("metadata {}: {}; right: the 2 to 16 bits in which a WrapNet was trained to wrap", key, text));
  return bits;
}

}  // namespace spillway
