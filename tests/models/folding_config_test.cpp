// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/folding_config.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "spillway/tests/models/hostile_bytes.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// The options of MVAU_0, MVAU_1, ...: each unit's own, and the defaults where those leave something open.
std::vector<unit_options> read_text(const std::string& text, std::size_t units) {
  const temporary_directory folder;
  write_bytes(folder.file("f.json"), text);
  std::vector<std::string> names;
  for (std::size_t u = 0; u < units; ++u) names.push_back("MVAU_" + std::to_string(u));
  lowering_options read = read_folding_config(folder.file("f.json"), names);
  std::vector<unit_options> result;
  for (const std::string& name : names) {
    unit_options& unit = read.units[name];
    if (!unit.pe) unit.pe = read.defaults.pe;
    if (!unit.simd) unit.simd = read.defaults.simd;
    if (!unit.memory) unit.memory = read.defaults.memory;
    result.push_back(unit);
  }
  return result;
}

/// What is said of a folding file that is taken, a line each.
std::vector<std::string> said_of(const std::string& text, const std::vector<std::string>& units) {
  const temporary_directory folder;
  write_bytes(folder.file("f.json"), text);
  std::vector<assumption> said;
  read_folding_config(folder.file("f.json"), units, &said);
  std::vector<std::string> result;
  for (const assumption& each : said) result.push_back(to_string(each));
  return result;
}

/// The PE or SIMD that each unit gets.
std::map<std::string, int> folds_of(const std::string& text, const std::vector<std::string>& units) {
  const temporary_directory folder;
  write_bytes(folder.file("f.json"), text);
  std::map<std::string, int> result;
  for (const auto& [name, options] : read_folding_config(folder.file("f.json"), units).units)
    if (options.pe || options.simd) result[name] = options.pe ? *options.pe : *options.simd;
  return result;
}

/// Convolution, pool, convolution, pool, product.
const std::vector<std::string> small_cnn{"Thresholding_0", "ConvolutionInputGenerator_0",
                                         "MVAU_0",         "ConvolutionInputGenerator_1",
                                         "Pool_0",         "ConvolutionInputGenerator_2",
                                         "MVAU_1",         "ConvolutionInputGenerator_3",
                                         "Pool_1",         "MVAU_2",
                                         "LabelSelect_0"};

/// What is said of a folding file, without the path.
template <class Error = config_error>
std::string refusal_of_folding(const std::string& text, std::size_t units = 2) {
  const std::string message = message_of<Error>([&] { read_text(text, units); });
  const std::size_t at = message.find("f.json: ");
  return at == std::string::npos ? message : message.substr(at + 8);
}

}  // namespace

TEST_CASE("a folding file gives PE, SIMD and memory of the units that it names, and leaves the others open") {
  const auto units = read_text(
      R"({"Defaults": {}, "MVAU_0": {"PE": 16, "SIMD": 49, "ram_style": "block"}, "MVAU_2": {"SIMD": 8}})", 3);
  REQUIRE(units.size() == 3);
  CHECK(units[0].pe == 16);
  CHECK(units[0].simd == 49);
  CHECK(units[0].memory == memory_style::block);
  CHECK(!units[1].pe);
  CHECK(!units[1].simd);
  CHECK(!units[1].memory);
  CHECK(!units[2].pe);
  CHECK(units[2].simd == 8);
  CHECK(!units[0].accumulator);
}

