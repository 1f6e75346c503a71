// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "spillway/models/data/npy.h"
#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/models/step_sequence.h"

// `spillway compare` on the folder of a build, and tensors that `simulate --dump` writes.

using namespace spillway;
using namespace spillway::testing;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

/// A build of four steps, of which the last is hardware, and whatever is wrong in the third.
struct build_folder {
  temporary_directory scratch;
  step_sequence steps;
  std::string reference = scratch.file("export.onnx"), folder = scratch.file("intermediate_models");

  explicit build_folder(step_fault wrong = {}) {
    fs::create_directory(folder);
    testing::write_bytes(reference, steps.exported().bytes());
    write("step_tidy_up", steps.exported({}, true));
    write("step_qonnx_to_finn", steps.exported());
    write("step_streamline", steps.streamlined(wrong));
    write("step_convert_to_hw", steps.hardware());
    write("my_top_k", steps.streamlined(wrong, true));
  }
  void write(const std::string& name, const onnx_model& model) const {
    testing::write_bytes(folder + "/" + name + ".onnx", model.bytes());
  }
};

json compare(std::vector<std::string> arguments, int code) {
  arguments.insert(arguments.begin(), "compare");
  arguments.insert(arguments.end(), {"--json", "--quiet"});
  const process_result result = spillway_command(arguments);
  CAPTURE(result.err);
  REQUIRE(result.code == code);
  return json::parse(result.out);
}

std::vector<std::string> names_of(const json& result) {
  std::vector<std::string> names;
  for (const json& file : result["files"]) names.push_back(fs::path(file["file"].get<std::string>()).stem().string());
  return names;
}

const std::string tfc = SPILLWAY_SOURCE_DIR "/models/zoo/tfc-mnist/qat-w4a4.onnx";

}  // namespace

TEST_CASE("the steps of a build are compared in FINN's order; hardware is named and left out") {
  const build_folder build;
  const json result = compare({build.reference, build.folder}, 0);
  CHECK(names_of(result) == std::vector<std::string>{"step_qonnx_to_finn", "step_tidy_up", "step_streamline",
                                                     "step_convert_to_hw", "my_top_k"});
  CHECK(result["equal"] == true);
  CHECK(result["first"].is_null());
  CHECK(result["frames"] == 16);
  CHECK(result["seed"] == 1);
  CHECK(result["files"][3]["result"] == "left out");
  CHECK(result["files"][3]["left_out"].get<std::string>().find("before its step \"convert to hardware\"") !=
        std::string::npos);
  CHECK(result["files"][4]["classes_only"] == true);
  CHECK(compare({build.folder}, 0)["reference"] == build.folder + "/step_qonnx_to_finn.onnx");
  CHECK(compare({build.scratch.path() + "/intermediate_models/../intermediate_models"}, 0)["files"].size() == 4);
  fs::remove(build.reference);
  CHECK(compare({build.scratch.path()}, 0)["files"].size() == 4);  // its intermediate_models
}

TEST_CASE("the first difference has file, layer, tensor, channel, frame and both values, on random and on given data") {
  const build_folder build({1, 2, 3});
  const json result = compare({build.reference, build.folder, "--frames", "5", "--seed", "9"}, 1);
  CHECK(result["first"] == build.folder + "/step_streamline.onnx");
  const json& first = result["files"][2]["difference"];
  CHECK(first["what"] == "sums");
  CHECK(first["tensor"] == "MatMul_1_out0");
  CHECK(first["layer"] == "MatMul_MatMul_1_out0");
  CHECK(first["channel"] == 3);
  CHECK(first["number"] != first["expected_number"]);
  CHECK(first["value"].is_number());
  CHECK(result["files"][4]["difference"]["tensor"] == "MatMul_1_out0");
  CHECK(compare({build.reference, build.folder, "--frames", "5", "--seed", "9", "--threads", "1"}, 1) == result);

  write_npy(build.scratch.file("zeros.npy"), integer_tensor::zeros(unsigned_type(8), {3, 6}));
  write_npy(build.scratch.file("x.npy"),
            integer_tensor::from(unsigned_type(8), {2, 6}, std::vector<std::int64_t>(12, 200)));
  const json given = compare({build.reference, build.folder, "--data", build.scratch.file("x.npy"), "--skip", "1"}, 1);
  CHECK(given["seed"].is_null());
  CHECK(given["files"][2]["difference"]["frame"] == 1);

  const process_result text = spillway_command({"compare", build.reference, build.folder});
  CHECK(text.code == 1);
  CHECK(text.out.find("step_streamline.onnx: DIFFERS first in the sums of MatMul_MatMul_1_out0 (tensor MatMul_1_out0), "
                      "channel 3, frame 0: ") != std::string::npos);
  CHECK(text.out.find("random frames (seed 1)") != std::string::npos);
  CHECK(text.out.find("the first difference is in " + build.folder + "/step_streamline.onnx\n") != std::string::npos);
}

