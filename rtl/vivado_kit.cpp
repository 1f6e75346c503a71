// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/vivado_kit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

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

/// The type of a stream's elements, as the module of NumPy calls it.
std::string python_type(const integer_type& type) {
  return fmt::format("Type({}, signed={}, bipolar={})", type.bits, type.is_signed ? "True" : "False",
                     type.is_bipolar ? "True" : "False");
}

}  // namespace

std::vector<rtl_file> make_vivado_kit(const dataflow& flow, const std::string& name,
                                      const std::vector<std::string>& sources, const std::vector<std::string>& memories,
                                      const vivado_target& target) {
  const stream_shape in = input_shape(flow), out = output_shape(flow);
  const std::vector<std::pair<std::string, std::string>> values{
      {"NAME", name},
      {"PART", target.part},
      {"HZ", fmt::format("{:.0f}", target.clock_mhz * 1e6)},
      {"PERIOD", fmt::format("{:.3f}", 1000 / target.clock_mhz)},
      {"SOURCES", fmt::format("{}", fmt::join(sources, " "))},
      {"MEMORIES", fmt::format("{}", fmt::join(memories, " "))},
      {"IN_BITS", std::to_string(tdata_bits(in))},
      {"OUT_BITS", std::to_string(tdata_bits(out))},
      {"IN_BYTES", std::to_string(tdata_bits(in) / 8)},
      {"OUT_BYTES", std::to_string(tdata_bits(out) / 8)},
      {"IN_TOP", std::to_string(tdata_bits(in) - 1)},
      {"OUT_TOP", std::to_string(tdata_bits(out) - 1)},
      {"IN_TYPE", python_type(in.type)},
      {"OUT_TYPE", python_type(out.type)},
      {"IN_LANES", std::to_string(in.lanes)},
      {"OUT_LANES", std::to_string(out.lanes)},
      {"IN_BEATS", std::to_string(in.beats)},
      {"OUT_BEATS", std::to_string(out.beats)},
  };
  const auto file = [&](const char* as, const char* of) {
    return rtl_file{filled(as, values), filled(std::string(find_rtl_source(of).text), values)};
  };
  return {file("@NAME@_ip.v", "vivado_ip"), file("@NAME@.xdc", "vivado_clock"),
          file("package_ip.tcl", "vivado_package_ip"), file("build_ooc.tcl", "vivado_build_ooc"),
          file("@NAME@_dma.py", "vivado_dma")};
}

}  // namespace spillway::detail
