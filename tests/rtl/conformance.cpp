// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/rtl/conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>
#include <utility>

#include "spillway/models/dataflow/evaluate.h"
#include "spillway/rtl/memory_words.h"
#include "spillway/rtl/sources.h"
#include "spillway/rtl/test_bench.h"
#include "spillway/tests/rtl/shell.h"
#include "spillway/tests/rtl/stream_log.h"

namespace spillway::testing {

namespace {

namespace fs = std::filesystem;

std::string test_bench_name(std::size_t index) { return fmt::format("c{}_bench", index); }

/// One accelerator: its files in a folder of its own, its test bench. Returns the test bench's text.
std::string add_case(const conformance_case& each, std::size_t index, const fs::path& folder) {
  const std::string name = fmt::format("c{}", index), prefix = name + "/";
  const rtl_frames frames{each.inputs, evaluate(each.flow, each.inputs)};
  detail::rtl_top top = detail::make_top(each.flow, name, prefix, each.outputs);
  if (each.spoiled) {
    const std::size_t at = top.text.find(each.spoiled->first);
    if (at == std::string::npos) throw std::runtime_error(each.what + ": nothing to spoil");
    top.text.replace(at, each.spoiled->first.size(), each.spoiled->second);
  }
  save_text(folder / name / (name + ".sv"), top.text);
  for (const detail::rtl_module& source : top.sources)
    save_text(folder / "modules" / (source.name + ".sv"), source.text);
  for (const detail::rtl_memory_file& memory : top.memories)
    save_text(folder / name / memory.name, lines_of(memory.words));
  for (const rtl_file& file : detail::make_test_bench(each.flow, top, frames, prefix))
    if (file.name.ends_with(".hex")) save_text(folder / name / file.name, file.text);
  return detail::test_bench_text(each.flow, top, frames, prefix);
}

/// All test benches side by side, and a log bound to every stream.
std::string top_text(std::size_t cases) {
  std::string text = fmt::format(R"(
module conformance (
    input logic clk, input logic rst, output logic finished, output logic failed
);
  logic [{0}:0] all_finished, all_failed;
  assign finished = &all_finished;
  assign failed = |all_failed;
)",
                                 cases - 1);
  for (std::size_t i = 0; i < cases; ++i)
    text += fmt::format("  {0} {0} (.clk, .rst, .finished(all_finished[{1}]), .failed(all_failed[{1}]));\n",
                        test_bench_name(i), i);
  return text + "endmodule\nbind spillway_stream spillway_bench_log #(.BITS(BITS)) log (.*);\n";
}

bool moves_in(const std::vector<logged_beat>& beats, std::size_t at, std::uint64_t cycles) {
  return at < beats.size() && beats[at].cycle < cycles;
}

/// Compares the beats of one end of a stream up to `cycles`; returns the first cycle that differs, if any does.
std::optional<std::uint64_t> compare_end(const std::vector<logged_beat>& expected,
                                         const std::vector<logged_beat>& found, std::uint64_t cycles, const char* verb,
                                         conformance_result& result, std::string& words) {
  std::optional<std::uint64_t> first;
  for (std::size_t i = 0; moves_in(expected, i, cycles) || moves_in(found, i, cycles); ++i) {
    const bool has = moves_in(expected, i, cycles), finds = moves_in(found, i, cycles);
    ++result.beats;
    if (has && finds && expected[i] == found[i]) continue;
    ++result.differences;
    if (first) continue;
    first = std::min(has ? expected[i].cycle : cycles, finds ? found[i].cycle : cycles);
    const auto shown = [&](bool there, const std::vector<logged_beat>& beats) {
      return there ? fmt::format("{} {} in cycle {}", verb, beats[i].data, beats[i].cycle)
                   : fmt::format("{} nothing more", verb);
    };
    words = fmt::format("beat {}: SystemC {}, the twin {}", i, shown(has, expected), shown(finds, found));
  }
  return first;
}

conformance_result compare_logs(const conformance_case& each, const accelerator_log& expected,
                                const accelerator_log& found) {
  conformance_result result;
  result.cycles = expected.cycles;
  const std::vector<dataflow_stream> links = streams_of(each.flow);
  std::optional<std::uint64_t> earliest;
  for (std::size_t s = 0; s < links.size(); ++s) {
    const stream_log none, &there = s < found.streams.size() ? found.streams[s] : none;
    for (const bool pushes : {true, false}) {
      std::string words;
      const auto first =
          pushes ? compare_end(expected.streams[s].pushed, there.pushed, expected.cycles, "pushes", result, words)
                 : compare_end(expected.streams[s].popped, there.popped, expected.cycles, "pops", result, words);
      if (!first || (earliest && *earliest <= *first)) continue;
      earliest = first;
      const int unit = pushes ? links[s].from : links[s].to;
      result.first = fmt::format("{} ({}): unit {}, stream {}, {}", each.kind, each.what,
                                 unit < 0 ? "of the bench" : name_of(each.flow.units[static_cast<std::size_t>(unit)]),
                                 name_of(each.flow, links[s]), words);
    }
  }
  return result;
}

}  // namespace

verilated_model::verilated_model(std::vector<conformance_case> cases, const fs::path& folder)
    : m_cases(std::move(cases)), m_folder(folder) {
  fs::remove_all(folder);
  std::string test_benches, files;
  for (std::size_t i = 0; i < m_cases.size(); ++i) {
    test_benches += add_case(m_cases[i], i, folder);
    files += fmt::format("c{0}/c{0}.sv\n", i);
  }
  save_text(folder / "conformance.sv", test_benches + top_text(m_cases.size()));
  for (const rtl_source& source : rtl_sources()) {
    const std::string name = fmt::format("{}.{}", source.module, source.module == "bench" ? "cpp" : "sv");
    save_text(folder / "modules" / name, std::string(source.text));
  }
  save_text(folder / "files.f", files);
  // Modules are found by their names; warnings are errors. Compiling takes a hundred times as long as running, so
  // nothing is optimized.
  run_in(
      folder,
      fmt::format("{0} --cc --exe --build -j 2 -Wall -Wno-DECLFILENAME -O3 -CFLAGS '-O0 -std=c++17' -MAKEFLAGS 'CXX={1} LINK={1}' "
                  "--output-split 40000 --x-assign unique --x-initial unique --prefix Vbench "
                  "--top-module conformance -y modules -f files.f conformance.sv modules/bench.cpp -o bench",
                  SPILLWAY_VERILATOR, SPILLWAY_QUICK_CXX),
      "build.log");
}

std::vector<conformance_result> verilated_model::compare(const stall_options& stalls) const {
  const auto percent = [](double probability) { return std::lround(probability * 100); };
  // The exit code is 1 where a case fails; the comparison says which, and where.
  run_in(m_folder,
         fmt::format("./obj_dir/bench +source_stall={} +sink_stall={} +seed={} +verilator+rand+reset+2",
                     percent(stalls.source), percent(stalls.sink), stalls.seed),
         "run.log", 1);
  std::ifstream text(m_folder / "run.log");
  const std::map<std::string, accelerator_log> logs = read_log(text);
  std::vector<conformance_result> results;
  for (std::size_t i = 0; i < m_cases.size(); ++i) {
    const auto found = logs.find(test_bench_name(i));
    const accelerator_log expected = log_systemc(m_cases[i].flow, m_cases[i].inputs, stalls);
    results.push_back(compare_logs(m_cases[i], expected, found == logs.end() ? accelerator_log{} : found->second));
  }
  return results;
}

}  // namespace spillway::testing
