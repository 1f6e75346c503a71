// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/memory_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace spillway {

void memory_word::add(const std::int64_t* words, std::int64_t word_count, int bits) {
  for (int bit = 0; bit < bits; ++bit) {
    const std::int64_t word = bit / 64;
    const std::int64_t value = word < word_count ? words[word] >> (bit % 64) : words[word_count - 1] >> 63;
    m_bits.push_back(static_cast<unsigned char>(value & 1));
  }
}

void memory_word::add(const integer_tensor& tensor, std::int64_t element) {
  const std::int64_t* words = tensor.at(element);
  if (tensor.type.is_bipolar) return m_bits.push_back(words[0] > 0 ? 1 : 0);
  add(words, tensor.type.words(), tensor.type.bits);
}

std::string memory_word::hex() const {
  std::string digits;
  for (std::size_t first = 0; first < m_bits.size(); first += 4) {
    unsigned digit = 0;
    for (std::size_t bit = first; bit < first + 4 && bit < m_bits.size(); ++bit)
      digit |= static_cast<unsigned>(m_bits[bit]) << (bit - first);
    digits.push_back("0123456789abcdef"[digit]);
  }
  return {digits.rbegin(), digits.rend()};
}

std::string literal(int bits, std::string_view hex) {
  static_assert(widest_literal % 4 == 0);
  std::string parts;
  for (int left = bits; left > 0; left -= widest_literal) {
    const int part = std::min(left, widest_literal);
    const std::size_t digits = static_cast<std::size_t>(part + 3) / 4;
    parts = fmt::format("{}'h{}{}{}", part, hex.substr(hex.size() - digits), parts.empty() ? "" : ", ", parts);
    hex.remove_suffix(digits);
  }
  return bits <= widest_literal ? parts : "{" + parts + "}";
}

std::string lines_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + "\n";
  return text;
}

}  // namespace spillway
