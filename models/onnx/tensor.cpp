// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/tensor.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "spillway/models/network/shapes.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

using proto = onnx::TensorProto;

/// A half- or brain-float from its bits.
float from_float16(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1F, fraction = bits & 0x3FF;
  float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                  : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  if (exponent == 31) magnitude = fraction == 0 ? INFINITY : NAN;
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}
float from_bfloat16(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

/// One element of raw_data of `bits` bits, least significant first. Elements of less than a byte share one, the first
/// in its lowest bits.
std::uint64_t raw_element(const std::string& raw, std::size_t element, int of_bits) {
  if (of_bits < 8) {
    const std::size_t a_byte = 8 / static_cast<std::size_t>(of_bits);
    const auto byte = static_cast<unsigned char>(raw[element / a_byte]);
    return byte >> element % a_byte * static_cast<std::size_t>(of_bits) & ((1U << of_bits) - 1);
  }
  const int bytes = of_bits / 8;
  std::uint64_t bits = 0;
  for (int b = bytes; b-- > 0;)
    bits = bits << 8 | static_cast<unsigned char>(raw[element * static_cast<std::size_t>(bytes) + b]);
  return bits;
}

/// How a type's elements are laid out, and which value their bits are: real or integer.
struct element_format {
  int bits = 0;
  double (*real)(std::uint64_t) = nullptr;
  std::int64_t (*integer)(std::uint64_t) = nullptr;
  std::int64_t least = 0, greatest = 0;
};

template <class T>
element_format integer_format() {
  // Of uint64, only what is int64, too: others become negative, and are refused.
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  constexpr T greatest = std::numeric_limits<T>::max();
  return {static_cast<int>(8 * sizeof(T)), nullptr,
          [](std::uint64_t bits) { return static_cast<std::int64_t>(static_cast<T>(bits)); },
          static_cast<std::int64_t>(std::numeric_limits<T>::min()),
          std::cmp_greater(greatest, most) ? most : static_cast<std::int64_t>(greatest)};
}

/// Integers of 2 or 4 bits.
template <int Bits, bool Signed>
element_format narrow_format() {
  constexpr std::int64_t levels = 1 << Bits, half = Signed ? levels / 2 : levels;
  return {Bits, nullptr,
          [](std::uint64_t b) {
            const auto value = static_cast<std::int64_t>(b % levels);
            return value >= half ? value - levels : value;
          },
          half - levels, half - 1};
}

/// Element types that are newer than the messages of ONNX that this is built with.
constexpr int uint4_elements = 21, int4_elements = 22, uint2_elements = 25, int2_elements = 26;

element_format format_of(int type, const std::string& what) {
  switch (type) {
    case proto::FLOAT:
      return {32, [](std::uint64_t b) { return double{std::bit_cast<float>(static_cast<std::uint32_t>(b))}; }};
    case proto::DOUBLE:
      return {64, [](std::uint64_t b) { return std::bit_cast<double>(b); }};
    case proto::FLOAT16:
      return {16, [](std::uint64_t b) { return double{from_float16(static_cast<std::uint16_t>(b))}; }};
    case proto::BFLOAT16:
      return {16, [](std::uint64_t b) { return double{from_bfloat16(static_cast<std::uint16_t>(b))}; }};
    case proto::INT64:
      return integer_format<std::int64_t>();
    case proto::INT32:
      return integer_format<std::int32_t>();
    case proto::INT16:
      return integer_format<std::int16_t>();
    case proto::INT8:
      return integer_format<std::int8_t>();
    case proto::UINT64:
      return integer_format<std::uint64_t>();
    case proto::UINT32:
      return integer_format<std::uint32_t>();
    case proto::UINT16:
      return integer_format<std::uint16_t>();
    case proto::UINT8:
      return integer_format<std::uint8_t>();
    case proto::BOOL:
      return {8, nullptr, [](std::uint64_t b) { return std::int64_t{b != 0}; }, 0, 1};
    case uint4_elements:
      return narrow_format<4, false>();
    case int4_elements:
      return narrow_format<4, true>();
    case uint2_elements:
      return narrow_format<2, false>();
    case int2_elements:
      return narrow_format<2, true>();
    default:
      throw input_error(fmt::format("{}: its element type {} can't be taken; nearest: FLOAT", what,
                                    proto::DataType_IsValid(type) ? proto::DataType_Name(type) : std::to_string(type)));
  }
}

/// The elements in the typed field that the type uses when there is no raw_data.
class typed_field {
 public:
  explicit typed_field(const proto& tensor) : m_tensor(tensor) {}

  int size() const {
    switch (m_tensor.data_type()) {
      case proto::FLOAT:
        return m_tensor.float_data_size();
      case proto::DOUBLE:
        return m_tensor.double_data_size();
      case proto::INT64:
        return m_tensor.int64_data_size();
      case proto::UINT64:
      case proto::UINT32:
        return m_tensor.uint64_data_size();
      default:
        return m_tensor.int32_data_size();
    }
  }

  std::uint64_t element(int index, int of_bits) const {
    if (of_bits >= 8) return entry(index);
    const int an_entry = 8 / of_bits;
    return entry(index / an_entry) >> index % an_entry * of_bits;
  }

 private:
  std::uint64_t entry(int element) const {
    switch (m_tensor.data_type()) {
      case proto::FLOAT:
        return std::bit_cast<std::uint32_t>(m_tensor.float_data(element));
      case proto::DOUBLE:
        return std::bit_cast<std::uint64_t>(m_tensor.double_data(element));
      case proto::INT64:
        return static_cast<std::uint64_t>(m_tensor.int64_data(element));
      case proto::UINT64:
      case proto::UINT32:
        return m_tensor.uint64_data(element);
      default:
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(m_tensor.int32_data(element)));
    }
  }

  const proto& m_tensor;
};

