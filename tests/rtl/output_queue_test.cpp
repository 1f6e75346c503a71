// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "spillway/rtl/write.h"
#include "spillway/tests/rtl/cases.h"
#include "spillway/tests/rtl/shell.h"

// Output queues in Yosys: what they take, how far the clock enable of a unit reaches, and how long its paths are. That
// the beats are the same is the conformance test's.

using namespace spillway;
using namespace spillway::testing;

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What Yosys makes of a unit between two streams.
struct synthesised {
  std::int64_t luts = 0, ffs = 0, path = 0;
  std::int64_t enabled = 0;  ///< flip-flops on the clock enable that most of them have
};

const json& module_of(const json& netlist) { return netlist.at("modules").at("unit"); }

std::int64_t count_cells(const json& netlist, const std::vector<std::string>& beginnings) {
  std::int64_t count = 0;
  for (const auto& [name, cell] : module_of(netlist).at("cells").items())
    for (const std::string& beginning : beginnings)
      if (cell.at("type").get<std::string>().starts_with(beginning)) ++count;
  return count;
}

std::int64_t widest_enable(const json& netlist) {
  std::map<std::string, std::int64_t> on;
  for (const auto& [name, cell] : module_of(netlist).at("cells").items())
    if (cell.at("type").get<std::string>().starts_with("FD")) ++on[cell.at("connections").at("CE").dump()];
  std::int64_t widest = 0;
  for (const auto& [net, count] : on)
    if (net.find('"') == std::string::npos) widest = std::max(widest, count);  // no constant
  return widest;
}

synthesised synthesise(const std::string& name, const dataflow& flow, output_style outputs) {
  const fs::path folder = fs::path(SPILLWAY_BINARY_DIR) / "rtl_output_queue" / name / std::string(to_string(outputs));
  fs::remove_all(folder);
  fs::create_directories(folder);
  rtl_options options;
  options.name = "unit";
  options.outputs = outputs;
  write_rtl(make_rtl(flow, options), folder);
  run_in(folder, R"(yosys -q -p "script synth.ys; tee -q -o path.log ltp -noff w:* t:LUT* t:CARRY4 t:MUXF* t:INV")",
         "yosys.log");
  const json netlist = json::parse(load_text(folder / "unit.json"));
  const std::string path = load_text(folder / "path.log");
  const std::size_t at = path.find("(length=");
  REQUIRE(at != std::string::npos);
  return {count_cells(netlist, {"LUT", "SRL", "RAM32", "RAM64", "INV"}), count_cells(netlist, {"FD"}),
          std::stol(path.substr(at + 8)), widest_enable(netlist)};
}

/// An MVAU or VVAU of random weights (`dot_cases` has them) by the words of its configuration.
dataflow unit_of(const std::string& kind, const std::string& what) {
  for (const conformance_case& each : dot_cases())
    if (each.kind == kind && each.what.starts_with(what)) return each.flow;
  throw std::runtime_error("no case " + what);
}

template <class Unit>
dataflow large_unit(std::int64_t rows, std::int64_t columns, int pe, int simd, integer_type input, integer_type weight,
                    int bits, std::int64_t steps) {
  Unit unit;
  unit.name = "Dot";
  unit.input_type = input;
  unit.weights = integer_tensor::zeros(weight, {rows, columns});
  std::uint64_t state = 1;
  for (std::int64_t& value : unit.weights.words) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = weight.min64() + static_cast<std::int64_t>((state >> 40) % (std::uint64_t{1} << weight.bits));
  }
  unit.accumulator = {bits, overflow_mode::wrap, limit_scope::per_cycle};
  unit.output_type = signed_type(bits);
  unit.pe = pe;
  unit.simd = simd;
  if (steps > 0) {
    unit.thresholds = integer_tensor::zeros(signed_type(bits), {rows, steps});
    for (std::int64_t i = 0; i < rows * steps; ++i)
      unit.thresholds->words[static_cast<std::size_t>(i)] = (i % steps - steps / 2) * 37 + i / steps;
    unit.output_type = unsigned_type(bits_for(big_int(0), big_int(steps), false));
  }
  return chain({unit});
}

}  // namespace

TEST_CASE("an output queue takes what its price says, and the clock enable reaches few registers") {
  if (!SPILLWAY_HAS_YOSYS) return;
  const std::vector<std::pair<std::string, std::string>> units{
      {"MVAU", "6x12, PE 2, SIMD 4, UINT4 * INT4, 9:wrap:per_cycle, 15 thresholds"},
      {"VVAU", "6x9, PE 2, SIMD 3, UINT4 * INT4"}};
  for (const auto& [kind, what] : units) {
    CAPTURE(what);
    const dataflow flow = unit_of(kind, what);
    const synthesised before = synthesise(kind, flow, output_style::enable),
                      after = synthesise(kind, flow, output_style::queue);
    const output_queue_price price = *price_of_queue(flow.units[0]);
    CHECK(after.ffs - before.ffs == price.ffs);
    CHECK(after.luts > before.luts);
    CHECK(after.luts - before.luts <= price.luts);
    CHECK(after.enabled < before.enabled / 2);
    CHECK(after.path <= before.path);
    MESSAGE(fmt::format("{}: LUTs {} -> {} (price {}), FFs {} -> {}, enable {} -> {}, path {} -> {}", what, before.luts,
                        after.luts, price.luts, before.ffs, after.ffs, before.enabled, after.enabled, before.path,
                        after.path));
  }
}

TEST_CASE("the table of output queues in docs/rtl.md" * doctest::skip()) {
  const std::vector<std::pair<std::string, dataflow>> units{
      {"MVAU 32 x 32, PE 8, SIMD 8, UINT4 x INT4, P 14, 15 thresholds",
       large_unit<mvau>(32, 32, 8, 8, unsigned_type(4), signed_type(4), 14, 15)},
      {"MVAU 10 x 784, PE 10, SIMD 56, UINT1 x INT8, P 18",
       large_unit<mvau>(10, 784, 10, 56, unsigned_type(1), signed_type(8), 18, 0)},
      {"VVAU 16 x 9, PE 16, SIMD 9, UINT4 x INT4, P 12, 15 thresholds",
       large_unit<vvau>(16, 9, 16, 9, unsigned_type(4), signed_type(4), 12, 15)}};
  for (const auto& [what, flow] : units) {
    const synthesised before = synthesise("table", flow, output_style::enable),
                      after = synthesise("table", flow, output_style::queue);
    const output_queue_price price = *price_of_queue(flow.units[0]);
    fmt::print("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", what, before.path, after.path, before.enabled,
               after.enabled, before.luts, after.luts, price.luts, before.ffs, after.ffs);
  }
}
