// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/rtl/files.h"

namespace spillway::detail {

/// What Vivado's scripts are made for.
struct vivado_target {
  double clock_mhz = 200;
  std::string part = "xc7z020clg400-1";  ///< where the command line of a script names none
};

/// What Vivado needs beside the sources of an accelerator:
///
///     NAME_ip.v        a plain Verilog top with X_INTERFACE attributes: aclk, aresetn, s_axis_0, m_axis_0;
///                      of several outputs m_axis_0, m_axis_1, ... in their order
///     NAME.xdc         its clock
///     package_ip.tcl   packages it as an IP in ip/
///     build_ooc.tcl    synthesises it out of context, and writes what it takes to NAME_counts.json
///     NAME_dma.py      NumPy: frames to the bytes of a DMA, and back
///
/// `sources` are the SystemVerilog files, `memories` those that they read, `outputs` what the top's ports of each
/// output begin with.
std::vector<rtl_file> make_vivado_kit(const dataflow& flow, const std::string& name,
                                      const std::vector<std::string>& sources, const std::vector<std::string>& memories,
                                      const std::vector<std::string>& outputs, const vivado_target& target);

}  // namespace spillway::detail
