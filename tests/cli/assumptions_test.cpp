// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "spillway/models/data/npy.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/onnx/write.h"
#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/sqlite.h"

// What a file leaves open is said by every command, and the outputs of a run are the file's.

using namespace spillway;
using nlohmann::json;

namespace {

/// An image of two channels that no quantizer takes, a convolution, Softmax.
network raw_network(bool ends_in_softmax) {
  network net;
  net.name = "raw";
  net.input = "x";
  net.input_shape = {1, 2, 2, 3};
  net.output = ends_in_softmax ? "p" : "y";
  net.constants["w"] = {{3, 2, 1, 1}, {0.25F, -0.125F, 0.25F, 0, 0.375F, 0.125F}};
  net.nodes.push_back({"wq", quant_op{{{}, {0.125F}}, {{}, {0}}, 4, true}, {"w"}, "w_q"});
  net.nodes.push_back({"conv", conv_op{}, {"x", "w_q"}, "y"});
  if (ends_in_softmax) net.nodes.push_back({"softmax", softmax_op{1, false}, {"y"}, "p"});
  return net;
}

float_tensor frames(std::int64_t count, float step) {
  float_tensor x{{count, 2, 2, 3}, {}};
  for (std::int64_t i = 0; i < count * 12; ++i) x.values.push_back(static_cast<float>(i * 7 % 23 - 11) * step);
  return x;
}

std::vector<std::string> what_of(const json& assumptions) {
  std::vector<std::string> result;
  for (const json& one : assumptions) {
    for (const char* key : {"where", "what", "value", "why"}) CHECK(one.at(key).is_string());
    result.push_back(one["what"]);
  }
  return result;
}

}  // namespace

TEST_CASE("every command that reads a network says what it assumes") {
  const testing::temporary_directory scratch;
  const std::string model = scratch.file("raw.onnx"), data = scratch.file("x.npy");
  write_qonnx(raw_network(true), model);
  write_npy(data, frames(3, 0.25F));
  const std::vector<std::vector<std::string>> commands{
      {"info", model, "--json"},
      {"check", model, "--data", data, "--json"},
      {"simulate", model, "--data", data, "--quiet", "--json", "-o", scratch.file("run")},
      {"estimate", model, "--json"},
      {"explore", model, "--json"},
      {"rtl", model, "-o", scratch.file("rtl"), "--json"},
      {"convert", model, "-o", scratch.file("qcdq.onnx"), "--json"}};
  for (const std::vector<std::string>& command : commands) {
    CAPTURE(command[0]);
    const process_result result = spillway_command(command);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    const std::vector<std::string> what = what_of(json::parse(result.out)["assumptions"]);
    CHECK(what == std::vector<std::string>{"input format", "left to the host"});
    CHECK(result.err.find("note: x: input format: FIXED<16,6> (") != std::string::npos);
    CHECK(result.err.find("note: softmax: left to the host: Softmax (") != std::string::npos);
  }
  const sqlite_database database(scratch.file("run") + "/run.sqlite", sqlite_database::access::read);
  const table stored = database.select("SELECT \"where\", what, value FROM assumptions ORDER BY assumption");
  REQUIRE(stored.rows.size() == 2);
  CHECK(std::get<std::string>(stored.rows[0][0]) == "x");
  CHECK(std::get<std::string>(stored.rows[0][2]) == "FIXED<16,6>");
  CHECK(std::get<std::string>(stored.rows[1][1]) == "left to the host");
}

TEST_CASE("outputs.npy is the file's output but for scale and bias, which lie beside it") {
  const testing::temporary_directory scratch;
  const std::string model = scratch.file("raw.onnx"), data = scratch.file("x.npy"), run = scratch.file("run");
  const network net = raw_network(false);
  write_qonnx(net, model);
  const float_tensor x = frames(4, 0.25F);
  write_npy(data, x);
  write_npy(scratch.file("y.npy"), integer_tensor::from(unsigned_type(8), {4}, {0, 1, 2, 0}));
  const process_result result = spillway_command(
      {"simulate", model, "--data", data, "--labels", scratch.file("y.npy"), "--real", "--json", "--quiet", "-o", run});
  REQUIRE(result.code == 0);
  CHECK(json::parse(result.out)["accuracy"].is_number());
  const float_tensor reals = read_npy_floats(run + "/outputs_real.npy");
  const integer_tensor outputs = read_npy(run + "/outputs.npy");
  const float_tensor scale = read_npy_floats(run + "/output_scale.npy"),
                     bias = read_npy_floats(run + "/output_bias.npy");
  CHECK(outputs.shape == std::vector<std::int64_t>{4, 3, 2, 3});
  CHECK(scale.shape == std::vector<std::int64_t>{1, 1, 1});
  const double_tensor right = evaluate_double(net, x);
  for (std::int64_t i = 0; i < outputs.size(); ++i)
    CHECK(std::abs(to_double(outputs, i) * double{scale.values[0]} + double{bias.values[0]} -
                   right.values[static_cast<std::size_t>(i)]) < double{scale.values[0]} / 2);
  CHECK(reals.shape == outputs.shape);
  for (std::int64_t i = 0; i < outputs.size(); ++i)
    CHECK(reals.values[static_cast<std::size_t>(i)] ==
          doctest::Approx(to_double(outputs, i) * double{scale.values[0]} + double{bias.values[0]}));
  const process_result alone = spillway_command({"simulate", model, "--data", data, "--real", "--quiet"});
  CHECK(alone.code == 2);
  CHECK(alone.err.find("--real") != std::string::npos);
}

