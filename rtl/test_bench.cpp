// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/test_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>

#include "spillway/models/support/error.h"
#include "spillway/rtl/memory_words.h"
#include "spillway/rtl/sources.h"
#include "spillway/rtl/top.h"

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
      R"(# Builds the test bench of {0} with Verilator, and runs it: prints PASS, or the first difference.
# make ARGS="+source_stall=30 +sink_stall=30 +seed=7" stalls both ends in 30 of 100 cycles.
VERILATOR ?= verilator
BENCH := {0}_bench.sv spillway_bench_source.sv spillway_bench_sink.sv spillway_bench_stalls.sv

run: obj_dir/bench
	./obj_dir/bench $(ARGS)

obj_dir/bench: {0}.f $(BENCH) bench.cpp $(shell cat {0}.f)
	$(VERILATOR) --cc --exe --build -j 0 -O3 -CFLAGS -O1 --x-assign unique --prefix Vbench --top-module {0}_bench -o bench \
	    -f {0}.f $(BENCH) bench.cpp

lint:
	$(VERILATOR) --lint-only -Wall --top-module {0} -f {0}.f

clean:
	rm -rf obj_dir

.PHONY: run lint clean
)",
      name);
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
    words.push_back(word.hex());
  }
  return words;
}

std::string test_bench_text(const dataflow& flow, const std::string& name, const rtl_frames& frames,
                            const std::string& memory_folder) {
  const stream_shape in = input_shape(flow), out = output_shape(flow);
  return fmt::format(R"(module {0}_bench (
    input  logic clk,
    input  logic rst,
    output logic finished,
    output logic failed
);
  logic in_valid, in_ready, in_last, out_valid, out_ready, out_last;
  logic [{1}:0] in_data;
  logic [{2}:0] out_data;
  spillway_bench_source #(
      .BITS({3}), .BEATS({4}), .BEATS_PER_FRAME({5}), .FILE("{6}input.hex")
  ) source (
      .clk(clk), .rst(rst), .tready(in_ready), .tvalid(in_valid), .tlast(in_last), .tdata(in_data));
  {0} accelerator (
      .clk(clk), .rst(rst),
      .s_axis_tdata(in_data), .s_axis_tlast(in_last), .s_axis_tvalid(in_valid), .s_axis_tready(in_ready),
      .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tlast(out_last), .m_axis_tready(out_ready));
  spillway_bench_sink #(
      .BITS({7}), .BEATS({8}), .BEATS_PER_FRAME({9}), .PATIENCE({10}), .FILE("{6}expected.hex")
  ) sink (
      .clk(clk), .rst(rst), .moves(in_valid && in_ready), .tvalid(out_valid), .tlast(out_last), .tdata(out_data),
      .tready(out_ready), .finished(finished), .failed(failed));
endmodule
)",
                     name, tdata_bits(in) - 1, tdata_bits(out) - 1, tdata_bits(in), frames.inputs.size() / in.lanes,
                     in.beats, memory_folder, tdata_bits(out), frames.outputs.size() / out.lanes, out.beats,
                     patience(flow));
}

std::vector<rtl_file> make_test_bench(const dataflow& flow, const std::string& name, const rtl_frames& frames,
                                      const std::string& memory_folder) {
  const stream_shape in = input_shape(flow), out = output_shape(flow);
  const std::vector<std::string> fed = hex_beats(in, frames.inputs, "inputs of the test bench");
  const std::vector<std::string> expected = hex_beats(out, frames.outputs, "outputs of the test bench");
  if (std::ssize(fed) / in.beats != std::ssize(expected) / out.beats)
    throw config_error(fmt::format("the test bench has {} frames of inputs, but {} of outputs",
                                   std::ssize(fed) / in.beats, std::ssize(expected) / out.beats));
  std::vector<rtl_file> files{
      {name + "_bench.sv",
       fmt::format("// Made by spillway rtl: feeds frames to {} and compares what comes out.\n", name) +
           test_bench_text(flow, name, frames, memory_folder)},
      {"bench.cpp", std::string(find_rtl_source("bench").text)},
      {"Makefile", makefile(name)},
      {"input.hex", lines_of(fed)},
      {"expected.hex", lines_of(expected)}};
  for (const char* module : {"spillway_bench_source", "spillway_bench_sink", "spillway_bench_stalls"})
    files.push_back({fmt::format("{}.sv", module), std::string(find_rtl_source(module).text)});
  return files;
}

}  // namespace spillway::detail
