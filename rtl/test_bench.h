// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/rtl/files.h"
#include "spillway/rtl/top.h"

namespace spillway::detail {

/// A test bench for the top module: its sources (NAME_bench.sv, NAME_bench_clock.sv, spillway_bench_*.sv, bench.cpp),
/// the Makefile that builds and runs it with Verilator or Icarus, and the beats that go in and must come out. Throws
/// `config_error` unless `frames` are as many whole frames of the dataflow's input as of its output.
std::vector<rtl_file> make_test_bench(const dataflow& flow, const rtl_top& top, const rtl_frames& frames,
                                      const std::string& memory_folder);

/// The body of a test bench: an instance of the top module between a source and a sink, and a look at each file that it
/// reads, in a module that has clk, rst, finished and failed.
std::string test_bench_text(const dataflow& flow, const rtl_top& top, const rtl_frames& frames,
                            const std::string& memory_folder);

/// The beats of a tensor, [.., elements] in the order of the stream, a word each. Throws `config_error`, saying `what`,
/// unless they are whole frames of that shape.
std::vector<std::string> hex_beats(const stream_shape& shape, const integer_tensor& values, const std::string& what);

}  // namespace spillway::detail
