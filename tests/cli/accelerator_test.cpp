// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "spillway/models/data/npy.h"
#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/paper_networks/network_builder.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using nlohmann::json;

namespace {

/// A folder with a network that has a residual branch, and four images for it.
struct residual_files {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / "spillway_accelerator_test";
  std::string model = folder / "residual.onnx", data = folder / "images.npy", folding = folder / "folding.json";

  residual_files() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    network_builder build("residual", {1, 2, 8, 8}, 3);
    const auto x = build.quantize(build.input(), {.bits = 4, .is_signed = false, .scale = 1.0F / 15});
    const auto branch = build.conv(x, {.channels = 2, .bits = 3, .kernel = 3, .padding = 1});
    const auto short_cut = build.quantize(build.relu(branch), {.bits = 4, .is_signed = false, .scale = 1.0F / 15});
    const auto sum = build.quantize(build.add(short_cut, x), {.bits = 3, .is_signed = false, .scale = 0.25F});
    write_qonnx(build.finish(build.conv(sum, {.channels = 3, .bits = 3, .kernel = 1})), model);
    integer_tensor images = integer_tensor::zeros(unsigned_type(8), {4, 128});
    for (std::int64_t i = 0; i < images.size(); ++i) *images.at(i) = i * 37 % 256;
    write_npy(data, images);
  }
  ~residual_files() { std::filesystem::remove_all(folder); }
};

}  // namespace

TEST_CASE("no design deadlocks by default; stated depths that do are told, with what frees them; sized it runs, too") {
  const residual_files files;
  const std::vector<std::string> simulate{"simulate", files.model, "--data", files.data, "--json", "--compare"};
  CHECK(spillway_command(simulate).code == 0);

  const std::string shallow = (files.folder / "shallow.json").string();
  std::ofstream(shallow) << R"({"Defaults": {}, "DuplicateStreams_0": {"outFIFODepths": [2, 2]}})";
  std::vector<std::string> stuck = simulate;
  stuck.insert(stuck.end(), {"--folding", shallow});
  const process_result told = spillway_command(stuck);
  CAPTURE(told.err);
  CHECK(told.code == 2);
  for (const char* part :
       {"deadlock in cycle", "DuplicateStreams_0 waits for room in DuplicateStreams_0 -> AddStreams_0",
        "instead of 2 for DuplicateStreams_0 -> AddStreams_0", "frees it"})
    CHECK(told.err.find(part) != std::string::npos);
  CHECK(std::count(told.err.begin(), told.err.end(), '\n') <= 3);

  const process_result looked = spillway_command({"explore", files.model, "--folding", shallow, "--json"});
  CAPTURE(looked.err);
  REQUIRE(looked.code == 0);
  CHECK(json::parse(looked.out)["reached"]["deadlock"].get<std::string>().find("frees it") != std::string::npos);

  const std::string rtl = (files.folder / "rtl").string();
  const process_result refused = spillway_command({"rtl", files.model, "-o", rtl, "--folding", shallow});
  CHECK(refused.code == 2);
  for (const char* part : {"deadlock in cycle", "--fifos live"}) CHECK(refused.err.find(part) != std::string::npos);
  CHECK(!std::filesystem::exists(rtl));
  CHECK(spillway_command({"rtl", files.model, "-o", rtl, "--fifos", "live", "-q"}).code == 0);

  for (const char* goal : {"live", "full-rate"}) {
    CAPTURE(goal);
    const process_result sized =
        spillway_command({"explore", files.model, "--fifos", goal, "--json", "-q", "--force", "-o", files.folding});
    CAPTURE(sized.err);
    REQUIRE(sized.code == 0);
    const json depths = json::parse(sized.out);
    if (goal == std::string("full-rate")) CHECK(depths["cycles"] == depths["unlimited_cycles"]);
    for (const json& stream : depths["streams"]) CHECK(stream["minimal"] == true);

    std::vector<std::string> with_folding = simulate;
    with_folding.insert(with_folding.end(), {"--folding", files.folding});
    const process_result run = spillway_command(with_folding);
    CAPTURE(run.err);
    REQUIRE(run.code == 0);
    const json result = json::parse(run.out);
    CHECK(result["frames"] == 4);
    CHECK(result["compare"]["differing_beats"] == 0);
    CHECK(result["compare"]["streams"].get<int>() >= 8);
    CHECK(result["compare"]["first_difference"].is_null());
  }
}