TEST_CASE("every name that FINN has had for the unit is taken") {
  for (const char* kind : {"MVAU", "MVAU_hls", "MVAU_rtl", "MatrixVectorActivation", "StreamingFCLayer_Batch"})
    CHECK(read_text(std::string(R"({")") + kind + R"(_1": {"PE": 3}})", 2)[1].pe == 3);
}

TEST_CASE("every memory style is taken by FINN's name") {
  CHECK(read_text(R"({"MVAU_0": {"ram_style": "auto"}})", 1)[0].memory == memory_style::automatic);
  CHECK(read_text(R"({"MVAU_0": {"ram_style": "distributed"}})", 1)[0].memory == memory_style::distributed);
  CHECK(read_text(R"({"MVAU_0": {"ram_style": "block"}})", 1)[0].memory == memory_style::block);
  CHECK(read_text(R"({"MVAU_0": {"ram_style": "ultra"}})", 1)[0].memory == memory_style::ultra);
}

TEST_CASE("defaults hold for every unit, and a unit's own attribute overrides them wherever it stands") {
  const auto units =
      read_text(R"({"MVAU_1": {"PE": 5}, "Defaults": {"PE": [2, ["all"]], "SIMD": [7, ["MVAU_hls"]]}})", 2);
  CHECK(units[0].pe == 2);
  CHECK(units[1].pe == 5);
  CHECK(units[0].simd == 7);
  CHECK(units[1].simd == 7);
}

TEST_CASE("FINN's other attributes may say what the unit is anyway, and nothing else") {
  CHECK(read_text(R"({"MVAU_0": {"PE": 2, "mem_mode": "internal_decoupled", "resType": "auto",
                      "runtime_writeable_weights": 0, "ram_style_thresholds": "auto"}})",
                  1)[0]
            .pe == 2);
  CHECK(read_text(R"({"MVAU_0": {"mem_mode": "decoupled", "resType": "lut"}})", 1).size() == 1);
  CHECK(said_of(R"({"MVAU_0": {"mem_mode": "external", "pumpedMemory": 1, "mlo_max_iter": 3, "PE": 2}})", {"MVAU_0"}) ==
        std::vector<std::string>{
            "MVAU_0.mem_mode: folding: \"external\" (simulated and priced as \"internal_decoupled\")",
            "MVAU_0.pumpedMemory: folding: 1 (simulated and priced as 0)",
            "MVAU_0.mlo_max_iter: folding: 3 (simulated and priced as 0)"});
  CHECK(
      said_of(
          R"({"MVAU_0": {"preferred_impl_style": "hls", "slr": 0, "mem_port": "HBM[0]", "depth_trigger_uram": 256}})",
          {"MVAU_0"}) ==
      std::vector<std::string>{
          "MVAU_0.preferred_impl_style: folding: \"hls\" (simulated and priced as the one implementation that the unit "
          "has here)",
          "MVAU_0.slr: folding: 0 (simulated and priced alike wherever the unit is placed)",
          "MVAU_0.mem_port: folding: \"HBM[0]\" (simulated and priced alike wherever the unit is placed)",
          "MVAU_0.depth_trigger_uram: folding: 256 (simulated alike; a stream's memory is chosen by its depth)"});
  CHECK(said_of(R"({"MVAU_0": {"preferred_impl_style": "", "slr": -1}})", {"MVAU_0"}).empty());
  CHECK(said_of(R"({"MVAU_0": {"runtime_writeable_weights": 0, "pumpedMemory": 0, "mlo_max_iter": 0}})", {"MVAU_0"})
            .empty());
  CHECK(refusal_of_folding(R"({"MVAU_0": {"runtime_writeable_weights": 2}})") ==
        "MVAU_0.runtime_writeable_weights = 2 is not what FINN takes; nearest: 0");
  CHECK(refusal_of_folding(R"({"MVAU_0": {"mem_mode": "extern"}})") ==
        "MVAU_0.mem_mode = \"extern\" is not what FINN takes; nearest: \"internal_decoupled\"");
  CHECK(refusal_of_folding(R"({"MVAU_0": {"ram_style_thresholds": ""}})")
            .starts_with("MVAU_0.ram_style_thresholds = \"\" is not"));
}

TEST_CASE("resType chooses what multiplies, and embedded weights are constants") {
  CHECK(read_text(R"({"MVAU_0": {"resType": "dsp"}})", 1)[0].multipliers == multiplier_style::dsp);
  CHECK(read_text(R"({"MVAU_0": {"resType": "auto"}})", 1)[0].multipliers == multiplier_style::lut);
  CHECK(refusal_of_folding(R"({"MVAU_0": {"resType": "dps"}})") ==
        "MVAU_0.resType = \"dps\" is not one of auto, lut, dsp; nearest: dsp");
  CHECK(read_text(R"({"MVAU_0": {"mem_mode": "internal_embedded", "ram_style": "auto"}})", 1)[0].constant_weights ==
        true);
  CHECK(read_text(R"({"MVAU_0": {"mem_mode": "const"}})", 1)[0].constant_weights == true);
  CHECK(read_text(R"({"MVAU_0": {"mem_mode": "decoupled"}})", 1)[0].constant_weights == false);
  CHECK(refusal_of_folding(R"({"MVAU_0": {"mem_mode": "internal_embedded", "ram_style": "block"}})") ==
        "MVAU_0.ram_style has no effect on embedded weights, which are constants; nearest: \"auto\"");
  CHECK(refusal_of_folding(R"({"MVAU_0": {"mem_mode": "internal_embedded", "resType": "dsp"}})") ==
        "MVAU_0.resType has no effect on embedded weights, which are constants; nearest: \"auto\"");
}

