// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>

#include "spillway/models/network/linear_export.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/models/onnx_model.h"
#include "spillway/tests/models/random_network.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

std::string bytes_of(const network& net) {
  const temporary_directory folder;
  write_qonnx(net, folder.file("n.onnx"));
  std::ifstream file(folder.file("n.onnx"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What the command does with a file. What streamlining refuses is no fault of the reader's.
void read_and_streamline(const std::string& path) {
  const network net = read_qonnx(path);
  try {
    const integer_network integers = streamline(net);
    evaluate(net,
             {net.input_shape, std::vector<float>(static_cast<std::size_t>(matrix_layers(integers)[0]->columns()), 1)});
  } catch (const input_error& e) {
    CHECK(is_one_line(e.what()));
  }
}

/// Counts what is written to stderr while it lives.
class captured_stderr {
 public:
  captured_stderr() : m_saved(dup(2)) {
    std::fflush(stderr);
    dup2(fileno(m_file), 2);
  }
  ~captured_stderr() {
    dup2(m_saved, 2);
    close(m_saved);
    std::fclose(m_file);
  }
  captured_stderr(const captured_stderr&) = delete;
  captured_stderr& operator=(const captured_stderr&) = delete;

  long bytes() const {
    std::fflush(stderr);
    return lseek(fileno(m_file), 0, SEEK_END);
  }

 private:
  std::FILE* m_file = std::tmpfile();
  int m_saved;
};

}  // namespace

TEST_CASE("every beginning of a file, and every damaged copy, is read or refused in one line") {
  linear_export file;
  file.layers.push_back(
      {"fc", integer_tensor::from(signed_type(8), {2, 3}, {1, -2, 3, -4, 5, -6}), {0.1F}, {1, 2}, {}, 14});
  check_hostile_files(bytes_of(make_linear_network(file)), 4000, read_and_streamline);
  check_hostile_files(bytes_of(random_network(11)), 3000, read_and_streamline);
}

TEST_CASE("files of other programs, cut and damaged, are read or refused in one line") {
  const std::string good = small_model("onnx.brevitas").bytes();
  const temporary_directory folder;
  const std::string path = folder.file("x.onnx");
  std::mt19937 random(5);
  for (int i = 0; i < 4000 * testing::effort(); ++i) {
    std::string bad = good;
    if (i < static_cast<int>(good.size())) bad.resize(static_cast<std::size_t>(i));
    for (auto n = random() % 3; n > 0 && !bad.empty(); --n) bad[random() % bad.size()] = static_cast<char>(random());
    write_bytes(path, bad);
    CAPTURE(i);
    CHECK(is_read_or_refused(path, read_and_streamline));
  }
}

TEST_CASE("any bytes at all are refused in one line, and nothing else is said") {
  const temporary_directory folder;
  const std::string path = folder.file("x.onnx");
  std::mt19937 random(6);
  const captured_stderr silence;
  for (int i = 0; i < 2000 * testing::effort(); ++i) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    write_bytes(path, bytes);
    CHECK_THROWS_AS(read_qonnx(path), input_error);
    CHECK(is_read_or_refused(path, read_and_streamline));
  }
  CHECK(silence.bytes() == 0);
}

TEST_CASE("what is no model file at all is refused in words of its own") {
  const temporary_directory folder;
  const std::string path = folder.file("x.onnx");
  const auto refusal = [&](const std::string& bytes) {
    write_bytes(path, bytes);
    return message_of<input_error>([&] { read_qonnx(path); });
  };
  CHECK(refusal("") == path + ": not an ONNX model: there is no graph in it");
  CHECK(refusal("{\"a\": 1}") == path + ": not an ONNX model, or a truncated or corrupt one");
  CHECK(refusal(std::string(1000, '\xFF')) == path + ": not an ONNX model, or a truncated or corrupt one");
  CHECK(says(message_of<io_error>([&] { read_qonnx(folder.file("missing.onnx")); }), "No such file"));
  CHECK(says(message_of<io_error>([&] { read_qonnx(folder.path()); }), "directory"));
}

TEST_CASE("messages nested beyond all measure are refused") {
  // Attributes that hold graphs that hold nodes that hold attributes: 2,000 levels.
  std::string inner;
  const auto field = [](int number, const std::string& content) {
    std::string bytes(1, static_cast<char>(number << 3 | 2));
    for (std::size_t n = content.size(); true; n >>= 7) {
      bytes += static_cast<char>((n & 0x7F) | (n > 0x7F ? 0x80 : 0));
      if (n <= 0x7F) break;
    }
    return bytes + content;
  };
  for (int i = 0; i < 2000; ++i) inner = field(1, field(5, field(6, inner)));
  const temporary_directory folder;
  write_bytes(folder.file("x.onnx"), field(7, inner));
  CHECK_THROWS_AS(read_qonnx(folder.file("x.onnx")), input_error);
}

TEST_CASE("shapes that lie about their data cost no memory") {
  // 2^31 elements at most, and none is allocated before the bytes have been counted.
  for (const auto& [shape, message] : std::vector<std::pair<std::vector<std::int64_t>, std::string>>{
           {{3, -1}, "initializer w: its shape [3, -1] has -1 where at least 1 is right"},
           {{0}, "initializer w: its shape [0] has 0 where at least 1 is right"},
           {{std::int64_t{1} << 62, 4}, "initializer w: its shape [4611686018427387904, 4] is beyond 2^31 elements"},
           {{std::int64_t{1} << 32, std::int64_t{1} << 32},
            "initializer w: its shape [4294967296, 4294967296] is beyond "
            "2^31 elements"},
           {{1 << 30, 2}, "initializer w: its shape [1073741824, 2] needs 2147483648 values, but there are 6"},
           {{3, 3}, "initializer w: its shape [3, 3] needs 9 values, but there are 6"},
           {{5}, "initializer w: its shape [5] needs 5 values, but there are 6"}}) {
    onnx_model m = small_model();
    onnx::TensorProto& w = *m.graph.mutable_initializer(3);
    REQUIRE(w.name() == "w");
    w.clear_dims();
    for (const std::int64_t n : shape) w.add_dims(n);
    CHECK(m.refusal() == message);
  }
  onnx_model m = small_model();
  onnx::TensorProto& w = *m.graph.mutable_initializer(3);
  w.clear_float_data();
  w.set_raw_data(std::string(23, '\0'));
  CHECK(m.refusal() == "initializer w: its shape [3, 2] needs 24 bytes, but there are 23");
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  CHECK(usage.ru_maxrss < 4L << 20);  // KiB: below 4 GiB, where 2^31 floats would be 8
}
