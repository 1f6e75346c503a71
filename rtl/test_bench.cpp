// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/test_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>

#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/support/error.h"
#include "spillway/rtl/memory_words.h"
#include "spillway/rtl/sources.h"

namespace spillway::detail {

namespace {

/// Cycles without a beat after which a test bench gives up: a few frames of every unit, one after the other.
std::int64_t patience(const dataflow& flow) {
  std::int64_t cycles = 10000;
  for (const dataflow_unit& unit : flow.units) cycles += 8 * cycles_per_frame(unit);
  return std::min<std::int64_t>(cycles, std::numeric_limits<std::int32_t>::max());
}

std::string makefile(const std::string& name) {
  return fmt::format(
      R"(# Builds the test bench of {0}, and runs it: prints PASS, or the first difference. `make` takes Verilator,
# `make icarus` Icarus Verilog, `make synth` has Yosys count what the accelerator takes.
# make ARGS="+source_stall=30 +sink_stall=30 +seed=7" stalls both ends in 30 of 100 cycles.
VERILATOR ?= verilator
IVERILOG ?= iverilog
VVP ?= vvp
YOSYS ?= yosys
BENCH := {0}_bench.sv spillway_bench_source.sv spillway_bench_sink.sv spillway_bench_stalls.sv spillway_bench_file.sv

run: obj_dir/bench
	./obj_dir/bench $(ARGS)

obj_dir/bench: {0}.f $(BENCH) bench.cpp $(shell cat {0}.f)
	$(VERILATOR) --cc --exe --build -j 0 -O3 -CFLAGS '-O1 -std=c++17' --x-assign unique --prefix Vbench --top-module {0}_bench -o bench \
	    -f {0}.f $(BENCH) bench.cpp

icarus: {0}_bench.vvp
	$(VVP) -n {0}_bench.vvp $(ARGS)

{0}_bench.vvp: {0}.f $(BENCH) {0}_bench_clock.sv $(shell cat {0}.f)
	$(IVERILOG) -g2012 -o $@ -s {0}_bench_clock -f {0}.f $(BENCH) {0}_bench_clock.sv

lint:
	$(VERILATOR) --lint-only -Wall --top-module {0} -f {0}.f

synth:
	$(YOSYS) -q -s synth.ys

clean:
	rm -rf obj_dir {0}_bench.vvp

.PHONY: run icarus lint synth clean
)",
      name);
}

/// For simulators that run events: the clock, the reset, and an end.
std::string clock_text(const std::string& name) {
  return fmt::format(
      R"(// Made by spillway rtl: clock and reset of {0}_bench, for simulators that need no driver in C++.
module {0}_bench_clock;
  logic clk, rst, finished, failed;
  {0}_bench bench (.clk(clk), .rst(rst), .finished(finished), .failed(failed));
  initial begin
    clk = 1'b0;
    rst = 1'b1;
    repeat (8) #5 clk = !clk;
    rst = 1'b0;  // between two rising edges
    while (finished !== 1'b1) #5 clk = !clk;
    if (failed !== 1'b0) $fatal(1, "the bench failed");
    $finish;
  end
endmodule
)",
      name);
}

/// A look at each memory's file; one expression that says whether any is wrong.
std::string memory_checks(const rtl_top& top, const std::string& memory_folder) {
  std::string text;
  for (std::size_t i = 0; i < top.memories.size(); ++i) {
    const rtl_memory_file& memory = top.memories[i];
    text += fmt::format(
        "  spillway_bench_file #(.FILE(\"{}{}\"), .WORDS({}), .DIGITS({})) memory_{} (.failed(no_memory[{}]));\n",
        memory_folder, memory.name, memory.words.size(), memory.words.front().size(), i, i);
  }
  const std::size_t signals = std::max<std::size_t>(1, top.memories.size());
  return fmt::format("  logic [{}:0] no_memory;\n{}", signals - 1,
                     text.empty() ? "  assign no_memory = 1'b0;\n" : text);
}

}  // namespace

std::vector<std::string> hex_beats(const stream_shape& shape, const integer_tensor& values, const std::string& what) {
  if (values.type != shape.type || values.size() % (shape.lanes * shape.beats) != 0 || values.size() == 0)
    throw config_error(fmt::format("{}: {} elements of {} are not whole frames of {} beats of {} x {}", what,
                                   values.size(), to_string(values.type), shape.beats, shape.lanes,
                                   to_string(shape.type)));
  std::vector<std::string> words;
  for (std::int64_t at = 0; at < values.size(); at += shape.lanes) {
    memory_word word;
    for (std::int64_t lane = 0; lane < shape.lanes; ++lane) word.add(values, at + lane);
    // As wide as the port, which is padded to whole bytes.
    const std::string digits = word.hex();
    const auto wanted = static_cast<std::size_t>(tdata_bits(shape) / 4);
    words.push_back(std::string(wanted - std::min(wanted, digits.size()), '0') + digits);
  }
  return words;
}

namespace {

/// What names of an output's signals, instance and file begin with.
struct output_names {
  std::string signal, sink, file;
};

std::vector<output_names> names_of_outputs(const rtl_top& top) {
  if (top.outputs.size() == 1) return {{"out", "sink", "expected"}};
  std::vector<output_names> names;
  for (std::size_t i = 0; i < top.outputs.size(); ++i)
    names.push_back({fmt::format("out_{}", i), fmt::format("sink_{}", i),
                     "expected_" + top.outputs[i].substr(std::string("m_axis_").size())});
  return names;
}

/// One sink for each output. The bench is finished when all are, or when one has failed.
std::string sinks_text(const dataflow& flow, const rtl_top& top, std::int64_t frames,
                       const std::string& memory_folder) {
  const std::vector<stream_shape> shapes = output_shapes(flow);
  const std::vector<output_names> names = names_of_outputs(top);
  constexpr std::uint64_t salt = 0x5851f42d4c957f2d;  // the stalls of `spillway simulate`
  std::string text, moves = "in_valid && in_ready";
  if (names.size() > 1)
    for (const output_names& name : names) moves += fmt::format(" || {0}_valid && {0}_ready", name.signal);
  for (std::size_t i = 0; i < names.size(); ++i)
    text += fmt::format(
        R"(  spillway_bench_sink #(
      .BITS({0}), .BEATS({1}), .BEATS_PER_FRAME({2}), .PATIENCE({3}), .SALT(64'h{4:x}), .FILE("{5}{6}_{7}.hex")
  ) {8} (
      .clk(clk), .rst(rst), .give_up(no_input || |no_memory), .moves({9}), .tvalid({10}_valid),
      .tlast({10}_last), .tdata({10}_data), .tready({10}_ready), .finished(is_finished[{11}]), .failed(has_failed[{11}]));
)",
        tdata_bits(shapes[i]), frames * shapes[i].beats, shapes[i].beats, patience(flow), salt * (2 * i + 1),
        memory_folder, top.name, names[i].file, names[i].sink, moves, names[i].signal, i);
  return text;
}

}  // namespace