TEST_CASE("what would have no effect is refused with its path, its value and the nearest legal one") {
  CHECK(refusal_of_folding(R"({"MVAU_0": {"SIMD_": 4}})") == "MVAU_0.SIMD_ = 4 would have no effect; nearest: SIMD");
  CHECK(refusal_of_folding(R"({"MVAU_0": {"pe": 4}})") == "MVAU_0.pe = 4 would have no effect; nearest: PE");
  CHECK(refusal_of_folding(R"({"MVAU_0": {"inFIFODepth": [32]}})") ==
        "MVAU_0.inFIFODepth = [32] would have no effect; nearest: inFIFODepths");
  CHECK(refusal_of_folding(R"({"MVAU_0": {"inFIFODepths": 32}})") ==
        "MVAU_0.inFIFODepths = 32 must be an array, one depth a port");
  CHECK(refusal_of_folding(R"({"MVAU_01": {"PE": 1}})") == "there is no unit 'MVAU_01'; nearest: MVAU_0");
  CHECK(refusal_of_folding(R"({"mvau_1": {"PE": 1}})") == "there is no unit 'mvau_1'; nearest: MVAU_1");
  CHECK(refusal_of_folding(R"({"Thresholdings_0": {"PE": 1}})")
            .starts_with("there is no unit 'Thresholdings_0'; nearest: MVAU_"));
  CHECK(refusal_of_folding(R"({"MVAU_hsl_0": {"PE": 1}})") == "there is no unit 'MVAU_hsl_0'; nearest: MVAU_0");
  CHECK(refusal_of_folding(R"({"defaults": {}})").starts_with("there is no unit 'defaults'"));
  CHECK(refusal_of_folding(R"({"Defaults": {"PE": [2, ["VVUA"]]}})") ==
        "Defaults.PE is for \"VVUA\", which is no kind of unit; nearest: VVAU");
  CHECK(refusal_of_folding(R"({"Defaults": {"simd": [2, ["all"]]}})") ==
        "Defaults.simd = 2 would have no effect; nearest: SIMD");
}

TEST_CASE("a known kind of FINN's that the network lacks is said and skipped") {
  CHECK(said_of(R"({"MVAU_2": {"PE": 1}})", {"MVAU_0", "MVAU_1"}) ==
        std::vector<std::string>{"MVAU_2: folding: skipped (the network has no such unit at its place)"});
  CHECK(said_of(R"({"Thresholding_rtl_0": {"PE": 1}, "MVAU_hls_0": {"PE": 2}, "LabelSelect_hls_0": {"PE": 1},
                    "IODMA_hls_0": {"intfWidth": 64}})",
                {"MVAU_0"})
            .size() == 3);
  CHECK(said_of(R"({"Defaults": {"PE": [2, ["VVAU_hls"]]}})", {"MVAU_0"}) ==
        std::vector<std::string>{"Defaults.PE: folding: skipped (the network has no VVAU_hls)"});
  // What is skipped may not be wrong, either.
  CHECK(refusal_of_folding(R"({"Thresholding_rtl_0": {"PE": 0}})") ==
        "Thresholding_rtl_0.PE = 0 must be a positive integer; nearest: 1");
  CHECK(refusal_of_folding(R"({"Thresholding_rtl_0": {"EP": 1}})") ==
        "Thresholding_rtl_0.EP = 1 would have no effect; nearest: PE");
}

