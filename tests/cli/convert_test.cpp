// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "spillway/models/integer_network/same_integers.h"
#include "spillway/models/network/network.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string a2q = zoo + "a2q-w8a1-p12.onnx";

std::string contents_of(const std::string& path) { return read_file(path, std::int64_t{1} << 24); }

/// 1-bit inputs, bipolar weights.
network bipolar() {
  network net{"net", "x", {1, 2}, "y", {{"w", {{2, 1}, {0.5F, -0.5F}}}}, {}, {}, {}};
  net.nodes = {{"in", quant_op{{{}, {1}}, {{}, {0}}, 1, false}, {"x"}, "q"},
               {"weights", bipolar_quant_op{{{}, {1}}}, {"w"}, "b"},
               {"dot", matmul_op{}, {"q", "b"}, "y"}};
  return net;
}

}  // namespace

TEST_CASE("a converted file is small, claims the same, and is the same network to every command") {
  const testing::temporary_directory scratch;
  const std::string qcdq = scratch.file("p12.onnx"), back = scratch.file("back.onnx"),
                    twice = scratch.file("twice.onnx");
  const process_result result = spillway_command({"convert", a2q, "-o", qcdq});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK(result.out ==
        qcdq + ": qcdq, " + std::to_string(fs::file_size(qcdq)) + " bytes, the same integers as " + a2q + "\n");
  CHECK(fs::file_size(qcdq) < 10'000);  // 7,840 weights, a byte each
  CHECK(same_integers(streamline(read_qonnx(qcdq)), streamline(read_qonnx(a2q))));
  const process_result proof = spillway_command({"check", qcdq});
  CHECK(proof.code == 0);
  CHECK(proof.out.find("claims of the file: 1 of 1 proved\n") != std::string::npos);
  const auto simulated = [](const std::string& model) {
    const process_result run = spillway_command({"simulate", model, "--data", "binary-mnist", "--frames", "300",
                                                 "--accumulator", "9:wrap:per_cycle", "--json"});
    REQUIRE(run.code == 0);
    return json::parse(run.out);
  };
  const json original = simulated(a2q), converted = simulated(qcdq);
  for (const char* key : {"accuracy", "overflow_events", "overflowing_dot_products", "cycles", "mean_abs_error"})
    CHECK(original.at(key) == converted.at(key));
  CHECK(original.at("overflow_events") > 0);

  const process_result again = spillway_command({"convert", qcdq, "--format", "qonnx", "--json", "-o", back});
  REQUIRE(again.code == 0);
  CHECK(json::parse(again.out).at("format") == "qonnx");
  CHECK(json::parse(again.out).at("bytes") == fs::file_size(back));
  REQUIRE(spillway_command({"convert", back, "-o", twice}).code == 0);
  CHECK(contents_of(twice) == contents_of(qcdq));
}

TEST_CASE("what can't be converted is one line, and loses nothing") {
  const testing::temporary_directory scratch;
  const std::string path = scratch.file("bipolar.onnx"), out = scratch.file("out.onnx");
  write_qonnx(bipolar(), path);
  check_refused(spillway_command({"convert", path, "-o", out}), 2,
                {"bipolar.onnx: weights: BipolarQuant has no form in QCDQ; right: QONNX"});
  CHECK_FALSE(fs::exists(out));
  CHECK(spillway_command({"convert", path, "-o", out, "--format", "qonnx"}).code == 0);
  const std::string before = contents_of(out);
  check_refused(spillway_command({"convert", a2q, "-o", out}), 2, {"out.onnx exists; --force replaces it"});
  check_refused(spillway_command({"convert", path, "--force", "-o", out}), 2, {"BipolarQuant has no form"});
  CHECK(contents_of(out) == before);
  check_refused(spillway_command({"convert", a2q, "--format", "qcdc", "-o", scratch.file("b.onnx")}), 2,
                {"there is no format qcdc; nearest: qcdq"});
  check_refused(spillway_command({"convert", a2q, "-o", scratch.file("no/b.onnx")}), 3, {"there is no folder"});
  check_refused(spillway_command({"convert", scratch.file("none.onnx"), "-o", scratch.file("b.onnx")}), 3,
                {"none.onnx"});
  check_refused(run_process({SPILLWAY_BINARY_DIR "/spillway", "convert", a2q, "--force", "-o", out}, {}, 4096), 3,
                {"out.onnx"});
  CHECK(contents_of(out) == before);
}
