// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "spillway/models/network/network.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

process_result simulate(const std::string& model, std::vector<std::string> more) {
  std::vector<std::string> arguments{"simulate", model, "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return spillway_command(arguments);
}

const std::vector<std::string> on_mnist{"--data", "binary-mnist", "--frames", "10"};

std::vector<std::string> with(std::vector<std::string> more) {
  more.insert(more.begin(), on_mnist.begin(), on_mnist.end());
  return more;
}

/// The shipped network with the scale of its first quantizer replaced, byte by byte: our own writer refuses to.
std::string with_scale(const testing::temporary_directory& scratch, float scale) {
  constexpr float marker = 0.7853982f;  // no other number of the file
  network net = read_qonnx(qat);
  for (network_node& node : net.nodes)
    if (auto* quant = std::get_if<quant_op>(&node.op)) {
      quant->scale.values.assign(quant->scale.values.size(), marker);
      break;
    }
  const std::string path = scratch.file("scale.onnx");
  write_qonnx(net, path);
  const auto bytes_of = [](float value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
  };
  std::string file = contents(path);
  const std::size_t at = file.find(bytes_of(marker));
  REQUIRE(at != std::string::npos);
  write(path, file.replace(at, sizeof scale, bytes_of(scale)));
  return path;
}

}  // namespace

TEST_CASE("a file that is not there is named") {
  check_refused(simulate("nowhere.onnx", on_mnist), 3, {"nowhere.onnx"});
}

TEST_CASE("truncated and corrupt ONNX files are refused in one line, wherever they are cut") {
  const testing::temporary_directory scratch;
  const std::string whole = contents(qat);
  REQUIRE(whole.size() > 1000);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, whole.size() / 3, whole.size() / 2, whole.size() - 1}) {
    CAPTURE(size);
    write(scratch.file("cut.onnx"), whole.substr(0, size));
    check_refused(simulate(scratch.file("cut.onnx"), on_mnist), 2, {"cut.onnx"});
  }
  write(scratch.file("text.onnx"), "this is no network\n");
  check_refused(simulate(scratch.file("text.onnx"), on_mnist), 2, {"text.onnx"});
}

TEST_CASE("NaN, zero, negative and infinite scales are refused by node") {
  const testing::temporary_directory scratch;
  for (const float scale : {std::nanf(""), 0.0f, -1.0f, INFINITY}) {
    CAPTURE(scale);
    check_refused(simulate(with_scale(scratch, scale), on_mnist), 2, {"scale"});
  }
}

TEST_CASE("folds that do not divide name the nearest that do") {
  check_refused(simulate(qat, with({"--pe", "6"})), 2, {"pe = 6 does not divide MH = 10", "5, 10"});
  check_refused(simulate(qat, with({"--pe", "0"})), 2, {"pe = 0"});
  check_refused(simulate(qat, with({"--simd", "50"})), 2, {"simd = 50 does not divide MW = 784", "49, 56"});
}

TEST_CASE("accumulators of 0 and of 5000 bits are refused, of 1 and of 4096 are not") {
  check_refused(simulate(qat, with({"--accumulator", "0"})), 2, {"0"});
  check_refused(simulate(qat, with({"--accumulator", "5000"})), 2, {"5000", "4096"});
  check_refused(simulate(qat, with({"--accumulator", "-3"})), 2, {});
  check_refused(simulate(qat, with({"--accumulator", "14:wrapp"})), 2, {"wrapp", "wrap"});
  check_refused(simulate(qat, with({"--accumulator", "14:wrap:per_prodct"})), 2, {"per_prodct", "per_product"});
  check_refused(simulate(qat, with({"--accumulator", "MVAU_7=14"})), 2, {"MVAU_7", "MVAU_0"});
  CHECK(simulate(qat, with({"--accumulator", "1"})).code == 0);
  CHECK(simulate(qat, with({"--accumulator", "4096"})).code == 0);
}