TEST_CASE("FINN's files lie beside the network: windows of pools do not count, and each of its names for itself") {
  using folds = std::map<std::string, int>;
  const folds expected{{"Thresholding_0", 1}, {"ConvolutionInputGenerator_0", 2},
                       {"MVAU_0", 3},         {"ConvolutionInputGenerator_2", 4},
                       {"MVAU_1", 5},         {"MVAU_2", 6},
                       {"LabelSelect_0", 7}};
  CHECK(folds_of(R"({"Thresholding_rtl_0": {"PE": 1}, "ConvolutionInputGenerator_rtl_0": {"SIMD": 2},
                     "MVAU_hls_0": {"PE": 3}, "ConvolutionInputGenerator_rtl_1": {"SIMD": 4}, "MVAU_hls_1": {"PE": 5},
                     "MVAU_hls_2": {"PE": 6}, "LabelSelect_hls_0": {"PE": 7}})",
                 small_cnn) == expected);
  // The names are those of the units, but the numbers are FINN's.
  CHECK(folds_of(R"({"Thresholding_0": {"PE": 1}, "ConvolutionInputGenerator_0": {"SIMD": 2}, "MVAU_0": {"PE": 3},
                     "ConvolutionInputGenerator_1": {"SIMD": 4}, "MVAU_1": {"PE": 5}, "MVAU_2": {"PE": 6},
                     "LabelSelect_0": {"PE": 7}})",
                 small_cnn) == expected);
  // A max pool of FINN's is a pool here; converters and FIFOs stand between.
  folds with_pools = expected;
  with_pools["Pool_0"] = 8;
  with_pools["Pool_1"] = 9;
  const std::string whole = R"({"Thresholding_rtl_0": {"PE": 1}, "StreamingFIFO_rtl_0": {"depth": 2},
      "ConvolutionInputGenerator_rtl_0": {"SIMD": 2}, "StreamingDataWidthConverter_rtl_0": {}, "MVAU_rtl_0": {"PE": 3},
      "StreamingMaxPool_hls_0": {"PE": 8}, "StreamingFIFO_rtl_1": {"depth": 64, "impl_style": "vivado"},
      "ConvolutionInputGenerator_rtl_1": {"SIMD": 4}, "MVAU_hls_0": {"PE": 5}, "StreamingMaxPool_hls_1": {"PE": 9},
      "MVAU_rtl_1": {"PE": 6}, "LabelSelect_hls_0": {"PE": 7}})";
  CHECK(folds_of(whole, small_cnn) == with_pools);
  const temporary_directory folder;
  write_bytes(folder.file("f.json"), whole);
  const lowering_options read = read_folding_config(folder.file("f.json"), small_cnn);
  CHECK(read.units.at("ConvolutionInputGenerator_2").input_depths == std::vector<int>{64});
  // A convolution of a whole frame has a window in FINN, and none here.
  std::vector<std::string> whole_frame = small_cnn;
  std::erase(whole_frame, "ConvolutionInputGenerator_2");
  folds without = expected;
  without.erase("ConvolutionInputGenerator_2");
  CHECK(folds_of(R"({"Thresholding_rtl_0": {"PE": 1}, "ConvolutionInputGenerator_rtl_0": {"SIMD": 2},
                     "MVAU_hls_0": {"PE": 3}, "ConvolutionInputGenerator_rtl_1": {"SIMD": 4}, "MVAU_hls_1": {"PE": 5},
                     "MVAU_hls_2": {"PE": 6}, "LabelSelect_hls_0": {"PE": 7}})",
                 whole_frame) == without);
  // An average pool of FINN's has a window of its own.
  CHECK(folds_of(R"({"ConvolutionInputGenerator_rtl_0": {"SIMD": 2}, "MVAU_hls_0": {"PE": 3},
                     "ConvolutionInputGenerator_rtl_1": {"SIMD": 9}, "Pool_hls_0": {"PE": 9}, "MVAU_hls_1": {"PE": 5}})",
                 {"ConvolutionInputGenerator_0", "MVAU_0", "ConvolutionInputGenerator_1", "Pool_0", "MVAU_1"}) ==
        folds{{"ConvolutionInputGenerator_0", 2},
              {"MVAU_0", 3},
              {"ConvolutionInputGenerator_1", 9},
              {"Pool_0", 9},
              {"MVAU_1", 5}});
  // An input's thresholds that this network does not have shift no other.
  const std::vector<std::string> units{"ConvolutionInputGenerator_0", "MVAU_0", "Thresholding_0", "MVAU_1"};
  CHECK(folds_of(R"({"Thresholding_rtl_0": {"PE": 1}, "ConvolutionInputGenerator_rtl_0": {"SIMD": 2},
                     "MVAU_hls_0": {"PE": 3}, "Thresholding_rtl_1": {"PE": 4}, "MVAU_hls_1": {"PE": 5}})",
                 units) ==
        folds{{"ConvolutionInputGenerator_0", 2}, {"MVAU_0", 3}, {"Thresholding_0", 4}, {"MVAU_1", 5}});
}

