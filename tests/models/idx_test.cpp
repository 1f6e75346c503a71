// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/idx.h"

#include <doctest/doctest.h>

#include "spillway/tests/models/hostile_bytes.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// An IDX file with this type and these dimensions and elements.
std::string idx_bytes(int type, const std::vector<std::uint32_t>& shape, const std::string& elements) {
  std::string bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(shape.size())};
  for (const std::uint32_t n : shape)
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(n >> shift & 0xff);
  return bytes + elements;
}

std::string refusal_of_idx(const std::string& bytes) {
  const temporary_directory folder;
  const std::string path = folder.file("x");
  write_bytes(path, bytes);
  const std::string message = message_of<input_error>([&] { read_idx(path); });
  return message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message;
}

}  // namespace

TEST_CASE("an IDX file of images is read in the order in which it stands") {
  const temporary_directory folder;
  write_bytes(folder.file("x"), idx_bytes(8, {2, 1, 3}, std::string("\x00\x01\x7f\x80\xfe\xff", 6)));
  const idx_array array = read_idx(folder.file("x"));
  CHECK(array.shape == std::vector<std::int64_t>{2, 1, 3});
  CHECK(array.bytes == std::vector<std::uint8_t>{0, 1, 127, 128, 254, 255});
}

TEST_CASE("dimensions are big-endian, beyond one byte too") {
  const temporary_directory folder;
  write_bytes(folder.file("x"), idx_bytes(8, {0x0102}, std::string(0x0102, 'a')));
  CHECK(read_idx(folder.file("x")).shape == std::vector<std::int64_t>{258});
}

TEST_CASE("an IDX file one byte short or long is refused with both lengths") {
  CHECK(refusal_of_idx(idx_bytes(8, {2, 2}, "abc")) ==
        "shape [2, 2] needs 4 bytes after the header, but 3 are there; the file is cut short");
  CHECK(refusal_of_idx(idx_bytes(8, {2, 2}, "abcde")) ==
        "shape [2, 2] needs 4 bytes after the header, but 5 are there; the file is too long");
  CHECK(refusal_of_idx(idx_bytes(8, {2, 2}, "abcd")) == "no exception");
}

TEST_CASE("sizes that nobody could allocate are refused by the file's length, without allocating") {
  const std::uint32_t most = 0xffffffff;
  CHECK(refusal_of_idx(idx_bytes(8, {most}, "abc")) ==
        "shape [4294967295] needs 4294967295 bytes after the header, but 3 are there; the file is cut short");
  CHECK(refusal_of_idx(idx_bytes(8, {most, most, most}, "abc")) == "its dimensions overflow 63 bits");
  CHECK(refusal_of_idx(idx_bytes(8, {2, 0}, "")) == "dimension 1 is 0; at least 1 is right");
}

TEST_CASE("files of another kind are refused by what they are") {
  CHECK(refusal_of_idx("") == "is cut short: 0 bytes are no IDX header");
  CHECK(refusal_of_idx("\x1f\x8b\x08\x08 and so on") == "is compressed; unpack it first (gunzip)");
  CHECK(refusal_of_idx("<html>") ==
        "is no IDX file: it starts with 3c 68 74 6d, not with 00 00 08 and the number of dimensions");
  CHECK(refusal_of_idx(idx_bytes(7, {1}, "a")).starts_with("is no IDX file"));
  CHECK(refusal_of_idx(idx_bytes(0x0d, {1}, "abcd")) == "holds 32-bit floats; unsigned bytes (type 8) are right");
  CHECK(refusal_of_idx(idx_bytes(8, {}, "")) == "has 0 dimensions; 1 to 8 are right");
  CHECK(refusal_of_idx(idx_bytes(8, std::vector<std::uint32_t>(9, 1), "a")) == "has 9 dimensions; 1 to 8 are right");
  CHECK(refusal_of_idx(idx_bytes(8, {1, 1}, "").substr(0, 11)) ==
        "is cut short: 11 bytes are no IDX header of 2 dimensions");
}

TEST_CASE("a file that is missing, or a folder, is an io_error that names it") {
  const temporary_directory folder;
  CHECK(message_of<io_error>([&] { read_idx(folder.file("none")); }) ==
        folder.file("none") + ": cannot read the file: No such file or directory");
  CHECK(message_of<io_error>([&] { read_idx(folder.path()); }) ==
        folder.path() + ": cannot read the file: Is a directory");
}

TEST_CASE("a hostile IDX file is refused in one line or read, whatever its bytes") {
  check_hostile_files(idx_bytes(8, {3, 4, 5}, std::string(60, '\x55')), 3000,
                      [](const std::string& path) { read_idx(path); });
}
