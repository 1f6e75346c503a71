// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/npy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = 65536;

[[noreturn]] void refuse(const std::string& path, std::string_view what) {
  throw input_error(fmt::format("{}: {}", shown_path(path), what));
}

/// Reads the little of Python that headers are written in: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class header_parser {
 public:
  header_parser(std::string_view text, const std::string& path) : m_text(text), m_path(path) {}

  npy_header parse() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      value(key);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (m_at != m_text.size()) refuse_syntax();
    if (!m_descr || !m_fortran_order || !m_shape)
      refuse(m_path, "its NumPy header lacks one of 'descr', 'fortran_order', 'shape'");
    npy_header header;
    set_type(header);
    header.shape = *m_shape;
    if (*m_fortran_order && header.shape.size() > 1)
      refuse(m_path, "is in Fortran order; save it with numpy.ascontiguousarray");
    return header;
  }

 private:
  [[noreturn]] void refuse_syntax() const {
    refuse(m_path, fmt::format("its NumPy header is not as NumPy writes it (character {})", m_at));
  }

  void skip_spaces() {
    while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n')) ++m_at;
  }

  bool accept(char c) {
    skip_spaces();
    if (m_at >= m_text.size() || m_text[m_at] != c) return false;
    ++m_at;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) refuse_syntax();
  }

  bool accept_word(std::string_view word) {
    skip_spaces();
    if (!m_text.substr(m_at).starts_with(word)) return false;
    m_at += word.size();
    return true;
  }

  std::string_view quoted() {
    skip_spaces();
    const char mark = m_at < m_text.size() ? m_text[m_at] : ' ';
    if (mark != '\'' && mark != '"') refuse_syntax();
    const std::size_t begin = m_at + 1, end = m_text.find(mark, begin);
    if (end == std::string_view::npos) refuse_syntax();
    m_at = end + 1;
    return m_text.substr(begin, end - begin);
  }

  template <class Value>
  void set_once(std::optional<Value>& slot, Value value) {
    if (slot) refuse(m_path, "its NumPy header has a key twice");
    slot = std::move(value);
  }

  void value(std::string_view key) {
    if (key == "descr") {
      if (accept('[')) refuse(m_path, "holds records; plain integers or floats are right");
      set_once(m_descr, quoted());
    } else if (key == "fortran_order") {
      const bool is_true = accept_word("True");
      if (!is_true && !accept_word("False")) refuse_syntax();
      set_once(m_fortran_order, is_true);
    } else if (key == "shape") {
      set_once(m_shape, dimensions());
    } else {
      refuse_syntax();
    }
  }

  std::vector<std::int64_t> dimensions() {
    std::vector<std::int64_t> shape;
    expect('(');
    while (!accept(')')) {
      shape.push_back(number());
      if (shape.size() > 32) refuse(m_path, "has more than 32 dimensions");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::int64_t number() {
    skip_spaces();
    const std::size_t begin = m_at;
    std::int64_t value = 0;
    for (; m_at < m_text.size() && m_text[m_at] >= '0' && m_text[m_at] <= '9'; ++m_at)
      if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, m_text[m_at] - '0', &value))
        refuse(m_path, "has a dimension beyond 63 bits");
    if (m_at == begin) refuse_syntax();
    return value;
  }

  void set_type(npy_header& header) const {
    const std::string_view descr = *m_descr;
    constexpr std::string_view orders = "<>|=";
    const bool has_order = !descr.empty() && orders.find(descr[0]) != std::string_view::npos;
    const std::string_view rest = descr.substr(has_order ? 1 : 0);
    constexpr std::string_view known[] = {"b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"};
    if (std::find(std::begin(known), std::end(known), rest) == std::end(known))
      refuse(m_path, fmt::format("holds NumPy type '{}'; b1, i1 to i8, u1 to u8, f4 or f8 is right",
                                 shown_path(std::string(descr))));
    header.kind = rest[0];
    header.item_bytes = rest[1] - '0';
    header.is_big_endian = has_order && descr[0] == '>';
  }

  std::string_view m_text;
  const std::string& m_path;
  std::size_t m_at = 0;
  std::optional<std::string_view> m_descr;
  std::optional<bool> m_fortran_order;
  std::optional<std::vector<std::int64_t>> m_shape;
};

/// The header's text, and where it ends.
std::pair<std::string_view, std::size_t> header_text(std::string_view content, const std::string& path) {
  if (!content.starts_with(magic.substr(0, std::min(magic.size(), content.size()))))
    refuse(path, "is no NumPy file: it does not start with \\x93NUMPY");
  if (content.size() < 10) refuse(path, fmt::format("is cut short: {} bytes are no NumPy header", content.size()));
  const int version = static_cast<unsigned char>(content[6]);
  if (version < 1 || version > 3) refuse(path, fmt::format("is NumPy format {}; 1, 2 or 3 is right", version));
  const std::size_t length_bytes = version == 1 ? 2 : 4, begin = 8 + length_bytes;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes && 8 + i < content.size(); ++i)
    length |= static_cast<std::size_t>(static_cast<unsigned char>(content[8 + i])) << (8 * i);
  if (length > longest_header)
    refuse(path, fmt::format("its NumPy header has {} bytes; {} is most", length, longest_header));
  if (begin + length > content.size())
    refuse(path, fmt::format("is cut short: {} bytes end within its NumPy header", content.size()));
  return {content.substr(begin, length), begin + length};
}

}  // namespace

std::int64_t npy_header::size() const {
  std::int64_t product = 1;
  for (const std::int64_t n : shape) product *= n;
  return product;
}

npy_header parse_npy_header(std::string_view content, const std::string& path) {
  const auto [text, data_begins] = header_text(content, path);
  npy_header header = header_parser(text, path).parse();
  header.data_begins = data_begins;
  std::int64_t bytes = header.item_bytes;
  for (const std::int64_t n : header.shape) {
    if (n == 0) refuse(path, "has no elements: a dimension is 0");
    if (__builtin_mul_overflow(bytes, n, &bytes)) refuse(path, "its shape is beyond 63 bits");
  }
  const auto present = static_cast<std::int64_t>(content.size() - data_begins);
  const char* what = present < bytes ? "cut short" : "too long";
  if (present != bytes)
    refuse(path, fmt::format("shape ({}) needs {} bytes after the header, but {} are there; the file is {}",
                             fmt::join(header.shape, ", "), bytes, present, what));
  return header;
}

std::string npy_header_bytes(char kind, int item_bytes, const std::vector<std::int64_t>& shape) {
  const char order = item_bytes == 1 ? '|' : '<';
  std::string text = fmt::format("{{'descr': '{}{}{}', 'fortran_order': False, 'shape': ({}{}), }}", order, kind,
                                 item_bytes, fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  const std::size_t before = magic.size() + 4;
  text.resize((before + text.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
  text += '\n';
  std::string bytes(magic);
  bytes += {1, 0, static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return bytes + text;
}

}  // namespace spillway
