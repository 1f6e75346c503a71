// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/npy.h"

#include <doctest/doctest.h>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/models/hostile_bytes.h"
#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/traces/full_disk.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// A NumPy file of version 1 with this header text, unpadded.
std::string file_bytes(const std::string& header, const std::string& elements, char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += {version, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  if (version > 1) bytes += std::string(2, '\0');
  return bytes + header + elements;
}

std::string header(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

integer_tensor read_bytes(const std::string& bytes) {
  const temporary_directory folder;
  write_bytes(folder.file("x"), bytes);
  return read_npy(folder.file("x"));
}

std::string refusal_of_npy(const std::string& bytes, bool is_float = false) {
  const temporary_directory folder;
  const std::string path = folder.file("x");
  write_bytes(path, bytes);
  const std::string message =
      message_of<input_error>([&] { is_float ? (void)read_npy_floats(path) : (void)read_npy(path); });
  return message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message;
}

integer_tensor written_and_read(const integer_tensor& tensor) { return read_bytes(npy_bytes(tensor)); }

/// The bits of the narrowest NumPy integer.
int numpy_bits(int bits) { return bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : 64; }

}  // namespace

TEST_CASE("the bytes written are NumPy's own") {
  const temporary_directory folder;
  write_npy(folder.file("x"), integer_tensor::from(signed_type(14), {2, 1}, {-2, 258}));
  // numpy.save of numpy.array([[-2], [258]], dtype='<i2'), byte for byte.
  const std::string text = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 1), }";
  const std::string expected = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + text +
                               std::string(128 - 10 - text.size() - 1, ' ') + "\n" + "\xfe\xff\x02\x01";
  CHECK(read_file(folder.file("x"), 1000) == expected);
}

TEST_CASE("integers of 1 to 64 bits come back as they were, in the narrowest NumPy type") {
  CHECK(property_holds("npy round trip", 300, [] {
    const int bits = *rc::gen::inRange(1, 65);
    const integer_type type{bits, *rc::gen::arbitrary<bool>(), false};
    const auto count = *rc::gen::inRange<std::size_t>(1, 20);
    const std::vector<big_int> values = *values_of(type, count);
    const integer_tensor tensor = tensor_of(type, {static_cast<std::int64_t>(count)}, values);
    const integer_tensor back = written_and_read(tensor);
    RC_ASSERT(back.type == (integer_type{numpy_bits(bits), type.is_signed, false}));
    RC_ASSERT(back.shape == tensor.shape);
    RC_ASSERT(back.words == tensor.words);
  }));
}

TEST_CASE("the width of the file changes right after 8, 16 and 32 bits") {
  for (const auto& [bits, stored] :
       {std::pair{1, 8}, {8, 8}, {9, 16}, {16, 16}, {17, 32}, {32, 32}, {33, 64}, {64, 64}}) {
    CHECK(written_and_read(integer_tensor::zeros(signed_type(bits), {1})).type == signed_type(stored));
    CHECK(written_and_read(integer_tensor::zeros(unsigned_type(bits), {1})).type == unsigned_type(stored));
  }
  CHECK(written_and_read(integer_tensor::from(bipolar_type(), {2}, {-1, 1})) ==
        integer_tensor::from(signed_type(8), {2}, {-1, 1}));
}

TEST_CASE("values beyond 64 bits are int64 words, least significant first, in an innermost dimension") {
  integer_tensor tensor = integer_tensor::zeros(signed_type(65), {1, 2});
  store(big_int(-1) << 64, tensor.type, {tensor.at(0), 2});
  store(big_int(7), tensor.type, {tensor.at(1), 2});
  const integer_tensor back = written_and_read(tensor);
  CHECK(back.type == signed_type(64));
  CHECK(back.shape == std::vector<std::int64_t>{1, 2, 2});
  CHECK(back.words == std::vector<std::int64_t>{0, -1, 7, 0});
}

