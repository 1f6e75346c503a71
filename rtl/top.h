// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/rtl/names.h"
#include "spillway/rtl/output_style.h"
#include "spillway/rtl/twin.h"

namespace spillway::detail {

/// A memory's file.
struct rtl_memory_file {
  std::string name;
  std::vector<std::string> words;
};

/// A module that is made for one unit.
struct rtl_module {
  std::string name, text;
};

/// The top module of an accelerator, as it is being written.
struct rtl_top {
  std::string name, text;
  std::vector<rtl_memory_file> memories;
  std::vector<rtl_module> sources;
  std::vector<std::string> outputs;  ///< what its ports begin with: "m_axis", or "m_axis_NAME" for each of several
};

/// Bits of AXI4-Stream's TDATA for beats of this shape: whole bytes.
std::int64_t tdata_bits(const stream_shape& shape);

/// See rtl_options.
rtl_top make_top(const dataflow& flow, const std::string& name, const std::string& memory_folder,
                 output_style outputs = output_style::enable);

}  // namespace spillway::detail