TEST_CASE("one unit of FINN's is found by its number, and files in the units' own names by theirs") {
  using folds = std::map<std::string, int>;
  CHECK(folds_of(R"({"ConvolutionInputGenerator_rtl_1": {"SIMD": 8}})", small_cnn) ==
        folds{{"ConvolutionInputGenerator_2", 8}});
  CHECK(folds_of(R"({"ConvolutionInputGenerator_1": {"SIMD": 8}})", small_cnn) ==
        folds{{"ConvolutionInputGenerator_1", 8}});
  CHECK(folds_of(R"({"StreamingMaxPool_hls_1": {"PE": 8}})", small_cnn) == folds{{"Pool_1", 8}});
  // Keys in the order of the alphabet, as some tools write them.
  CHECK(folds_of(R"({"ConvolutionInputGenerator_rtl_0": {"SIMD": 2}, "ConvolutionInputGenerator_rtl_1": {"SIMD": 4},
                     "LabelSelect_hls_0": {"PE": 7}, "MVAU_hls_0": {"PE": 3}, "MVAU_hls_1": {"PE": 5},
                     "MVAU_hls_2": {"PE": 6}, "Thresholding_rtl_0": {"PE": 1}})",
                 small_cnn) == folds{{"Thresholding_0", 1},
                                     {"ConvolutionInputGenerator_0", 2},
                                     {"MVAU_0", 3},
                                     {"ConvolutionInputGenerator_2", 4},
                                     {"MVAU_1", 5},
                                     {"MVAU_2", 6},
                                     {"LabelSelect_0", 7}});
  CHECK(folds_of(R"({"MVAU_hls_0": {"PE": 1}, "MVAU_rtl_0": {"PE": 2}})", {"MVAU_0", "MVAU_1"}) ==
        folds{{"MVAU_0", 1}, {"MVAU_1", 2}});
}

TEST_CASE("folds are positive integers") {
  CHECK(read_text(R"({"MVAU_0": {"PE": 1, "SIMD": 2147483647}})", 1)[0].simd == 2147483647);
  for (const char* value : {"0", "-1", "1.0", "2147483648", "18446744073709551616", "\"4\"", "true", "null", "[4]"})
    CHECK(refusal_of_folding(std::string(R"({"MVAU_1": {"PE": )") + value + "}}")
              .find(" must be a positive integer; nearest: 1") != std::string::npos);
  CHECK(refusal_of_folding(R"({"MVAU_1": {"SIMD": 0}})") == "MVAU_1.SIMD = 0 must be a positive integer; nearest: 1");
}

TEST_CASE("a memory style that does not exist is answered with the nearest") {
  CHECK(refusal_of_folding(R"({"MVAU_0": {"ram_style": "blok"}})") ==
        "MVAU_0.ram_style = \"blok\" is not one of auto, distributed, block, ultra; nearest: block");
  CHECK(refusal_of_folding(R"({"MVAU_0": {"ram_style": 3}})").starts_with("MVAU_0.ram_style = 3 is not one of auto"));
}