TEST_CASE("explore states the rate that is reached, and how long any number of frames takes") {
  const residual_files files;
  const std::vector<std::string> explore{"explore", files.model,   "--fifos", "full-rate", "-q",
                                         "--json",  "--clock-mhz", "100",     "--times",   "1000000000"};
  const process_result run = spillway_command(explore);
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const json result = json::parse(run.out), &reached = result["reached"], &times = result["times"];
  CHECK(reached["steady"] == true);
  CHECK(reached["lost_in_streams"] == 0);
  CHECK(reached["cycles_per_frame"] == reached["bottleneck_cycles"]);
  CHECK(reached["fps"].get<double>() == doctest::Approx(1e8 / reached["cycles_per_frame"].get<double>()));
  CHECK(reached["latency_us"].get<double>() == doctest::Approx(reached["latency_cycles"].get<double>() / 100));
  CHECK(times["frames"] == 1'000'000'000);
  CHECK(times["at_least"] == false);
  CHECK(times["first_frame_latency"] == reached["latency_cycles"]);
  const auto cycles = times["cycles"].get<std::uint64_t>(), pace = reached["bottleneck_cycles"].get<std::uint64_t>();
  CHECK(cycles >= 1'000'000'000 * pace);
  CHECK(cycles < 1'000'000'000 * pace + 10 * times["first_frame_latency"].get<std::uint64_t>());
}

TEST_CASE("narrow accumulators differ, and the first difference is named; the exit code says so") {
  const residual_files files;
  REQUIRE(spillway_command({"explore", files.model, "--fifos", "live", "-q", "-o", files.folding}).code == 0);
  const process_result run = spillway_command({"simulate", files.model, "--data", files.data, "--folding",
                                               files.folding, "--accumulator", "MVAU_0=4", "--compare", "--json"});
  CAPTURE(run.err);
  CHECK(run.code == 1);
  const json result = json::parse(run.out);
  CHECK(result["overflow_events"].get<int>() > 0);
  const json& first = result["compare"]["first_difference"];
  CHECK(first["unit"] == "MVAU_0");
  CHECK(first["stream"] == "MVAU_0 -> AddStreams_0");
  for (const char* key : {"frame", "position", "channel", "cycle"}) CHECK(first[key].is_number_unsigned());
  CHECK(first["expected"] != first["found"]);
}

TEST_CASE("the folding search meets its goal, and what it writes gives that design again") {
  const residual_files files;
  const process_result found = spillway_command(
      {"explore", files.model, "--cycles", "600", "--fifos", "live", "--json", "-q", "-o", files.folding});
  CAPTURE(found.err);
  REQUIRE(found.code == 0);
  const json result = json::parse(found.out);
  CHECK(result["cycles_per_frame"].get<int>() <= 600);
  const process_result info = spillway_command({"info", files.model, "--folding", files.folding, "--json"});
  REQUIRE(info.code == 0);
  const json units = json::parse(info.out)["units"];
  REQUIRE(units.size() == result["units"].size());
  for (std::size_t u = 0; u < units.size(); ++u) {
    CHECK(units[u]["name"] == result["units"][u]["name"]);
    CHECK(units[u]["cycles_per_frame"] == result["units"][u]["cycles_per_frame"]);
  }
  check_refused(spillway_command({"explore", files.model, "--cycles", "1"}), 2, {"cycles a frame at least"});
  check_refused(spillway_command({"explore", files.model, "--cycles", "9", "--fps", "9"}), 2, {"--cycles and --fps"});
  check_refused(spillway_command({"explore", files.model, "--cycles", "600", "-o", files.folding}), 2,
                {"exists", "--force"});
  CHECK(spillway_command({"simulate", files.model, "--data", files.data, "--engine", "fast"}).code == 0);
  check_refused(spillway_command({"simulate", files.model, "--data", files.data, "--engine", "fast", "--compare"}), 2,
                {"--compare"});
}

TEST_CASE("layers that count agreements are proved and simulated as counts") {
  const residual_files files;
  network_builder build("bipolar", {1, 16}, 5);
  const auto x = build.quantize(build.input(), {.bits = 1, .is_signed = true});
  const auto hidden =
      build.quantize(build.batch_norm(build.linear(x, {.channels = 8, .bits = 1})), {.bits = 1, .is_signed = true});
  const std::string model = files.folder / "bipolar.onnx";
  write_qonnx(build.finish(build.linear(hidden, {.channels = 3, .bits = 1})), model);

  // 16 agreements need 6 signed bits: 5 hold up to 15.
  CHECK(spillway_command({"check", model, "--xnor-popcount", "--accumulator", "6"}).code == 0);
  const process_result narrow = spillway_command({"check", model, "--xnor-popcount", "--accumulator", "5", "--json"});
  CHECK(narrow.code == 1);
  const json unit = json::parse(narrow.out)["units"][0];
  CHECK(unit["minimal_bits"] == 6);
  REQUIRE(unit["failures"].size() == 8);
  CHECK(unit["failures"][0]["low"] == "0");
  CHECK(unit["failures"][0]["high"] == "16");
  CHECK(unit["failures"][0]["reached"] == "16");
  CHECK(unit["failures"][0]["overflow_events"] == 1);

  // A tile of 8 agreements needs 5 bits. The witness is an input: all bits of the tile agree with the weights, no
  // other.
  const process_result tiled = spillway_command({"check", model, "--xnor-popcount", "--tiles", "4x8:64", "--json"});
  CHECK(tiled.code == 1);
  const json tiles = json::parse(tiled.out)["tiles"][0];
  CHECK(tiles["minimal_inner_bits"] == 5);
  streamline_options counting;
  counting.xnor_popcount = true;
  const integer_network net = streamline(read_qonnx(model), nullptr, counting);
  const integer_tensor& weights = matrix_layers(net).at(0)->weights;
  REQUIRE(tiles["failures"].size() == 8);
  for (const json& failure : tiles["failures"]) {
    CHECK(failure["reached"] == "8");
    for (std::int64_t k = 0; k < 16; ++k) {
      const bool agrees = (failure["witness"][k] == 1) == (*weights.at(failure["channel"].get<int>() * 16 + k) > 0);
      CHECK(agrees == (k / 8 == failure["tile"].get<int>()));
    }
  }
  check_refused(spillway_command({"info", model, "--input", "FIXED<0,1>"}), 2, {"--input FIXED<0,1>", "FIXED<16,6>"});
  check_refused(spillway_command({"info", model, "--input", "INT8x"}), 2, {"--input INT8x", "FIXED<16,6>"});
}

TEST_CASE("the street by the library prints what the command prints") {
  const testing::temporary_directory scratch;
  const std::string model = SPILLWAY_SOURCE_DIR "/models/zoo/mnist-linear/qat-w8a1.onnx";
  const std::string data = SPILLWAY_SOURCE_DIR "/models/data/binary-mnist";
  const process_result street = run_process({SPILLWAY_BINARY_DIR "/example_street", model, data, scratch.file("rtl")});
  REQUIRE(street.code == 0);
  const std::vector<std::string> registers{"--accumulator", "12:wrap:per_product"};
  std::vector<std::string> simulate{"simulate", model, "--data", data, "--quiet"}, price{"estimate", model};
  simulate.insert(simulate.end(), registers.begin(), registers.end());
  price.insert(price.end(), registers.begin(), registers.end());
  const std::string simulated = spillway_command(simulate).out, priced = spillway_command(price).out;
  REQUIRE(street.out.size() > simulated.size() + priced.size());
  CHECK(street.out.starts_with(simulated));
  CHECK(street.out.ends_with(priced));
  CHECK(std::filesystem::exists(scratch.file("rtl") + "/qat_w8a1.sv"));
}
