// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "spillway/models/network/linear_export.h"
#include "spillway/models/onnx/read.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;

namespace {

const std::string qat = SPILLWAY_SOURCE_DIR "/models/zoo/mnist-linear/qat-w8a1.onnx";

process_result post_train(std::vector<std::string> more) {
  more.insert(more.begin(), {SPILLWAY_BINARY_DIR "/spillway-train", "post-training"});
  return run_process(more);
}

void check_refused(const process_result& result, int code, const std::string& what) {
  CAPTURE(result.err);
  CHECK(result.code == code);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK(result.err.find(what) != std::string::npos);
}

}  // namespace

TEST_CASE("post-training writes a network that claims its width, twice the same bytes") {
  const testing::temporary_directory scratch;
  const auto run = [&](const std::string& file) {
    return post_train({qat, "--accumulator", "10", "--search-scale", "--calibrate", "binary-mnist", "--frames", "50",
                       "--score", "binary-mnist", "-o", scratch.file(file)});
  };
  const process_result first = run("a.onnx"), second = run("b.onnx");
  CHECK(first.code == 0);
  CHECK(first.out.find("MatMul_0: 10 x 784, needs 10 bits") == 0);
  CHECK(first.out.find("before 92.06%") != std::string::npos);
  CHECK(first.out == second.out);
  const network a = read_qonnx(scratch.file("a.onnx")), b = read_qonnx(scratch.file("b.onnx"));
  CHECK(a.constants == b.constants);
  CHECK(a.metadata == b.metadata);
  CHECK(a.metadata.at(accumulator_key("MatMul_0")) == "10");
  CHECK(a.metadata.at("spillway.post_training.command") ==
        "post-training --accumulator 10 --method greedy --search-scale --frames 50");
  const process_result ptm = post_train({qat, "--method", "ptm", "-o", scratch.file("ptm.onnx")});
  CHECK(ptm.code == 0);
  CHECK(read_qonnx(scratch.file("ptm.onnx")).metadata.at(accumulator_key("MatMul_0")) == "16");
  const process_result tiled = post_train(
      {qat, "--accumulator", "8x98:11", "--calibrate", "binary-mnist", "--frames", "50", "-o", scratch.file("t.onnx")});
  CHECK(tiled.code == 0);
  CHECK(tiled.out.find("in a tile") != std::string::npos);
}

TEST_CASE("bad input to post-training is one line, and leaves no file") {
  const testing::temporary_directory scratch;
  const std::string out = scratch.file("out.onnx");
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), qat);
    more.insert(more.end(), {"-o", out});
    return post_train(more);
  };
  check_refused(run({"--calibrate", "binary-mnist"}), 2, "--accumulator is missing");
  check_refused(run({"--accumulator", "12"}), 2, "--calibrate is missing");
  check_refused(run({"--accumulator", "12", "--method", "ptm"}), 2, "--accumulator is not for --method ptm");
  check_refused(run({"--accumulator", "12", "--calibrate", "binary-mnist", "--method", "gredy"}), 2, "nearest: greedy");
  check_refused(run({"--accumulator", "1", "--calibrate", "binary-mnist"}), 2, "not 2 to 4096");
  check_refused(run({"--accumulator", "twelve", "--calibrate", "binary-mnist"}), 2, "right: a width");
  check_refused(run({"--accumulator", "8x:11", "--calibrate", "binary-mnist"}), 2, "12x64:16");
  check_refused(run({"--accumulator", "8x98:11", "--method", "naive", "--calibrate", "binary-mnist"}), 2, "tiles");
  check_refused(run({"--accumulator", "12", "--calibrate", scratch.file("none/")}), 3, "none");
  check_refused(run({"--accumulator", "12", "--calibrate", "binary-mnist", "--frames", "0"}), 2, "--frames");
  check_refused(run({"--accumulator", "12", "--calibrate", "binary-mnist", "--leave", "conv9"}), 2, "conv9");
  check_refused(run({"--accumulator", "12", "--calibrate", "binary-mnist", "--limit", "tigt"}), 2, "nearest: tight");
  CHECK_FALSE(std::filesystem::exists(out));
}
