// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/folding_config.h"

#include <doctest/doctest.h>

#include <random>

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

/// What is said of a folding file, without the path.
template <class Error = config_error>
std::string refusal(const std::string& text, std::size_t units = 2) {
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
  CHECK(refusal(R"({"MVAU_0": {"mem_mode": "external"}})") ==
        "MVAU_0.mem_mode = \"external\" is not what is simulated and costed; nearest: \"internal_decoupled\"");
  CHECK(refusal(R"({"MVAU_0": {"runtime_writeable_weights": 1}})") ==
        "MVAU_0.runtime_writeable_weights = 1 is not what is simulated and costed; nearest: 0");
  CHECK(
      refusal(R"({"MVAU_0": {"ram_style_thresholds": ""}})").starts_with("MVAU_0.ram_style_thresholds = \"\" is not"));
}

TEST_CASE("resType chooses what multiplies, and embedded weights are constants") {
  CHECK(read_text(R"({"MVAU_0": {"resType": "dsp"}})", 1)[0].multipliers == multiplier_style::dsp);
  CHECK(read_text(R"({"MVAU_0": {"resType": "auto"}})", 1)[0].multipliers == multiplier_style::lut);
  CHECK(refusal(R"({"MVAU_0": {"resType": "dps"}})") ==
        "MVAU_0.resType = \"dps\" is not one of auto, lut, dsp; nearest: dsp");
  CHECK(read_text(R"({"MVAU_0": {"mem_mode": "internal_embedded", "ram_style": "auto"}})", 1)[0].constant_weights ==
        true);
  CHECK(read_text(R"({"MVAU_0": {"mem_mode": "const"}})", 1)[0].constant_weights == true);
  CHECK(read_text(R"({"MVAU_0": {"mem_mode": "decoupled"}})", 1)[0].constant_weights == false);
  CHECK(refusal(R"({"MVAU_0": {"mem_mode": "internal_embedded", "ram_style": "block"}})") ==
        "MVAU_0.ram_style has no effect on embedded weights, which are constants; nearest: \"auto\"");
  CHECK(refusal(R"({"MVAU_0": {"mem_mode": "internal_embedded", "resType": "dsp"}})") ==
        "MVAU_0.resType has no effect on embedded weights, which are constants; nearest: \"auto\"");
}

TEST_CASE("what would have no effect is refused with its path, its value and the nearest legal one") {
  CHECK(refusal(R"({"MVAU_0": {"SIMD_": 4}})") == "MVAU_0.SIMD_ = 4 would have no effect; nearest: SIMD");
  CHECK(refusal(R"({"MVAU_0": {"pe": 4}})") == "MVAU_0.pe = 4 would have no effect; nearest: PE");
  CHECK(refusal(R"({"MVAU_0": {"inFIFODepth": [32]}})") ==
        "MVAU_0.inFIFODepth = [32] would have no effect; nearest: inFIFODepths");
  CHECK(refusal(R"({"MVAU_0": {"inFIFODepths": 32}})") ==
        "MVAU_0.inFIFODepths = 32 must be an array, one depth a port");
  CHECK(refusal(R"({"MVAU_2": {"PE": 1}})") == "there is no unit 'MVAU_2'; nearest: MVAU_0");
  CHECK(refusal(R"({"MVAU_1": {"PE": 1}})", 1) == "there is no unit 'MVAU_1'; nearest: MVAU_0");
  CHECK(refusal(R"({"MVAU_01": {"PE": 1}})") == "there is no unit 'MVAU_01'; nearest: MVAU_0");
  CHECK(refusal(R"({"mvau_1": {"PE": 1}})") == "there is no unit 'mvau_1'; nearest: MVAU_1");
  CHECK(refusal(R"({"Thresholding_0": {"PE": 1}})").starts_with("there is no unit 'Thresholding_0'; nearest: MVAU_"));
  CHECK(refusal(R"({"defaults": {}})").starts_with("there is no unit 'defaults'"));
  CHECK(refusal(R"({"Defaults": {"PE": [2, ["VVAU"]]}})") ==
        "Defaults.PE is for \"VVAU\", and there is no such unit; nearest: MVAU");
  CHECK(refusal(R"({"Defaults": {"simd": [2, ["all"]]}})") == "Defaults.simd = 2 would have no effect; nearest: SIMD");
}

TEST_CASE("folds are positive integers") {
  CHECK(read_text(R"({"MVAU_0": {"PE": 1, "SIMD": 2147483647}})", 1)[0].simd == 2147483647);
  for (const char* value : {"0", "-1", "1.0", "2147483648", "18446744073709551616", "\"4\"", "true", "null", "[4]"})
    CHECK(
        refusal(std::string(R"({"MVAU_1": {"PE": )") + value + "}}").find(" must be a positive integer; nearest: 1") !=
        std::string::npos);
  CHECK(refusal(R"({"MVAU_1": {"SIMD": 0}})") == "MVAU_1.SIMD = 0 must be a positive integer; nearest: 1");
}

TEST_CASE("a memory style that does not exist is answered with the nearest") {
  CHECK(refusal(R"({"MVAU_0": {"ram_style": "blok"}})") ==
        "MVAU_0.ram_style = \"blok\" is not one of auto, distributed, block, ultra; nearest: block");
  CHECK(refusal(R"({"MVAU_0": {"ram_style": 3}})").starts_with("MVAU_0.ram_style = 3 is not one of auto"));
}

TEST_CASE("a unit that is named twice is refused, under two of its names, too") {
  CHECK(refusal(R"({"MVAU_hls_0": {"PE": 1}, "MVAU_rtl_0": {"PE": 2}})") ==
        "MVAU_0 is there twice, as MVAU_hls_0 and as MVAU_rtl_0");
  CHECK(refusal<input_error>(R"({"MVAU_0": {"PE": 1}, "MVAU_0": {"PE": 2}})") ==
        "has the key 'MVAU_0' twice in one object");
  CHECK(refusal<input_error>(R"({"MVAU_0": {"PE": 1, "PE": 2}})") == "has the key 'PE' twice in one object");
}

TEST_CASE("a file of another form is refused by what would be right") {
  CHECK(refusal<input_error>("[]") == "holds a JSON array; an object is right");
  CHECK(refusal<input_error>("{\n \"MVAU_0\": {\"PE\": 4,}\n}") == "is no JSON from line 2, column 21");
  CHECK(refusal(R"({"MVAU_0": 4})") == "MVAU_0 = 4 must be an object");
  CHECK(refusal(R"({"Defaults": []})") == "Defaults = [] must be an object");
  CHECK(refusal(R"({"Defaults": {"PE": 4}})") ==
        "Defaults.PE = 4 must be [value, [kinds of unit]], for instance [2, [\"all\"]]");
  CHECK(refusal(R"({"Defaults": {"PE": [4, []]}})").starts_with("Defaults.PE = [4,[]] must be"));
  CHECK(refusal(R"({"Defaults": {"PE": [4, [7]]}})").starts_with("Defaults.PE is for 7, and there is no such unit"));
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