float to_float32(double value, const std::string& what, std::int64_t element) {
  const auto result = static_cast<float>(value);
  if (!std::isfinite(value))
    throw input_error(
        fmt::format("{}: element {} is {} or beyond float32; right: a finite float32", what, element, value));
  if (static_cast<double>(result) != value)
    throw input_error(fmt::format("{}: element {} = {} is not a float32; nearest: {}", what, element, value, result));
  return result;
}

/// Words that `size` elements take: bytes of raw_data, or entries of the typed field.
std::int64_t words_of(std::int64_t size, const element_format& format, bool raw) {
  if (format.bits < 8) return (size * format.bits + 7) / 8;
  return raw ? size * (format.bits / 8) : size;
}

/// Values in all of the typed fields.
std::int64_t typed_values(const proto& tensor) {
  return std::int64_t{tensor.float_data_size()} + tensor.double_data_size() + tensor.int32_data_size() +
         tensor.int64_data_size() + tensor.uint64_data_size() + tensor.string_data_size();
}

/// A tensor has its values once: in raw_data, or in the field of its type.
void check_fields(const proto& tensor, const std::string& what) {
  if (!tensor.raw_data().empty() && typed_values(tensor) > 0)
    throw input_error(fmt::format("{}: has values in raw_data and {} more in a typed field; right: one of them", what,
                                  typed_values(tensor)));
  if (const std::int64_t others = typed_values(tensor) - typed_field(tensor).size(); others > 0)
    throw input_error(fmt::format("{}: has {} values in a field of another type than {}", what, others,
                                  proto::DataType_Name(tensor.data_type())));
}