std::string test_bench_text(const dataflow& flow, const rtl_top& top, const rtl_frames& frames,
                            const std::string& memory_folder) {
  const stream_shape in = input_shape(flow);
  const std::vector<stream_shape> shapes = output_shapes(flow);
  const std::vector<output_names> names = names_of_outputs(top);
  std::string signals, ports;
  for (std::size_t i = 0; i < names.size(); ++i) {
    signals += fmt::format("  logic {0}_valid, {0}_ready, {0}_last;\n  logic [{1}:0] {0}_data;\n", names[i].signal,
                           tdata_bits(shapes[i]) - 1);
    ports += fmt::format(
        "{2}      .{0}_tdata({1}_data), .{0}_tvalid({1}_valid), .{0}_tlast({1}_last), .{0}_tready({1}_ready)",
        top.outputs[i], names[i].signal, i == 0 ? "" : ",\n");
  }
  return fmt::format(R"(module {0}_bench (
    input  logic clk,
    input  logic rst,
    output logic finished,
    output logic failed
);
  logic in_valid, in_ready, in_last, no_input;
  logic [{1}:0] in_data;
{2}  logic [{3}:0] is_finished, has_failed;
  assign failed = |has_failed;
  assign finished = &is_finished || failed;
{4}  spillway_bench_source #(
      .BITS({5}), .BEATS({6}), .BEATS_PER_FRAME({7}), .FILE("{8}{0}_input.hex")
  ) source (
      .clk(clk), .rst(rst), .tready(in_ready), .tvalid(in_valid), .tlast(in_last), .tdata(in_data), .failed(no_input));
  {0} accelerator (
      .clk(clk), .rst(rst),
      .s_axis_tdata(in_data), .s_axis_tlast(in_last), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
{9});
{10}endmodule
)",
                     top.name, tdata_bits(in) - 1, signals, names.size() - 1, memory_checks(top, memory_folder),
                     tdata_bits(in), frames.inputs.size() / in.lanes, in.beats, memory_folder, ports,
                     sinks_text(flow, top, frames.inputs.size() / (in.lanes * in.beats), memory_folder));
}

std::vector<rtl_file> make_test_bench(const dataflow& flow, const rtl_top& top, const rtl_frames& frames,
                                      const std::string& memory_folder) {
  const stream_shape in = input_shape(flow);
  const std::vector<stream_shape> shapes = output_shapes(flow);
  const std::vector<output_names> names = names_of_outputs(top);
  const std::vector<std::string> fed = hex_beats(in, frames.inputs, "inputs of the test bench");
  std::vector<rtl_file> files{
      {top.name + "_bench.sv",
       fmt::format("// Made by spillway rtl: feeds frames to {} and compares what comes out.\n", top.name) +
           test_bench_text(flow, top, frames, memory_folder)},
      {top.name + "_bench_clock.sv", clock_text(top.name)},
      {"bench.cpp", std::string(find_rtl_source("bench").text)},
      {"Makefile", makefile(top.name)},
      {top.name + "_input.hex", lines_of(fed)}};
  const std::vector<integer_tensor> outputs =
      shapes.size() == 1 ? std::vector{frames.outputs} : outputs_apart(flow, frames.outputs);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const std::vector<std::string> expected = hex_beats(shapes[i], outputs[i], "outputs of the test bench");
    if (std::ssize(fed) / in.beats != std::ssize(expected) / shapes[i].beats)
      throw config_error(fmt::format("the test bench has {} frames of inputs, but {} of outputs",
                                     std::ssize(fed) / in.beats, std::ssize(expected) / shapes[i].beats));
    files.push_back({fmt::format("{}_{}.hex", top.name, names[i].file), lines_of(expected)});
  }
  for (const char* module :
       {"spillway_bench_source", "spillway_bench_sink", "spillway_bench_stalls", "spillway_bench_file"})
    files.push_back({fmt::format("{}.sv", module), std::string(find_rtl_source(module).text)});
  return files;
}

}  // namespace spillway::detail