TEST_CASE("a unit that is named twice is refused, under two of its names, too") {
  CHECK(refusal_of_folding(R"({"MVAU_1": {"PE": 1}, "MVAU_hls_1": {"PE": 2}})") ==
        "MVAU_1 is there twice, as MVAU_1 and as MVAU_hls_1");
  CHECK(refusal_of_folding<input_error>(R"({"MVAU_0": {"PE": 1}, "MVAU_0": {"PE": 2}})") ==
        "has the key 'MVAU_0' twice in one object");
  CHECK(refusal_of_folding<input_error>(R"({"MVAU_0": {"PE": 1, "PE": 2}})") == "has the key 'PE' twice in one object");
}

TEST_CASE("a file of another form is refused by what would be right") {
  CHECK(refusal_of_folding<input_error>("[]") == "holds a JSON array; an object is right");
  CHECK(refusal_of_folding<input_error>("{\n \"MVAU_0\": {\"PE\": 4,}\n}") == "is no JSON from line 2, column 21");
  CHECK(refusal_of_folding(R"({"MVAU_0": 4})") == "MVAU_0 = 4 must be an object");
  CHECK(refusal_of_folding(R"({"Defaults": []})") == "Defaults = [] must be an object");
  CHECK(refusal_of_folding(R"({"Defaults": {"PE": 4}})") ==
        "Defaults.PE = 4 must be [value, [kinds of unit]], for instance [2, [\"all\"]]");
  CHECK(refusal_of_folding(R"({"Defaults": {"PE": [4, []]}})").starts_with("Defaults.PE = [4,[]] must be"));
  CHECK(refusal_of_folding(R"({"Defaults": {"PE": [4, [7]]}})")
            .starts_with("Defaults.PE is for 7, which is no kind of unit"));
  const temporary_directory folder;
  CHECK(message_of<io_error>([&] { read_folding_config(folder.file("none"), {"MVAU_0"}); }) ==
        folder.file("none") + ": cannot read the file: No such file or directory");
}

TEST_CASE("a hostile folding file is refused in one line or read, whatever its bytes") {
  const std::string good = R"({"Defaults": {"PE": [2, ["all"]]}, "MVAU_0": {"PE": 16, "ram_style": "block"}})";
  const temporary_directory folder;
  const std::string path = folder.file("f");
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string bad = i < static_cast<int>(good.size()) ? good.substr(0, static_cast<std::size_t>(i)) : good;
    if (i >= static_cast<int>(good.size()))
      for (auto n = 1 + random() % 3; n > 0; --n) bad[random() % bad.size()] = static_cast<char>(random());
    write_bytes(path, bad);
    CAPTURE(i);
    try {
      read_folding_config(path, {"MVAU_0"});
      CHECK(i >= static_cast<int>(good.size()));
    } catch (const error& e) {
      CHECK(is_one_line(e.what()));
      CHECK(std::string(e.what()).starts_with(path + ": "));
    }
  }
}

TEST_CASE("how thresholds are compared is read, and written where it is not as by itself") {
  const temporary_directory folder;
  const std::string path = folder.file("f.json");
  const auto style_of = [&](const std::string& text) {
    write_bytes(path, text);
    return read_folding_config(path, {"Thresholding_0"}).units.at("Thresholding_0").thresholds;
  };
  CHECK(style_of(R"({"Thresholding_0": {"threshold_style": "binary_search"}})") == threshold_style::binary_search);
  CHECK(style_of(R"({"Thresholding_0": {"threshold_style": "parallel"}})") == threshold_style::parallel);
  CHECK(style_of(R"({"Thresholding_0": {"PE": 1}})") == std::nullopt);
  const std::string message =
      message_of<config_error>([&] { style_of(R"({"Thresholding_0": {"threshold_style": "binary"}})"); });
  CHECK(message.find("Thresholding_0.threshold_style = \"binary\" is not one of parallel, binary_search; nearest: "
                     "binary_search") != std::string::npos);

  thresholding unit;
  unit.name = "Thresholding_0";
  unit.channels = 4;
  unit.thresholds = integer_tensor::zeros(signed_type(8), {1, 3});
  unit.output_type = unsigned_type(2);
  const dataflow parallel{"one", {unit}, 2};
  unit.style = threshold_style::binary_search;
  const dataflow search{"one", {unit}, 2};
  CHECK(folding_config_json(parallel).find("threshold_style") == std::string::npos);
  CHECK(style_of(folding_config_json(search)) == threshold_style::binary_search);
}
