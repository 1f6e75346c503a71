// SPDX-License-Identifier: Apache-2.0
#include <zip.h>

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spillway/models/data/idx.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/data/npz.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/fuzz/checks.h"
#include "spillway/tests/fuzz/memory_file.h"

// Any bytes are read as an array or archive of NumPy or as IDX, or refused. An array of NumPy that is read is written
// and read again.

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using namespace spillway;
using namespace spillway::fuzz;

std::string some_shape(choices& choose, std::size_t& elements) {
  std::string shape = "(";
  elements = 1;
  for (std::size_t dimensions = choose.below(4); dimensions > 0; --dimensions) {
    const std::int64_t length = choose.below(8) == 0 ? choose.number() : static_cast<std::int64_t>(choose.below(5));
    elements *= static_cast<std::size_t>(length < 0 || length > 100 ? 1 : length);
    shape += std::to_string(length) + (choose.below(12) == 0 ? "" : ", ");
  }
  return shape + ")";
}

/// A file of NumPy with a header of the right form, and data that may be as long as it says.
std::string some_npy(choices& choose) {
  constexpr std::array<std::string_view, 16> types{"|u1", "|i1", "|b1", "<u2", ">i2", "<i4", ">u4", "<i8",
                                                   "<u8", "<f2", "<f4", ">f8", "<c8", "|O",  "<U1", "=f4"};
  const std::string_view type = types[choose.below(types.size())];
  std::size_t elements = 0;
  const std::string shape = some_shape(choose, elements);
  std::string header = "{'descr': '" + std::string(type) +
                       "', 'fortran_order': " + (choose.below(8) == 0 ? "True" : "False") + ", 'shape': " + shape +
                       ", }";
  if (choose.below(8) == 0) header.insert(choose.below(header.size()), " ");
  while ((header.size() + 11) % 64 != 0) header += ' ';
  header += '\n';
  const char version = static_cast<char>(choose.below(8) == 0 ? choose.below(5) : 1);
  std::string file = std::string("\x93NUMPY") + version + '\0';
  file += static_cast<char>(header.size() & 0xFF);
  file += static_cast<char>(header.size() >> 8);
  if (version > 1) file += std::string(2, '\0');
  file += header;
  std::size_t bytes = elements * static_cast<std::size_t>(type.size() > 2 && type[2] > '0' ? type[2] - '0' : 1);
  if (choose.below(8) == 0) bytes += choose.below(3);
  for (std::size_t i = 0; i < bytes; ++i) file += static_cast<char>(choose.below(256));
  return file;
}

std::string some_idx(choices& choose) {
  std::string file("\0\0", 2);
  file += static_cast<char>(choose.below(4) == 0 ? choose.below(16) : 8);
  const std::size_t dimensions = choose.below(5);
  file += static_cast<char>(dimensions);
  std::size_t bytes = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const auto length =
        static_cast<std::uint32_t>(choose.below(8) == 0 ? static_cast<std::size_t>(choose.number()) : choose.below(6));
    bytes *= length > 100 ? 1 : length;
    for (int shift = 24; shift >= 0; shift -= 8) file += static_cast<char>(length >> shift & 0xFF);
  }
  if (choose.below(8) == 0) bytes += 1;
  return file + std::string(bytes, '\x07');
}

/// An archive of one to three such files, compressed or not.
std::string some_npz(choices& choose) {
  zip_source_t* made = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(made);
  zip_t* archive = zip_open_from_source(made, ZIP_TRUNCATE, nullptr);
  std::vector<std::string> arrays(1 + choose.below(3));
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    arrays[i] = some_npy(choose);
    zip_source_t* from = zip_source_buffer(archive, arrays[i].data(), arrays[i].size(), 0);
    const zip_int64_t at = zip_file_add(archive, ("a" + std::to_string(i) + ".npy").c_str(), from, 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(at),
                             choose.below(2) == 0 ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
  }
  std::string bytes;
  zip_stat_t about;
  if (zip_close(archive) == 0 && zip_source_stat(made, &about) == 0 && zip_source_open(made) == 0) {
    bytes.resize(static_cast<std::size_t>(about.size));
    zip_source_read(made, bytes.data(), bytes.size());
    zip_source_close(made);
  }
  zip_source_free(made);
  if (!bytes.empty() && choose.below(3) == 0) bytes[choose.below(bytes.size())] ^= static_cast<char>(choose.below(256));
  return bytes;
}

template <class Tensor>
void read_again(const Tensor& tensor) {
  const memory_file file(npy_bytes(tensor));
  const auto again = read_any_npy(file.path());
  check(std::holds_alternative<Tensor>(again), "what was written is read as another kind of array");
  check(std::get<Tensor>(again).shape == tensor.shape, "what was written is read in another shape");
}

template <class Read>
void tried(Read&& read) {
  try {
    read();
  } catch (const error& refusal) {
    check_message(refusal.what());
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  choices choose(seed);
  if (choose.below(4) != 0) return LLVMFuzzerMutate(data, size, most);
  const std::size_t kind = choose.below(4);
  return give_back(kind == 0 ? some_idx(choose) : kind == 1 ? some_npz(choose) : some_npy(choose), data, most);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const memory_file file(text_of(data, size));
  tried([&] { std::visit([](const auto& tensor) { read_again(tensor); }, read_any_npy(file.path())); });
  tried([&] { read_npy(file.path()); });
  tried([&] { read_npz(file.path()); });
  tried([&] { read_npy_floats(file.path()); });
  tried([&] {
    const idx_array array = read_idx(file.path());
    std::size_t bytes = 1;
    for (const std::int64_t length : array.shape) bytes *= static_cast<std::size_t>(length);
    check(array.bytes.size() == bytes, "an array of IDX with other bytes than its shape has");
  });
  return 0;
}
