// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

// The zoo's networks of many layers, in the registers that they claim, on the images that are shipped.

using namespace spillway;
using nlohmann::json;

namespace {

json simulate(const std::string& model, const std::string& inputs, std::vector<std::string> more) {
  std::vector<std::string> arguments{"simulate", SPILLWAY_SOURCE_DIR "/models/zoo/" + model,
                                     "--data",   SPILLWAY_SOURCE_DIR "/models/data/" + inputs,
                                     "--quiet",  "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const process_result result = spillway_command(arguments);
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  return json::parse(result.out);
}

}  // namespace

TEST_CASE(
    "TFC's hidden layers never overflow at the 9 bits that A2Q+ trained them for; those of QAT do, and it shows") {
  const std::vector<std::string> at_9_bits{"--accumulator", "32",
                                           "--engine",      "fast",
                                           "--accumulator", "MVAU_1=9:wrap:per_product",
                                           "--accumulator", "MVAU_2=9:wrap:per_product"};
  const json safe = simulate("tfc-mnist/a2q_plus-w4a4-p9.onnx", "mnist-first-500", at_9_bits);
  CHECK(safe["frames"] == 500);
  CHECK(safe["overflow_events"] == 0);
  CHECK(safe["accuracy"] == safe["exact_accuracy"]);
  CHECK(safe["accuracy"] == doctest::Approx(0.974));
  const json unsafe = simulate("tfc-mnist/qat-w4a4.onnx", "mnist-first-500", at_9_bits);
  CHECK(unsafe["overflow_events"] > 1000);
  CHECK(unsafe["accuracy"] == doctest::Approx(0.896));
  CHECK(unsafe["exact_accuracy"] == doctest::Approx(0.982));
}

TEST_CASE("TFC's hidden layers overflow at the 8 bits that WrapNet trained them for, and it does not show") {
  const std::vector<std::string> at_8_bits{
      "--accumulator", "32", "--accumulator", "MVAU_1=8:wrap:final", "--accumulator", "MVAU_2=8:wrap:final"};
  const json wraps = simulate("tfc-mnist/wrapnet-w4a4-p8.onnx", "mnist-first-500", at_8_bits);
  CHECK(wraps["overflow_events"] > 0);
  CHECK(wraps["persistent_dot_products"] == wraps["overflow_events"]);
  CHECK(wraps["accuracy"] == doctest::Approx(0.986));
  const std::string file = SPILLWAY_SOURCE_DIR "/models/zoo/tfc-mnist/wrapnet-w4a4-p8.onnx";
  const process_result check = spillway_command({"check", file});
  CHECK(check.code == 0);
  CHECK(check.out.ends_with("claims of the file: none; it was trained to wrap in registers of 8 bits (WrapNet)\n"));
  const json by_itself = simulate("tfc-mnist/wrapnet-w4a4-p8.onnx", "mnist-first-500", {});
  CHECK(by_itself["units"][1]["accumulator_from"] == "trained_to_wrap");
  CHECK(by_itself["units"][0]["accumulator_from"] == "certified");
  CHECK(by_itself["accuracy"] == wraps["accuracy"]);
  const std::vector<std::string> wide{
      "simulate",      file, "--frames", "2",
      "--accumulator", "32", "--data",   SPILLWAY_SOURCE_DIR "/models/data/mnist-first-500"};
  CHECK(spillway_command(wide).err.find("note: the network was trained for registers of 8 bits that wrap") !=
        std::string::npos);
  CHECK(spillway_command({"check", file, "--accumulator", "32", "--accumulator", "MVAU_1=8"}).code == 1);
}

TEST_CASE("ResNet18 runs on photographs, its FIFOs sized, in the registers that it claims") {
  const testing::temporary_directory scratch;
  const std::string folding = scratch.file("sized.json"), folder = SPILLWAY_SOURCE_DIR "/models/zoo/resnet18-cifar10/";
  REQUIRE(
      spillway_command({"explore", folder + "a2q_plus-w4a4-p12.onnx", "--fifos", "live", "-q", "-o", folding}).code ==
      0);
  const json safe =
      simulate("resnet18-cifar10/a2q_plus-w4a4-p12.onnx", "cifar10-first-200", {"--folding", folding, "--frames", "4"});
  CHECK(safe["overflow_events"] == 0);
  CHECK(safe["dot_products"] == 4 * 76'810);
  CHECK(safe["mean_abs_error"] == 0);
  const json unsafe = simulate("resnet18-cifar10/qat-w4a4.onnx", "cifar10-first-200",
                               {"--folding", folding, "--frames", "4", "--accumulator", "9"});
  CHECK(unsafe["overflow_events"] > 0);
  CHECK(unsafe["mean_abs_error"] > 0);
}