TEST_CASE("what is not a tensor is not written") {
  const temporary_directory folder;
  const integer_tensor bad{unsigned_type(1), {2}, {0, 2}};
  CHECK_THROWS_AS(write_npy(folder.file("x"), bad), config_error);
  CHECK_THROWS_AS(write_npy(folder.file("x"), float_tensor{{2, 2}, {1, 2, 3}}), config_error);
  CHECK(!std::filesystem::exists(folder.file("x")));
}

TEST_CASE("every integer type and byte order of NumPy is read") {
  CHECK(read_bytes(file_bytes(header("|b1", "(2,)"), std::string("\x00\x01", 2))) ==
        integer_tensor::from(unsigned_type(1), {2}, {0, 1}));
  CHECK(read_bytes(file_bytes(header("|i1", "(1, 1)"), "\xff")) == integer_tensor::from(signed_type(8), {1, 1}, {-1}));
  CHECK(read_bytes(file_bytes(header(">u2", "(1,)"), "\x01\x02")).words == std::vector<std::int64_t>{258});
  CHECK(read_bytes(file_bytes(header("<u2", "(1,)"), "\x01\x02")).words == std::vector<std::int64_t>{513});
  CHECK(read_bytes(file_bytes(header(">i4", "(1,)"), "\xff\xff\xff\xfe")).words == std::vector<std::int64_t>{-2});
  CHECK(read_bytes(file_bytes(header("<u8", "(1,)"), std::string(8, '\xff'))) ==
        integer_tensor{unsigned_type(64), {1}, {-1}});
  CHECK(read_bytes(file_bytes(header("|u1", "()"), "a")).shape == std::vector<std::int64_t>{1});
}

TEST_CASE("headers of versions 2 and 3, other key orders and no last comma are read") {
  for (const char version : {'\1', '\2', '\3'})
    CHECK(read_bytes(file_bytes(header("|u1", "(2,)"), "ab", version)).words == std::vector<std::int64_t>{'a', 'b'});
  CHECK(read_bytes(file_bytes("{\"shape\":(2,),\"fortran_order\":True,\"descr\":\"|u1\"}", "ab")).words.size() == 2);
}

TEST_CASE("floats come back as they were, float64 rounded to float32") {
  const temporary_directory folder;
  const float_tensor tensor{{2, 2}, {0.1f, -0.0f, 3e38f, 1e-45f}};
  write_npy(folder.file("x"), tensor);
  CHECK(read_npy_floats(folder.file("x")) == tensor);
  write_bytes(folder.file("y"), file_bytes(header("<f8", "(1,)"), std::string("\x9a\x99\x99\x99\x99\x99\xb9\x3f", 8)));
  CHECK(read_npy_floats(folder.file("y")).values == std::vector<float>{0.1f});
}

TEST_CASE("an array of the wrong kind is refused by what it holds") {
  CHECK(refusal_of_npy(file_bytes(header("<f4", "(1,)"), "abcd")) == "holds floats; integers or booleans are right");
  CHECK(refusal_of_npy(file_bytes(header("|u1", "(1,)"), "a"), true) == "holds integers; float32 or float64 is right");
  CHECK(refusal_of_npy(file_bytes(header("<f2", "(1,)"), "ab"), true) ==
        "holds NumPy type '<f2'; b1, i1 to i8, u1 to u8, f4 or f8 is right");
  CHECK(refusal_of_npy(file_bytes(header("|O", "(1,)"), "a")).starts_with("holds NumPy type '|O'"));
  CHECK(refusal_of_npy(file_bytes(header("", "(1,)"), "a")).starts_with("holds NumPy type ''"));
  CHECK(refusal_of_npy(file_bytes("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }", "abcd")) ==
        "holds records; plain integers or floats are right");
  CHECK(refusal_of_npy(file_bytes("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2), }", "ab")) ==
        "is in Fortran order; save it with numpy.ascontiguousarray");
  CHECK(refusal_of_npy(file_bytes(header("|b1", "(1,)"), "\x02")) == "element 0 is 2, which is no boolean");
  CHECK(refusal_of_npy(file_bytes(header("<f4", "(1,)"), std::string("\x00\x00\xc0\x7f", 4)), true) ==
        "element 0 is nan; a finite float32 is right");
  CHECK(refusal_of_npy(file_bytes(header("<f8", "(1,)"), std::string("\0\0\0\0\0\0\xf0\x7e", 8)), true) ==
        "element 0 is inf; a finite float32 is right");
}

