// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "spillway/models/data/npy_header.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {
namespace {

/// The bits of element `i`, zero-extended.
std::uint64_t element_bits(std::string_view content, const npy_header& header, std::int64_t i) {
  const auto width = static_cast<std::size_t>(header.item_bytes);
  const char* from = content.data() + header.data_begins + static_cast<std::size_t>(i) * width;
  std::uint64_t bits = 0;
  for (std::size_t b = 0; b < width; ++b) {
    const std::size_t place = header.is_big_endian ? width - 1 - b : b;
    bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[b])) << (8 * place);
  }
  return bits;
}

void append(std::string& bytes, std::uint64_t bits, int width) {
  for (int b = 0; b < width; ++b) bytes.push_back(static_cast<char>(bits >> (8 * b) & 0xff));
}

/// Bytes of the narrowest NumPy integer of at least `bits` bits, at most 8.
int item_bytes_for(int bits) {
  int bytes = 1;
  while (bytes < 8 && 8 * bytes < bits) bytes *= 2;
  return bytes;
}

std::vector<std::int64_t> tensor_shape(const npy_header& header) {
  return header.shape.empty() ? std::vector<std::int64_t>{1} : header.shape;
}

integer_tensor integers_of(std::string_view content, const npy_header& header, const std::string& path) {
  if (header.kind == 'f')
    throw input_error(fmt::format("{}: holds floats; integers or booleans are right", shown_path(path)));
  const bool is_bool = header.kind == 'b', is_signed = header.kind == 'i';
  integer_tensor tensor =
      integer_tensor::zeros({is_bool ? 1 : 8 * header.item_bytes, is_signed, false}, tensor_shape(header));
  const int shift = is_signed ? 64 - 8 * header.item_bytes : 0;
  for (std::size_t i = 0; i < tensor.words.size(); ++i) {
    const std::uint64_t bits = element_bits(content, header, static_cast<std::int64_t>(i));
    if (is_bool && bits > 1)
      throw input_error(fmt::format("{}: element {} is {}, which is no boolean", shown_path(path), i, bits));
    tensor.words[i] = static_cast<std::int64_t>(bits << shift) >> shift;
  }
  return tensor;
}

float_tensor floats_of(std::string_view content, const npy_header& header, const std::string& path) {
  if (header.kind != 'f')
    throw input_error(fmt::format("{}: holds integers; float32 or float64 is right", shown_path(path)));
  float_tensor tensor;
  tensor.shape = tensor_shape(header);
  tensor.values.reserve(static_cast<std::size_t>(header.size()));
  for (std::int64_t i = 0; i < header.size(); ++i) {
    const std::uint64_t bits = element_bits(content, header, i);
    const float value = header.item_bytes == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits))
                                               : static_cast<float>(std::bit_cast<double>(bits));
    if (!std::isfinite(value))
      throw input_error(fmt::format("{}: element {} is {}; a finite float32 is right", shown_path(path), i, value));
    tensor.values.push_back(value);
  }
  return tensor;
}

}  // namespace

integer_tensor read_npy(const std::string& path) {
  const std::string content = read_file(path, longest_tensor_file);
  return integers_of(content, parse_npy_header(content, path), path);
}

float_tensor read_npy_floats(const std::string& path) {
  const std::string content = read_file(path, longest_tensor_file);
  return floats_of(content, parse_npy_header(content, path), path);
}

npy_array read_any_npy(const std::string& path) { return parse_npy(read_file(path, longest_tensor_file), path); }

npy_array parse_npy(const std::string& content, const std::string& path) {
  const npy_header header = parse_npy_header(content, path);
  if (header.kind == 'f') return floats_of(content, header, path);
  return integers_of(content, header, path);
}

std::string npy_bytes(const integer_tensor& tensor) {
  validate(tensor, "the array for NumPy");
  const integer_type type = tensor.type;
  std::vector<std::int64_t> shape = tensor.shape;
  if (type.words() > 1) shape.push_back(type.words());
  const int width = item_bytes_for(type.bits);
  const char kind = type.is_signed || type.words() > 1 ? 'i' : 'u';
  std::string bytes = npy_header_bytes(kind, width, shape);
  bytes.reserve(bytes.size() + tensor.words.size() * static_cast<std::size_t>(width));
  for (const std::int64_t word : tensor.words) append(bytes, static_cast<std::uint64_t>(word), width);
  return bytes;
}

namespace {

/// The values' bits are those of `Bits`.
template <class Bits, class Tensor>
std::string real_bytes(const Tensor& tensor) {
  std::int64_t size = 1;
  for (const std::int64_t n : tensor.shape) size *= n;
  if (size != static_cast<std::int64_t>(tensor.values.size()))
    throw config_error(fmt::format("the array for NumPy: shape [{}] has {} elements, not {}",
                                   fmt::join(tensor.shape, ", "), size, tensor.values.size()));
  std::string bytes = npy_header_bytes('f', sizeof(Bits), tensor.shape);
  for (const auto value : tensor.values) append(bytes, std::bit_cast<Bits>(value), sizeof(Bits));
  return bytes;
}

}  // namespace

std::string npy_bytes(const float_tensor& tensor) { return real_bytes<std::uint32_t>(tensor); }

std::string npy_bytes(const double_tensor& tensor) { return real_bytes<std::uint64_t>(tensor); }

void write_npy(const std::string& path, const integer_tensor& tensor) {
  write_file_atomically(path, npy_bytes(tensor));
}

void write_npy(const std::string& path, const float_tensor& tensor) { write_file_atomically(path, npy_bytes(tensor)); }

void write_npy(const std::string& path, const double_tensor& tensor) { write_file_atomically(path, npy_bytes(tensor)); }

}  // namespace spillway