/// Fields are wider than some of the types that they hold. `bits` are of an integer, or of a float of 16 bits.
void check_range(const proto& tensor, const element_format& format, std::uint64_t bits, const std::string& what,
                 std::int64_t element) {
  if (tensor.data_type() == proto::FLOAT || tensor.data_type() == proto::DOUBLE || tensor.data_type() == proto::UINT64)
    return;
  const auto value = static_cast<std::int64_t>(bits);
  const std::int64_t least = format.integer ? format.least : 0, greatest = format.integer ? format.greatest : 0xFFFF;
  if (value >= least && value <= greatest) return;
  throw input_error(fmt::format("{}: element {} is {}, outside of {}'s {} to {}", what, element, value,
                                proto::DataType_Name(tensor.data_type()), least, greatest));
}

/// The number of elements; none at all only where the file says so, with no data to contradict it.
std::int64_t count_elements(const proto& tensor, const tensor_shape& shape, const std::string& what) {
  const bool is_empty = shape == tensor_shape{0} && tensor.raw_data().empty() && typed_field(tensor).size() == 0;
  return is_empty ? 0 : elements(shape, what);
}

}  // namespace

void set_integer_range(int type, const std::string& what, graph_constant& constant) {
  const element_format format = format_of(type, what);
  if (!format.integer) throw input_error(fmt::format("{}: its element type is no integer's", what));
  constant.least = format.least;
  constant.greatest = format.greatest;
}

std::int64_t bytes_of(const onnx::TensorProto& tensor, const std::string& what) {
  const tensor_shape shape(tensor.dims().begin(), tensor.dims().end());
  const element_format format = format_of(tensor.data_type(), what);
  return words_of(shape == tensor_shape{0} ? 0 : elements(shape, what), format, true);
}

graph_constant read_tensor(const onnx::TensorProto& tensor, const std::string& what) {
  if (tensor.data_location() == proto::EXTERNAL || tensor.external_data_size() > 0)
    throw input_error(
        fmt::format("{}: its data is in another file; right: data inside the model, or a file beside it", what));
  if (tensor.has_segment()) throw input_error(fmt::format("{}: it is one segment of a tensor; right: whole", what));
  const element_format format = format_of(tensor.data_type(), what);
  graph_constant result{
      {tensor.dims().begin(), tensor.dims().end()}, format.integer != nullptr, {}, {}, format.least, format.greatest};
  const std::int64_t size = count_elements(tensor, result.shape, what);
  check_fields(tensor, what);
  const typed_field typed(tensor);
  const bool raw = !tensor.raw_data().empty() || typed.size() == 0;
  const auto present = raw ? static_cast<std::int64_t>(tensor.raw_data().size()) : std::int64_t{typed.size()};
  const std::int64_t needed = words_of(size, format, raw);
  if (present != needed)
    throw input_error(fmt::format("{}: its shape {} needs {} {}, but there are {}", what, text(result.shape), needed,
                                  raw ? "bytes" : "values", present));
  // As many as the file has: no size is taken on trust.
  if (format.integer)
    result.integers.reserve(static_cast<std::size_t>(size));
  else
    result.reals.reserve(static_cast<std::size_t>(size));
  if (size > 0 && raw && tensor.data_type() == proto::FLOAT && std::endian::native == std::endian::little) {
    result.reals.resize(static_cast<std::size_t>(size));
    std::memcpy(result.reals.data(), tensor.raw_data().data(), tensor.raw_data().size());
    for (std::int64_t i = 0; i < size; ++i) to_float32(double{result.reals[static_cast<std::size_t>(i)]}, what, i);
    return result;
  }
  for (std::int64_t i = 0; i < size; ++i) {
    const std::uint64_t bits = raw ? raw_element(tensor.raw_data(), static_cast<std::size_t>(i), format.bits)
                                   : typed.element(static_cast<int>(i), format.bits);
    if (!raw && format.bits >= 8) check_range(tensor, format, bits, what, i);
    if (!format.integer) {
      result.reals.push_back(to_float32(format.real(bits), what, i));
      continue;
    }
    result.integers.push_back(format.integer(bits));
    if (result.integers.back() < format.least)  // of a uint64
      throw input_error(fmt::format("{}: element {} is {}, beyond int64", what, i, bits));
  }
  return result;
}

}  // namespace spillway