TEST_CASE("data that is missing, short or of another shape is refused") {
  const testing::temporary_directory scratch;
  check_refused(simulate(qat, {"--data", "binary-mnits"}), 2, {"binary-mnits"});
  check_refused(simulate(qat, {"--data", scratch.path()}), 2, {scratch.path()});
  // MNIST's file names, with a header that promises 10 images of 28 x 28, and 100 bytes of them.
  const std::string header("\0\0\x08\x03\0\0\0\x0a\0\0\0\x1c\0\0\0\x1c", 16);
  write(scratch.file("t10k-images-idx3-ubyte"), header + std::string(100, '\0'));
  write(scratch.file("t10k-labels-idx1-ubyte"), std::string("\0\0\x08\x01\0\0\0\x0a", 8) + std::string(10, '\0'));
  check_refused(simulate(qat, {"--data", scratch.path()}), 2, {"t10k-images-idx3-ubyte"});
  // Whole, but of 2 x 2 pixels.
  write(scratch.file("t10k-images-idx3-ubyte"),
        std::string("\0\0\x08\x03\0\0\0\x0a\0\0\0\x02\0\0\0\x02", 16) + std::string(40, '\0'));
  check_refused(simulate(qat, {"--data", scratch.path()}), 2, {"784"});
}

TEST_CASE("a folding file that is wrong is refused by key") {
  const testing::temporary_directory scratch;
  write(scratch.file("folding.json"), R"({"Defaults": {}, "MVAU_0": {"PE": 5, "SMID": 49}})");
  check_refused(simulate(qat, with({"--folding", scratch.file("folding.json")})), 2, {"SMID", "SIMD"});
  write(scratch.file("folding.json"), R"({"Defaults": {}, "MVAU_0": {"PE": 5, )");
  check_refused(simulate(qat, with({"--folding", scratch.file("folding.json")})), 2, {"folding.json"});
}

TEST_CASE("unknown commands and options are refused with the nearest one") {
  check_refused(spillway_command({"simulte", qat}), 2, {"simulte", "simulate"});
  check_refused(simulate(qat, with({"--acumulator", "14"})), 2, {"--acumulator", "--accumulator"});
  check_refused(spillway_command({}), 2, {});
  check_refused(spillway_command({"simulate"}), 2, {"MODEL"});
}

TEST_CASE("what needs a clock is refused by the fast engine") {
  check_refused(simulate(qat, with({"--engine", "fast", "--waves", "x.vcd"})), 2, {"cycle engine"});
}

TEST_CASE("a directory that is no run, and a database that is none, are refused by trace and report") {
  const testing::temporary_directory scratch;
  check_refused(spillway_command({"trace", scratch.path()}), 3, {"run.sqlite"});
  check_refused(spillway_command({"report", scratch.path()}), 3, {scratch.path()});
  check_refused(spillway_command({"report", scratch.path(), "--against", scratch.path()}), 3, {scratch.path()});
  write(scratch.file("run.sqlite"), std::string(5000, 'x'));
  check_refused(spillway_command({"trace", scratch.path()}), 2, {"run.sqlite"});
}

TEST_CASE("output that nobody takes ends a command with one line and 3, never with a core") {
  const std::string spillway = SPILLWAY_BINARY_DIR "/spillway",
                    resnet = SPILLWAY_SOURCE_DIR "/models/zoo/resnet18-cifar10/qat-w4a4.onnx";
  const auto in_shell = [&](const std::string& rest) {
    return run_process({"/bin/sh", "-c", "'" + spillway + "' info '" + resnet + "' --json " + rest});
  };
  const process_result full = in_shell(">/dev/full");
  CHECK(full.code == 3);
  CHECK(full.err.find("No space left on device") != std::string::npos);
  CHECK(std::count(full.err.begin(), full.err.end(), '\n') == 1);
  const process_result closed = in_shell(">&-");
  CHECK(closed.code == 3);
  CHECK(in_shell("2>&-").code == 0);
  CHECK(run_process({"/bin/sh", "-c", "'" + spillway + "' info /nowhere 2>&-"}).code == 3);
}

TEST_CASE("a path that is no UTF-8 is printed as JSON all the same") {
  const testing::temporary_directory scratch;
  const std::string odd = scratch.file("odd-\xff\xfe.onnx");
  std::filesystem::copy_file(SPILLWAY_SOURCE_DIR "/models/zoo/mnist-linear/qat-w8a1.onnx", odd);
  for (const char* command : {"info", "check", "estimate"}) {
    CAPTURE(command);
    const process_result result = spillway_command({command, odd, "--json"});
    CHECK(result.code == 0);
    CHECK(nlohmann::json::accept(result.out));
  }
  const process_result run =
      spillway_command({"simulate", odd, "--data", SPILLWAY_SOURCE_DIR "/models/data/binary-mnist", "--frames", "2",
                        "--quiet", "--json"});
  CHECK(run.code == 0);
  CHECK(nlohmann::json::accept(run.out));
}
