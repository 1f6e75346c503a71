// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "spillway/models/certificates/tiled_certificate.h"
#include "spillway/models/network/linear_export.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/paper_networks/network_builder.h"
#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using nlohmann::json;

namespace {

/// Two convolutions, a third that may be depthwise, and a matrix product.
network tiny(bool depthwise) {
  network_builder build("tiny", {1, 2, 6, 6}, 7);
  const activation_format levels = relu_format(3);
  auto x = build.quantize(build.input(), signed_format(4));
  x = build.conv_block(x, {.channels = 5, .bits = 4, .kernel = 3}, levels);
  x = build.conv_block(x, {.channels = depthwise ? 5 : 3, .bits = 3, .kernel = 3, .depthwise = depthwise}, levels);
  x = build.conv_block(x, {.channels = 4, .bits = 5}, levels);
  return build.finish(build.linear(build.flatten(x), {.channels = 3, .bits = 4}));
}

/// A file of `net`, and what `check` says of it.
struct checked_file {
  testing::temporary_directory scratch;
  std::string path = scratch.file("claims.onnx");

  process_result check(const network& net, std::vector<std::string> more = {}) const {
    write_qonnx(net, path);
    more.insert(more.begin(), {"check", path});
    return spillway_command(more);
  }

  json units(const network& net) const { return json::parse(check(net, {"--json"}).out)["units"]; }
};

/// The same network with every layer's claim `slack` bits above the least width that holds.
network claiming(network net, const json& units, int slack) {
  for (const json& unit : units)
    net.metadata[accumulator_key(unit["layer"])] = std::to_string(unit["minimal_bits"].get<int>() + slack);
  return net;
}

}  // namespace

TEST_CASE("a convolution network's claims hold together, and fail one by one") {
  const checked_file file;
  for (const network& net : {tiny(true), tiny(false)}) {
    const process_result silent = file.check(net);
    CHECK(silent.code == 0);
    CHECK(silent.out.find("claims of the file") == std::string::npos);
    const json units = file.units(net);
    const std::string count = std::to_string(units.size());
    REQUIRE(units.size() == 4);
    for (const int slack : {0, 3}) {
      const process_result proof = file.check(claiming(net, units, slack));
      CHECK(proof.code == 0);
      CHECK(proof.out.find("claims of the file: " + count + " of " + count + " proved\n") != std::string::npos);
      CHECK(proof.out.find("NOT") == std::string::npos);
    }
    for (std::size_t i = 0; i < units.size(); ++i) {
      network lies = claiming(net, units, 0);
      const std::string layer = units[i]["layer"];
      const int least = units[i]["minimal_bits"];
      lies.metadata[accumulator_key(layer)] = std::to_string(least - 1);
      const process_result refuted = file.check(lies);
      CHECK(refuted.code == 1);
      CHECK(refuted.out.find("claims of the file: " + std::to_string(units.size() - 1) + " of " + count) !=
            std::string::npos);
      CHECK(refuted.out.find("  NOT PROVED: layer " + layer + " claims " + std::to_string(least - 1) +
                             " bits, but needs " + std::to_string(least) + "\n") != std::string::npos);
    }
    const process_result all = file.check(claiming(net, units, -1), {"--json"});
    CHECK(all.code == 1);
    const json said = json::parse(all.out)["units"];
    CHECK(std::all_of(said.begin(), said.end(), [](const json& unit) {
      return unit["claimed"] == true && unit["proved"] == false && !unit["failures"].empty();
    }));
  }
}

TEST_CASE("a claim on a layer that is not there, and one that is no width, are bad input") {
  const checked_file file;
  const auto claim = [&](const std::string& layer, const std::string& bits) {
    network net = tiny(true);
    net.metadata[accumulator_key(layer)] = bits;
    return file.check(net);
  };
  const json units = file.units(tiny(true));
  const std::string layer = units[1]["layer"];
  check_refused(claim("Conv_99", "12"), 2, {"spillway.accumulator.Conv_99", "no MatMul, Gemm or Conv"});
  check_refused(claim("", "12"), 2, {"spillway.accumulator."});
  for (const char* bits : {"", "0", "-3", "4097", "12.5", "twelve", " 12", "12 ", "99999999999999999999"})
    check_refused(claim(layer, bits), 2, {"spillway.accumulator." + layer, "right: a width from 1 to 4096"});
}

TEST_CASE("tiles that a file claims, or that are asked for, are proven or refuted") {
  const checked_file file;
  network net = tiny(false);
  const json units = file.units(net);
  const json tiles = json::parse(file.check(net, {"--tiles", "64x9:64", "--json"}).out)["tiles"];
  REQUIRE(tiles.size() == units.size());
  const auto least = [](const json& tile, int inner, int outer) {
    return tiled_format{tile["minimal_inner_bits"].get<int>() + inner, 9,
                        tile["minimal_outer_bits"].get<int>() + outer};
  };
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    CHECK(tiles[i]["minimal_outer_bits"] == units[i]["minimal_bits"]);
    CHECK(tiles[i]["minimal_inner_bits"] <= tiles[i]["minimal_outer_bits"]);
    net.metadata[tiled_accumulator_key(tiles[i]["layer"])] = to_string(least(tiles[i], 0, 0));
  }
  const process_result proof = file.check(net);
  CHECK(proof.code == 0);
  CHECK(proof.out.find("(claimed by the file)") != std::string::npos);
  CHECK(proof.out.find("claims of the file: 4 of 4 proved\n") != std::string::npos);
  for (const auto& [inner, outer] : {std::pair(-1, 0), std::pair(0, -1)}) {
    network lies = net;
    lies.metadata[tiled_accumulator_key(tiles[1]["layer"])] = to_string(least(tiles[1], inner, outer));
    const process_result refuted = file.check(lies);
    CHECK(refuted.code == 1);
    CHECK(refuted.out.find(inner < 0 ? "takes tile " : "takes the sum of the tiles to ") != std::string::npos);
    CHECK(refuted.out.find("claims of the file: 3 of 4 proved\n") != std::string::npos);
    const std::string layer = tiles[1]["layer"];
    CHECK(refuted.out.find("  NOT PROVED: layer " + layer + " claims " +
                           lies.metadata.at(tiled_accumulator_key(layer)) + ", but needs " +
                           net.metadata.at(tiled_accumulator_key(layer)) + "\n") != std::string::npos);
  }
  CHECK(file.check(net, {"--tiles", "2x9:3"}).code == 1);
  check_refused(file.check(net, {"--tiles", "2x9"}), 2, {"12x64:16"});
  network nobody = net, malformed = net;
  nobody.metadata[tiled_accumulator_key("Conv_99")] = "8x9:10";
  check_refused(file.check(nobody), 2, {"Conv_99"});
  malformed.metadata[tiled_accumulator_key(tiles[0]["layer"])] = "8";
  check_refused(file.check(malformed), 2, {"spillway.tiled_accumulator.", "12x64:16"});
}