TEST_CASE("a NumPy file whose length is not its shape's is refused, before anything is allocated") {
  CHECK(refusal_of_npy(file_bytes(header("<i4", "(2, 3)"), std::string(23, 'a'))) ==
        "shape (2, 3) needs 24 bytes after the header, but 23 are there; the file is cut short");
  CHECK(refusal_of_npy(file_bytes(header("<i4", "(2, 3)"), std::string(25, 'a'))) ==
        "shape (2, 3) needs 24 bytes after the header, but 25 are there; the file is too long");
  CHECK(refusal_of_npy(file_bytes(header("<i8", "(9223372036854775807,)"), "a")) == "its shape is beyond 63 bits");
  CHECK(refusal_of_npy(file_bytes(header("<i8", "(9223372036854775808,)"), "a")) == "has a dimension beyond 63 bits");
  CHECK(refusal_of_npy(file_bytes(header("|u1", "(4294967296, 4294967296)"), "a")) == "its shape is beyond 63 bits");
  CHECK(refusal_of_npy(file_bytes(header("|u1", "(-1,)"), "a"))
            .starts_with("its NumPy header is not as NumPy writes it"));
  CHECK(refusal_of_npy(file_bytes(header("|u1", "(3, 0)"), "")) == "has no elements: a dimension is 0");
}

TEST_CASE("a broken NumPy header is refused in one line") {
  CHECK(refusal_of_npy("PK\x03\x04") == "is no NumPy file: it does not start with \\x93NUMPY");
  CHECK(refusal_of_npy("\x93NUM") == "is cut short: 4 bytes are no NumPy header");
  CHECK(refusal_of_npy(file_bytes(header("|u1", "(1,)"), "a", 4)) == "is NumPy format 4; 1, 2 or 3 is right");
  CHECK(refusal_of_npy(file_bytes("{'descr': '|u1', 'shape': (1,), }", "a")) ==
        "its NumPy header lacks one of 'descr', 'fortran_order', 'shape'");
  CHECK(refusal_of_npy(file_bytes("{'descr': '|u1', 'descr': '|u1', }", "a")) == "its NumPy header has a key twice");
  for (const char* text : {"", "{", "[]", "{'descr': }", "{'color': '|u1'}", "{'shape': (1,)} x", "{'shape': (1 2)}",
                           "{'fortran_order': 0}", "{'descr': '|u1"})
    CHECK(refusal_of_npy(file_bytes(text, "a")).starts_with("its NumPy header is not as NumPy writes it (character "));
}

TEST_CASE("a hostile NumPy file is refused in one line or read, whatever its bytes") {
  check_hostile_files(file_bytes(header("<i4", "(3, 4)"), std::string(48, '\x55')), 3000,
                      [](const std::string& path) { read_npy(path); });
  check_hostile_files(file_bytes(header("<f8", "(2, 2)"), std::string(32, '\x3f'), 2), 3000,
                      [](const std::string& path) { read_npy_floats(path); });
}

TEST_CASE("a full disk leaves what stood there, and says so") {
  const temporary_directory folder;
  const integer_tensor large = integer_tensor::zeros(signed_type(64), {100'000});
  const full_disk_outcome outcome = on_full_disk<io_error>(folder.path(), [&] { write_npy(folder.file("a"), large); });
  CHECK(outcome != full_disk_outcome::not_refused);
  write_npy(folder.file("b"), integer_tensor::zeros(signed_type(8), {3}));
  {
    const file_size_limit limit(4096);
    CHECK_THROWS_AS(write_npy(folder.file("b"), large), io_error);
  }
  CHECK(read_npy(folder.file("b")).size() == 3);
}
