// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "spillway/models/data/npy.h"
#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/load/design.h"
#include "spillway/rtl/write.h"
#include "spillway/tests/rtl/cases.h"
#include "spillway/tests/rtl/shell.h"

// What is written for Vivado, in the tools that read it here: Verilator, Icarus and Yosys the Verilog, Tcl the scripts
// (with every command of Vivado as its reference documents it), Python the packing of frames.

using namespace spillway;
using namespace spillway::testing;

namespace {

namespace fs = std::filesystem;

const std::string source = SPILLWAY_SOURCE_DIR;

struct written_design {
  fs::path folder;
  dataflow flow;
  rtl_files files;
  rtl_frames frames;
};

written_design write_design(const std::string& file, const std::string& name) {
  written_design made;
  made.folder = fs::path(SPILLWAY_BINARY_DIR) / "rtl_vivado" / name;
  fs::remove_all(made.folder);
  fs::create_directories(made.folder);
  made.flow = load_design(source + "/models/zoo/" + file + ".onnx", {}).flow;
  rtl_options options;
  options.name = name;
  options.vivado = {125, "xc7z045ffg900-2"};
  const integer_tensor inputs = random_inputs(made.flow, 2, 5);
  made.frames = {inputs, evaluate(made.flow, inputs)};
  options.frames = made.frames;
  made.files = make_rtl(made.flow, options);
  write_rtl(made.files, made.folder);
  return made;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Words of a stream's beats as rows of hexadecimal digits, the most significant first: as bytes, the least first.
std::string bytes_of(const fs::path& hex) {
  std::ifstream lines(hex);
  std::string bytes;
  for (std::string line; std::getline(lines, line);)
    for (std::size_t at = line.size(); at >= 2; at -= 2)
      bytes += static_cast<char>(std::stoi(line.substr(at - 2, 2), nullptr, 16));
  return bytes;
}

}  // namespace

TEST_CASE("the IP's top is plain Verilog that three tools take, with the names of AXI4-Stream") {
  const written_design made = write_design("tfc-mnist/a2q_plus-w4a4-p9", "tfc");
  const std::string top = load_text(made.folder / "tfc_ip.v");
  for (const char* part :
       {"xilinx.com:interface:axis:1.0 s_axis_0 TDATA", "xilinx.com:interface:axis:1.0 m_axis_0 TLAST",
        "ASSOCIATED_BUSIF s_axis_0:m_axis_0, ASSOCIATED_RESET aresetn, FREQ_HZ 125000000", "POLARITY ACTIVE_LOW",
        "input wire aresetn", ".rst(!aresetn)"})
    CHECK_MESSAGE(has(top, part), std::string(part));
  CHECK_FALSE(has(top, "logic"));
  CHECK_FALSE(has(top, "@"));
  CHECK(has(load_text(made.folder / "tfc.xdc"), "create_clock -name aclk -period 8.000 [get_ports aclk]"));
  run_in(made.folder, fmt::format("{} --lint-only -Wall --top-module tfc_ip -f tfc.f tfc_ip.v", SPILLWAY_VERILATOR),
         "lint.log");
  if (SPILLWAY_HAS_ICARUS) run_in(made.folder, "iverilog -g2012 -t null -s tfc_ip -f tfc.f tfc_ip.v", "icarus.log");
  if (SPILLWAY_HAS_YOSYS)
    run_in(made.folder,
           "yosys -q -p \"read_verilog -sv -defer $(tr '\\n' ' ' < tfc.f); read_verilog tfc_ip.v; hierarchy -check "
           "-top tfc_ip\"",
           "yosys.log");
}

TEST_CASE("the scripts give Vivado's commands arguments that they have, and count what is reported") {
  const written_design made = write_design("tfc-mnist/a2q_plus-w4a4-p9", "scripts");
  const std::string harness = "tclsh " + source + "/tests/rtl/vivado_commands.tcl ";
  run_in(made.folder, harness + "package_ip.tcl", "package.log");
  const std::string packaged = load_text(made.folder / "package.log");
  CHECK(has(packaged, "create_project -force -part xc7z045ffg900-2 scripts_ip"));
  for (const char* part : {"add_files -norecurse", "spillway_mvau.sv", "scripts_MVAU_0_W_FILE.hex",
                           "set_property top scripts_ip sources_1", "ipx::save_core core", "close_project"})
    CHECK_MESSAGE(has(packaged, part), std::string(part));
  // From elsewhere, and for another part.
  run_in(made.folder.parent_path(), harness + "scripts/build_ooc.tcl xczu7ev-ffvc1156-2-e", "build.log");
  const std::string built = load_text(made.folder.parent_path() / "build.log");
  CHECK(has(built, "synth_design -top scripts_ip -part xczu7ev-ffvc1156-2-e -mode out_of_context"));
  CHECK(has(built, "read_xdc -mode out_of_context scripts.xdc"));
  const auto counts = nlohmann::json::parse(load_text(made.folder / "scripts_counts.json"));
  const nlohmann::json expected{{"schema", "spillway-counts-1"},
                                {"top", "scripts"},
                                {"tool", "Vivado 2022.2"},
                                {"part", "xczu7ev-ffvc1156-2-e"},
                                {"clock_mhz", 125.0},
                                {"slack_ns", 0.123},
                                {"luts", 1234},
                                {"lutram", 200},
                                {"srl", 34},
                                {"ff", 2345},
                                {"bram18", 7.0},
                                {"uram", 0},
                                {"dsp", 7}};
  CHECK(counts == expected);
}

TEST_CASE("frames become the bytes that the test bench sends, and its answers the integers that were computed") {
  for (const char* file : {"tfc-mnist/a2q_plus-w4a4-p9", "mnist-linear/qat-w8a1"}) {
    CAPTURE(file);
    const written_design made = write_design(file, "frames");
    write_npy((made.folder / "x.npy").string(), made.frames.inputs);
    write_npy((made.folder / "y.npy").string(), made.frames.outputs);
    std::ofstream(made.folder / "in.bin", std::ios::binary) << bytes_of(made.folder / "frames_input.hex");
    std::ofstream(made.folder / "out.bin", std::ios::binary) << bytes_of(made.folder / "frames_expected.hex");
    std::ofstream(made.folder / "try.py")
        << "import numpy as np, frames_dma as dma\n"
           "x, y = (np.load(name).astype(np.int64).reshape(2, -1) for name in ('x.npy', 'y.npy'))\n"
           "assert dma.pack(x).tobytes() == open('in.bin', 'rb').read()\n"
           "assert np.array_equal(dma.unpack(np.fromfile('out.bin', np.uint8)), y)\n"
           "for wrong in (x[:, :-1], x + 1000, x.astype(float), np.zeros((0, x.shape[1]), int)):\n"
           "    try:\n"
           "        dma.pack(wrong)\n"
           "    except ValueError:\n"
           "        continue\n"
           "    raise SystemExit('taken: ' + str(wrong.shape))\n"
           "try:\n"
           "    dma.unpack(np.zeros(1, np.uint8)) if dma.OUTPUT.beats * dma.OUTPUT.bytes > 1 else dma.unpack([])\n"
           "except ValueError:\n"
           "    raise SystemExit(0)\n"
           "raise SystemExit('taken')\n";
    run_in(made.folder, "/usr/bin/python3 try.py", "python.log");
  }
}