TEST_CASE("each of several outputs has files of its own, which a later run of one output takes away") {
  const testing::temporary_directory scratch;
  const std::string one = scratch.file("one.onnx"), two = scratch.file("two.onnx"), data = scratch.file("x.npy"),
                    run = scratch.file("run");
  network net = raw_network(false);
  write_qonnx(net, one);
  const std::string y = net.output;
  net.nodes.push_back({"turn", transpose_op{{0, 1, 3, 2}}, {y}, "turned"});
  net.nodes.push_back({"first", reshape_op{{18}}, {y}, "y_joined"});
  net.nodes.push_back({"second", reshape_op{{18}}, {"turned"}, "turned_joined"});
  net.nodes.push_back({"join", concat_op{1}, {"y_joined", "turned_joined"}, "both"});
  net.output = "both";
  net.outputs = {{y, {3, 2, 3}}, {"turned", {3, 3, 2}}};
  write_qonnx(net, two);
  write_npy(data, frames(4, 0.25F));
  const process_result result =
      spillway_command({"simulate", two, "--data", data, "--real", "--json", "--quiet", "-o", run});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json named = json::parse(result.out)["outputs"];
  REQUIRE(named.size() == 2);
  CHECK(named[1]["name"] == "turned");
  CHECK(named[1]["file"] == "outputs_2.npy");
  const integer_tensor first = read_npy(run + "/outputs.npy"), second = read_npy(run + "/outputs_2.npy");
  CHECK(first.shape == std::vector<std::int64_t>{4, 3, 2, 3});
  REQUIRE(second.shape == std::vector<std::int64_t>{4, 3, 3, 2});
  for (std::int64_t map = 0; map < 12; ++map)
    for (std::int64_t h = 0; h < 2; ++h)
      for (std::int64_t w = 0; w < 3; ++w) CHECK(*first.at(map * 6 + h * 3 + w) == *second.at(map * 6 + w * 2 + h));
  CHECK(read_npy_floats(run + "/outputs_real_2.npy").values.size() == 72);
  REQUIRE(spillway_command({"simulate", one, "--data", data, "--quiet", "--force", "-o", run}).code == 0);
  CHECK(std::filesystem::exists(run + "/outputs.npy"));
  CHECK(!std::filesystem::exists(run + "/outputs_2.npy"));
}

TEST_CASE("check names the input's format where that is what differs") {
  const testing::temporary_directory scratch;
  const std::string model = scratch.file("raw.onnx"), data = scratch.file("x.npy");
  write_qonnx(raw_network(false), model);
  write_npy(data, frames(2, 0.3F));
  const json fine = json::parse(spillway_command({"check", model, "--data", data, "--json"}).out)["differences"];
  const json coarse = json::parse(
      spillway_command({"check", model, "--data", data, "--input", "FIXED<4,4>", "--json"}).out)["differences"];
  CHECK(coarse["differing_outputs"] > 0);
  for (const json* report : {&fine, &coarse})
    for (const json& frame : (*report)["frames_that_differ"]) {
      CHECK(frame["step"] == "input format");
      CHECK(frame["where"] == "x");
      CHECK(frame["file_value"] != frame["exact_value"]);
    }
}

TEST_CASE("check takes any number of frames of a file whose batch is fixed") {
  const testing::temporary_directory scratch;
  const std::string model = scratch.file("raw.onnx"), data = scratch.file("x.npy");
  network net = raw_network(false);
  net.input_shape[0] = 4;
  write_qonnx(net, model);
  write_npy(data, frames(6, 0.25F));
  const process_result result = spillway_command({"check", model, "--data", data, "--json"});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json differences = json::parse(result.out)["differences"];
  CHECK(differences["frames"] == 6);
  CHECK(differences["outputs"] == 6 * 18);
  CHECK(differences["differing_outputs"] == 0);
}
