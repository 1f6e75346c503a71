// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/align/aligned_allocator.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"

namespace spillway::detail {

/// A vector whose data begin at a cache line.
template <class T>
using aligned_vector = std::vector<T, boost::alignment::aligned_allocator<T, 64>>;

/// What holds one element of a block: the narrowest of these that has every value of the type.
enum class element_kind : unsigned char { u8, s8, s16, s32, s64, words };

element_kind kind_of(integer_type type);

/// The elements of some frames as a stream carries them, one after the other.
class value_block {
 public:
  value_block() = default;
  value_block(integer_type type, std::int64_t elements);

  integer_type type() const { return m_type; }
  element_kind kind() const { return m_kind; }
  std::int64_t elements() const { return m_elements; }

  /// Bytes of an element, and the bytes of one.
  std::int64_t element_bytes() const { return m_element_bytes; }
  std::byte* at(std::int64_t element) { return m_bytes.data() + element * m_element_bytes; }
  const std::byte* at(std::int64_t element) const { return m_bytes.data() + element * m_element_bytes; }

  /// `count` elements from `first` on, as numbers of the lane type, which has every value of the type; and back, from
  /// numbers that are values of the type.
  template <class Lane>
  void load(std::int64_t first, std::int64_t count, Lane* to) const;
  template <class Lane>
  void store(std::int64_t first, std::int64_t count, const Lane* from);

 private:
  integer_type m_type;
  element_kind m_kind = element_kind::s8;
  std::int64_t m_elements = 0, m_element_bytes = 1;
  aligned_vector<std::byte> m_bytes;  ///< and some more, which kernels may read
};

/// Elements [first, first + count) of a tensor, and the words of a block as a tensor has them.
value_block block_of(const integer_tensor& tensor, std::int64_t first, std::int64_t count);
void copy_words(const value_block& block, std::int64_t* words);

/// Calls `visitor` with a `std::type_identity` of what holds an element, which is not `words`.
template <class Visitor>
decltype(auto) visit_kind(element_kind kind, Visitor&& visitor) {
  switch (kind) {
    case element_kind::u8:
      return std::forward<Visitor>(visitor)(std::type_identity<std::uint8_t>{});
    case element_kind::s8:
      return std::forward<Visitor>(visitor)(std::type_identity<std::int8_t>{});
    case element_kind::s16:
      return std::forward<Visitor>(visitor)(std::type_identity<std::int16_t>{});
    case element_kind::s32:
      return std::forward<Visitor>(visitor)(std::type_identity<std::int32_t>{});
    case element_kind::s64:
    case element_kind::words:
      break;
  }
  return std::forward<Visitor>(visitor)(std::type_identity<std::int64_t>{});
}

}  // namespace spillway::detail