TEST_CASE("files by number, and files that stand in two places, are compared once and in order") {
  const build_folder build;
  fs::rename(build.folder + "/my_top_k.onnx", build.folder + "/10_last.onnx");
  fs::rename(build.folder + "/step_streamline.onnx", build.folder + "/9_before.onnx");
  CHECK(names_of(compare({build.folder, build.reference, build.folder}, 0)) ==
        std::vector<std::string>{"10_last", "step_qonnx_to_finn", "step_tidy_up", "step_convert_to_hw", "export"});
}

TEST_CASE("what can't be compared is refused in one line") {
  const build_folder build;
  check_refused(spillway_command({"compare", build.reference}), 2, {"export.onnx", "1 of 1", "two or more"});
  check_refused(spillway_command({"compare", build.reference, build.scratch.file("none")}), 3, {"none"});
  check_refused(spillway_command({"compare", build.folder + "/step_convert_to_hw.onnx", build.reference}), 2,
                {"step_convert_to_hw.onnx", "convert to hardware"});
  check_refused(spillway_command({"compare", build.reference, tfc}), 2, {"qat-w4a4.onnx", "[1, 1, 28, 28]", "[1, 6]"});
  fs::create_directory(build.scratch.file("empty"));
  check_refused(spillway_command({"compare", build.reference, build.scratch.file("empty")}), 2, {"empty", ".onnx"});
  testing::write_bytes(build.folder + "/broken.onnx", "no model");
  check_refused(spillway_command({"compare", build.reference, build.folder}), 2, {"broken.onnx", "not an ONNX model"});
  check_refused(spillway_command({"compare", build.reference, build.reference, "--seed", "2", "--data", "mnist"}), 2,
                {"--seed"});
}

TEST_CASE("simulate --dump writes tensors as the registers leave them; the last is what the run's outputs say") {
  const temporary_directory scratch;
  const std::string run = scratch.file("run");
  const std::vector<std::string> base{"simulate", tfc,  "--data", "mnist-first-500", "--frames",
                                      "40",       "-o", run,      "--quiet",         "--real"};
  const auto simulate = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = base;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return spillway_command(arguments);
  };
  check_refused(simulate({"--dump", "Quant_1_outptu"}), 2, {"no tensor Quant_1_outptu", "Quant_1_output"});
  CHECK(!fs::exists(run));
  REQUIRE(simulate({"--accumulator", "9:wrap", "--dump", "output,Quant_1_output", "--dump", "Quant_2_output"}).code ==
          0);
  const float_tensor outputs = read_npy_floats(run + "/outputs_real.npy");
  CHECK(read_npy_floats(run + "/tensors/output.npy") == outputs);
  const float_tensor levels = read_npy_floats(run + "/tensors/Quant_2_output.npy");
  CHECK(levels.shape == std::vector<std::int64_t>{40, 64});
  std::ifstream list(run + "/tensors/tensors.json");
  const json tensors = json::parse(list)["tensors"];
  REQUIRE(tensors.size() == 3);
  CHECK(tensors[0]["name"] == "Quant_1_output");
  CHECK(tensors[0]["file"] == "Quant_1_output.npy");

  // A new result takes the place of the old one: other values, and no tensors that nobody asked for.
  REQUIRE(simulate({"--accumulator", "32", "--dump", "Quant_2_output", "--force"}).code == 0);
  CHECK(read_npy_floats(run + "/tensors/Quant_2_output.npy") != levels);
  CHECK(!fs::exists(run + "/tensors/output.npy"));
  CHECK(!fs::exists(run + "/unfinished"));
  REQUIRE(simulate({"--accumulator", "31", "--force"}).code == 0);
  CHECK(!fs::exists(run + "/tensors"));
  check_refused(spillway_command({"simulate", tfc, "--data", "mnist-first-500", "--dump", "output"}), 2, {"--output"});
  check_refused(simulate({"--accumulator", "8..9", "--dump", "output", "--force"}), 2, {"--dump"});
}

TEST_CASE("info lists the tensors that can be dumped") {
  const json info = json::parse(spillway_command({"info", tfc, "--json"}).out);
  CHECK(info["tensors"][0] == json{{"name", "input"}, {"layer", ""}, {"shape", {1, 28, 28}}});
  CHECK(info["tensors"].back() == json{{"name", "output"}, {"layer", "Gemm_3"}, {"shape", {10}}});
}
