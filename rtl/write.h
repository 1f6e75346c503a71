// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/rtl/files.h"
#include "spillway/rtl/output_style.h"
#include "spillway/rtl/vivado_kit.h"

namespace spillway {

/// What `make_rtl` makes beside the modules, and under which names.
struct rtl_options {
  std::string name;                  ///< of the top module; empty: the dataflow's. Made legal, and none of a module's.
  std::optional<rtl_frames> frames;  ///< for a test bench; none: none is written
  /// Where the simulator finds the memory files, in front of their names: "" for the folder in which it runs, else with
  /// a slash at its end.
  std::string memory_folder;
  detail::vivado_target vivado;                 ///< what the scripts for Vivado say
  output_style outputs = output_style::enable;  ///< of units with products
};

/// The accelerator in SystemVerilog:
///
///     NAME.sv            the top: AXI4-Stream ports, every unit and stream by its name
///     *.sv               the modules that it uses
///     NAME_*.hex         the contents of memories
///     NAME.f             the list of sources
///     synth.ys           what Yosys synthesises them with
///     NAME_ip.v, NAME.xdc, package_ip.tcl, build_ooc.tcl, NAME_dma.py
///                        what Vivado needs (rtl/vivado_kit.h)
///     NAME_bench.sv, NAME_bench_clock.sv, spillway_bench_*.sv, bench.cpp, Makefile, NAME_input.hex, NAME_expected.hex
///                        a test bench; `make` and `make icarus` print PASS or FAIL
///
/// Throws `config_error` for an illegal dataflow or a unit without a twin.
rtl_files make_rtl(const dataflow& flow, const rtl_options& options = {});

/// Writes them into `folder`, which is made if it is not there; files of the same names are overwritten when all are
/// complete. Until then they are in a folder `unfinished` of it. Throws `io_error` if the system refuses.
void write_rtl(const rtl_files& made, const std::filesystem::path& folder);

/// Frames for a test bench, [frames, elements]: any values of the type of `shape`, from a generator of this seed.
integer_tensor random_test_frames(const stream_shape& shape, std::int64_t frames, std::uint64_t seed);

}  // namespace spillway
