// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "spillway/sim/beat_bits.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/sim/rig.h"
#include "spillway/tests/sim/vcd_file.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

struct waves_run {
  mvau unit = plain_mvau(6, 20, 2, 5, {12, overflow_mode::wrap, limit_scope::per_cycle});
  integer_tensor inputs = plain_inputs(unit, 6);
  recorder events;
  run_result result;
  std::filesystem::path path = std::filesystem::temp_directory_path() / "spillway_waves_test.vcd";

  explicit waves_run(const stall_options& stalls = {}) {
    run_options options;
    options.stalls = stalls;
    options.waves = path.string();
    result = run_cycle_engine({"waves", {unit}, 2}, inputs, events, options);
  }
};

/// The transfers of a stream: TDATA at each rising edge where TVALID and TREADY are high.
std::vector<std::string> transfers(const vcd_file& waves, const std::string& stream, std::uint64_t cycles) {
  std::vector<std::string> beats;
  for (std::uint64_t time = 0; time < cycles * 10; time += 10)
    if (waves.at(stream + ".tvalid", time) == "1" && waves.at(stream + ".tready", time) == "1")
      beats.push_back(fmt::format("{:b}", waves.number(stream + ".tdata", time)));
  return beats;
}

std::string packed(const std::int64_t* beat, integer_type type, int lanes) {
  std::vector<std::uint64_t> bits(1);
  pack_beat(beat, type, lanes, bits);
  return fmt::format("{:b}", bits[0]);
}

void check_waves(const vcd_file& waves, const waves_run& run) {
  const std::string top = "spillway.", mvau = top + "mvau_0.";
  CHECK(waves.widths.at(top + "clk") == 1);
  CHECK(waves.widths.at(top + "stream_0.tdata") == 40);
  CHECK(waves.widths.at(top + "stream_1.tdata") == 24);
  CHECK(waves.widths.at(mvau + "accumulator_1") == 12);
  CHECK(waves.end == run.result.cycles * 10);

  std::vector<std::string> in, out;
  for (std::int64_t beat = 0; beat < 6 * 4; ++beat) in.push_back(packed(run.inputs.at(beat * 5), signed_type(8), 5));
  for (std::int64_t beat = 0; beat < 6 * 3; ++beat)
    out.push_back(packed(run.result.outputs.at(beat * 2), signed_type(12), 2));
  CHECK(transfers(waves, top + "stream_0", run.result.cycles) == in);
  CHECK(transfers(waves, top + "stream_1", run.result.cycles) == out);

  std::uint64_t working = 0;
  for (std::uint64_t cycle = 0; cycle < run.result.cycles; ++cycle) {
    CHECK(waves.at(top + "clk", cycle * 10) == "1");
    CHECK(waves.at(top + "clk", cycle * 10 + 5) == "0");
    working += waves.at(mvau + "state", cycle * 10) == "working" ? 1 : 0;
  }
  CHECK(working == run.result.activity[0].working);

  REQUIRE(run.events.events().size() > 10);
  std::uint64_t flags = 0;
  for (const overflow_event& event : run.events.events()) {
    CHECK(waves.at(fmt::format("{}overflow_{}", mvau, event.pe), event.cycle * 10) == "1");
    CHECK(waves.signed_number(fmt::format("{}accumulator_{}", mvau, event.pe), event.cycle * 10) ==
          event.narrow[overflow_event::stored]);
  }
  for (std::uint64_t cycle = 0; cycle < run.result.cycles; ++cycle)
    for (int pe = 0; pe < 2; ++pe) flags += waves.number(fmt::format("{}overflow_{}", mvau, pe), cycle * 10);
  CHECK(flags == run.events.total().events);
}

}  // namespace

TEST_CASE("the waveform shows each transfer, state, register and overflow of the run") {
  const waves_run run;
  check_waves(vcd_file(run.path), run);
  std::filesystem::remove(run.path);
}

TEST_CASE("the waveform shows a run with random stalls as it was") {
  const waves_run run({0.3, 0.4, 7});
  const vcd_file waves(run.path);
  check_waves(waves, run);
  bool blocked = false;
  for (std::uint64_t cycle = 0; cycle < run.result.cycles; ++cycle)
    blocked = blocked || waves.at("spillway.mvau_0.state", cycle * 10) == "blocked";
  CHECK(blocked == (run.result.activity[0].blocked > 0));
  std::filesystem::remove(run.path);
}

TEST_CASE("waves change nothing in the run, and two runs write the same bytes") {
  const auto bytes = [](const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const waves_run first;
  const std::string first_bytes = bytes(first.path);
  const waves_run second;
  CHECK(bytes(second.path) == first_bytes);
  recorder events;
  const run_result plain = run_cycle_engine({"waves", {first.unit}, 2}, first.inputs, events);
  CHECK(plain.outputs == first.result.outputs);
  CHECK(plain.cycles == first.result.cycles);
  std::filesystem::remove(second.path);
}

TEST_CASE("GTKWave's tools read the waveform, and give it back unchanged" * doctest::skip(*VCD2FST == '\0')) {
  const waves_run run({0.3, 0.4, 7});
  const std::filesystem::path fst = run.path.string() + ".fst", back = run.path.string() + ".back.vcd";
  const std::filesystem::path tools = std::filesystem::path(VCD2FST).parent_path();
  REQUIRE(std::system(fmt::format("'{}' '{}' '{}' >/dev/null", VCD2FST, run.path.string(), fst.string()).c_str()) == 0);
  REQUIRE(std::system(
              fmt::format("'{}' -f '{}' -o '{}'", (tools / "fst2vcd").string(), fst.string(), back.string()).c_str()) ==
          0);
  check_waves(vcd_file(back), run);
  for (const auto& path : {run.path, fst, back}) std::filesystem::remove(path);
}
