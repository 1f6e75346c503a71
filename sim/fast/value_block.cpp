// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/value_block.h"

#include <algorithm>
#include <cstring>

#include "spillway/sim/fast/clones.h"

namespace spillway::detail {

namespace {

constexpr std::int64_t slack = 64;  // bytes behind the elements that kernels may read

std::int64_t bytes_of(element_kind kind, integer_type type) {
  switch (kind) {
    case element_kind::u8:
    case element_kind::s8:
      return 1;
    case element_kind::s16:
      return 2;
    case element_kind::s32:
      return 4;
    case element_kind::s64:
    case element_kind::words:
      break;
  }
  return 8 * std::int64_t{type.words()};
}

// Target clones can't be templates: one function for each pair of types, all of the same loop.
#define SPILLWAY_CONVERT(From, To)                                                               \
  SPILLWAY_CLONES void convert(const std::From##_t* from, std::int64_t count, std::To##_t* to) { \
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::To##_t>(from[i]);          \
  }
#define SPILLWAY_CONVERT_BOTH(Element) \
  SPILLWAY_CONVERT(Element, int32)     \
  SPILLWAY_CONVERT(Element, int64) SPILLWAY_CONVERT(int32, Element) SPILLWAY_CONVERT(int64, Element)

SPILLWAY_CONVERT_BOTH(uint8)
SPILLWAY_CONVERT_BOTH(int8)
SPILLWAY_CONVERT_BOTH(int16)
SPILLWAY_CONVERT(int32, int32)
SPILLWAY_CONVERT(int32, int64)
SPILLWAY_CONVERT(int64, int32)
SPILLWAY_CONVERT(int64, int64)

}  // namespace

element_kind kind_of(integer_type type) {
  if (!type.fits_int64()) return element_kind::words;
  if (type.min64() >= 0 && type.max64() <= 255) return element_kind::u8;
  const int bits = type.bits + (type.is_signed ? 0 : 1);
  if (bits <= 8) return element_kind::s8;
  if (bits <= 16) return element_kind::s16;
  return bits <= 32 ? element_kind::s32 : element_kind::s64;
}

value_block::value_block(integer_type type, std::int64_t elements)
    : m_type(type),
      m_kind(detail::kind_of(type)),
      m_elements(elements),
      m_element_bytes(bytes_of(m_kind, type)),
      m_bytes(static_cast<std::size_t>(elements * m_element_bytes + slack)) {}

template <class Lane>
void value_block::load(std::int64_t first, std::int64_t count, Lane* to) const {
  visit_kind(m_kind, [&]<class T>(std::type_identity<T>) {
    convert(reinterpret_cast<const T*>(m_bytes.data()) + first, count, to);
  });
}

template <class Lane>
void value_block::store(std::int64_t first, std::int64_t count, const Lane* from) {
  if (m_kind == element_kind::words) {
    for (std::int64_t i = 0; i < count; ++i) {
      auto* words = reinterpret_cast<std::int64_t*>(at(first + i));
      std::fill_n(words, m_type.words(), from[i] < 0 ? -1 : 0);
      words[0] = from[i];
    }
    return;
  }
  visit_kind(m_kind, [&]<class T>(std::type_identity<T>) {
    convert(from, count, reinterpret_cast<T*>(m_bytes.data()) + first);
  });
}

template void value_block::load(std::int64_t, std::int64_t, std::int32_t*) const;
template void value_block::load(std::int64_t, std::int64_t, std::int64_t*) const;
template void value_block::store(std::int64_t, std::int64_t, const std::int32_t*);
template void value_block::store(std::int64_t, std::int64_t, const std::int64_t*);

value_block block_of(const integer_tensor& tensor, std::int64_t first, std::int64_t count) {
  value_block block(tensor.type, count);
  if (block.kind() == element_kind::words)
    std::memcpy(block.at(0), tensor.at(first), static_cast<std::size_t>(count * block.element_bytes()));
  else
    block.store(0, count, tensor.at(first));
  return block;
}

void copy_words(const value_block& block, std::int64_t* words) {
  if (block.kind() == element_kind::words)
    std::memcpy(words, block.at(0), static_cast<std::size_t>(block.elements() * block.element_bytes()));
  else
    block.load(0, block.elements(), words);
}

}  // namespace spillway::detail
