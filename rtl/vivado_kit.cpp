// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/vivado_kit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "spillway/models/dataflow/outputs.h"
#include "spillway/rtl/sources.h"
#include "spillway/rtl/top.h"

namespace spillway::detail {

namespace {

/// `text` with every @KEY@ replaced.
std::string filled(std::string text, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [key, value] : values) {
    const std::string mark = "@" + key + "@";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  }
  return text;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// A name as Python reads it; names of a file's tensors have no control characters.
std::string python_string(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return text + "\"";
}

/// The type of a stream's elements, as the module of NumPy calls it.
std::string python_type(const integer_type& type) {
  return fmt::format("Type({}, signed={}, bipolar={})", type.bits, type.is_signed ? "True" : "False",
                     type.is_bipolar ? "True" : "False");
}

/// A stream as the module of NumPy describes it.
std::string python_stream(const stream_shape& shape) {
  return fmt::format("Stream({}, {}, {}, {})", python_type(shape.type), shape.lanes, shape.beats,
                     tdata_bits(shape) / 8);
}

/// What the files say of the outputs, in their order `m_axis_0`, `m_axis_1`, ...
struct output_texts {
  std::string buses, ports, pins, streams;
};

output_texts texts_of(const dataflow& flow, const std::vector<std::string>& tops_ports) {
  const std::vector<stream_shape> shapes = output_shapes(flow);
  output_texts texts;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const std::string bus = fmt::format("m_axis_{}", i);
    const std::int64_t bits = tdata_bits(shapes[i]);
    const bool is_last = i + 1 == shapes.size();
    const auto port = [&](const char* signal, const std::string& type, const char* end) {
      const std::string small = fmt::format("t{}", signal), large = "T" + upper(signal);
      texts.ports += fmt::format("    (* X_INTERFACE_INFO = \"xilinx.com:interface:axis:1.0 {} {}\" *)\n", bus, large);
      if (small == "tdata")
        texts.ports += fmt::format(
            "    (* X_INTERFACE_PARAMETER = \"TDATA_NUM_BYTES {}, HAS_TREADY 1, HAS_TLAST 1, FREQ_HZ @HZ@\" *)\n",
            bits / 8);
      texts.ports += fmt::format("    {} {}_{}{}\n", type, bus, small, end);
      texts.pins += fmt::format("      .{}_{}({}_{}){}\n", tops_ports[i], small, bus, small, end);
    };
    port("data", fmt::format("output wire [{}:0]", bits - 1), ",");
    port("last", "output wire", ",");
    port("valid", "output wire", ",");
    port("ready", "input wire", is_last ? "" : ",");
    texts.buses += (i == 0 ? "" : " ") + bus;
    const std::string name = flow.outputs.empty() ? bus : flow.outputs[i];
    texts.streams += fmt::format("{}{}: {}", i == 0 ? "" : ", ", python_string(name), python_stream(shapes[i]));
  }
  return texts;
}

}  // namespace

std::vector<rtl_file> make_vivado_kit(const dataflow& flow, const std::string& name,
                                      const std::vector<std::string>& sources, const std::vector<std::string>& memories,
                                      const std::vector<std::string>& outputs, const vivado_target& target) {
  const stream_shape in = input_shape(flow);
  const output_texts out = texts_of(flow, outputs);
  std::string with_colons = out.buses;
  std::ranges::replace(with_colons, ' ', ':');
  const std::vector<std::pair<std::string, std::string>> values{
      {"OUT_PORTS", out.ports},
      {"OUT_PINS", out.pins},
      {"OUT_BUSES", ":" + with_colons},
      {"BUSES", "s_axis_0 " + out.buses},
      {"NAME", name},
      {"PART", target.part},
      {"HZ", fmt::format("{:.0f}", target.clock_mhz * 1e6)},
      {"PERIOD", fmt::format("{:.3f}", 1000 / target.clock_mhz)},
      {"SOURCES", fmt::format("{}", fmt::join(sources, " "))},
      {"MEMORIES", fmt::format("{}", fmt::join(memories, " "))},
      {"IN_BITS", std::to_string(tdata_bits(in))},
      {"IN_BYTES", std::to_string(tdata_bits(in) / 8)},
      {"IN_TOP", std::to_string(tdata_bits(in) - 1)},
      {"IN_TYPE", python_type(in.type)},
      {"IN_LANES", std::to_string(in.lanes)},
      {"IN_BEATS", std::to_string(in.beats)},
      {"OUTPUTS", out.streams},
  };
  const auto file = [&](const char* as, const char* of) {
    return rtl_file{filled(as, values), filled(std::string(find_rtl_source(of).text), values)};
  };
  return {file("@NAME@_ip.v", "vivado_ip"), file("@NAME@.xdc", "vivado_clock"),
          file("package_ip.tcl", "vivado_package_ip"), file("build_ooc.tcl", "vivado_build_ooc"),
          file("@NAME@_dma.py", "vivado_dma")};
}

}  // namespace spillway::detail
