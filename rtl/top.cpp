// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/top.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "spillway/models/dataflow/outputs.h"
#include "spillway/rtl/units/stream.h"

namespace spillway::detail {

namespace {

/// Names of a stream's signals: `end` is "in" (where it is written) or "out".
std::string signal(std::size_t link, const char* end, const char* what) {
  return fmt::format("stream_{}_{}_{}", link, end, what);
}

class top_writer {
 public:
  top_writer(const dataflow& flow, std::string name, std::string memory_folder, output_style outputs)
      : m_flow(flow), m_links(streams_of(flow)), m_folder(std::move(memory_folder)), m_outputs(outputs) {
    m_top.name = std::move(name);
    m_names.make("clk");
    m_names.make("rst");
  }

  rtl_top write() {
    open();
    for (std::size_t link = 0; link < m_links.size(); ++link) add_stream(link);
    for (std::size_t unit = 0; unit < m_flow.units.size(); ++unit) add_unit(unit);
    add_ends();
    m_top.text += "endmodule\n";
    return std::move(m_top);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(m_top.text), format, std::forward<Args>(args)...);
    m_top.text += '\n';
  }

  stream_shape shape(std::size_t link) const { return shape_of(m_flow, m_links[link]); }
  std::int64_t bits(std::size_t link) const { return shape(link).lanes * shape(link).type.bits; }

  void open() {
    const std::int64_t in_bits = tdata_bits(input_shape(m_flow));
    const std::vector<stream_shape> outputs = output_shapes(m_flow);
    line("// Made by spillway rtl. Accelerator {}: {} units, {} streams.", m_flow.name, m_flow.units.size(),
         m_links.size());
    line("module {} (", m_top.name);
    line("    input  logic clk,");
    line("    input  logic rst,");
    line("    // verilator lint_off UNUSED");
    line("    input  logic [{}:0] s_axis_tdata,  // padded to whole bytes", in_bits - 1);
    line("    input  logic s_axis_tlast,  // frames are counted inside");
    line("    // verilator lint_on UNUSED");
    line("    input  logic s_axis_tvalid,");
    line("    output logic s_axis_tready,");
    for (const char* port : {"tdata", "tlast", "tvalid", "tready"}) m_names.make(std::string("s_axis_") + port);
    name_outputs(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::string& port = m_top.outputs[i];
      line("    output logic [{}:0] {}_tdata,", tdata_bits(outputs[i]) - 1, port);
      line("    output logic {}_tvalid,", port);
      line("    output logic {}_tlast,", port);
      line("    input  logic {}_tready{}", port, i + 1 < outputs.size() ? "," : "");
    }
    line(");");
  }

  /// `m_axis`, or where there are several outputs one for each, with its name.
  void name_outputs(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      m_top.outputs.push_back(m_flow.outputs.empty() ? "m_axis" : m_names.make("m_axis_" + m_flow.outputs[i]));
      for (const char* port : {"_tdata", "_tlast", "_tvalid", "_tready"}) m_names.make(m_top.outputs.back() + port);
    }
  }

  void add_instance(const rtl_instance& instance, const std::string& name) {
    line("  {} #(", instance.module);
    std::vector<rtl_parameter> parameters = instance.parameters;
    for (const rtl_memory& memory : instance.memories) {
      const std::string file = fmt::format("{}_{}_{}.hex", m_top.name, name, memory.name);
      m_top.memories.push_back({file, memory.hex_words});
      parameters.push_back(text_parameter(memory.name, m_folder + file));
    }
    for (std::size_t i = 0; i < parameters.size(); ++i)
      line("      .{}({}){}", parameters[i].name, parameters[i].value, i + 1 < parameters.size() ? "," : "");
    line("  ) {} (", name);
    std::vector<rtl_module>& sources = m_top.sources;
    const auto is_it = [&](const rtl_module& source) { return source.name == instance.module; };
    if (!instance.source.empty() && std::none_of(sources.begin(), sources.end(), is_it))
      sources.push_back({instance.module, instance.source});
  }

  void add_stream(std::size_t link) {
    const stream_shape what = shape(link);
    const std::string name = m_names.make(fmt::format("stream_{}", link));
    line("");
    line("  // {}: {} x {}, {} beats a frame", name_of(m_flow, m_links[link]), what.lanes, to_string(what.type),
         what.beats);
    for (const char* end : {"in", "out"}) {
      line("  logic {}, {};", signal(link, end, "valid"), signal(link, end, "ready"));
      line("  logic [{}:0] {};", bits(link) - 1, signal(link, end, "data"));
      for (const char* each : {"valid", "ready", "data"}) m_names.make(signal(link, end, each));
    }
    add_instance(twin_of_stream(bits(link), m_links[link].depth), name);
    line("      .clk(clk), .rst(rst),");
    for (const char* end : {"in", "out"})
      line("      .{0}_valid({1}), .{0}_ready({2}), .{0}_data({3}){4}", end, signal(link, end, "valid"),
           signal(link, end, "ready"), signal(link, end, "data"), *end == 'i' ? "," : ");");
  }

  /// The signals of all of a unit's ports, the last port first, as a concatenation has them.
  std::string joined(const std::vector<std::size_t>& links, const char* end, const char* what) const {
    std::string text;
    for (auto link = links.rbegin(); link != links.rend(); ++link)
      text += (text.empty() ? "" : ", ") + signal(*link, end, what);
    return links.size() == 1 ? text : "{" + text + "}";
  }

  void add_unit(std::size_t index) {
    const dataflow_unit& unit = m_flow.units[index];
    const unit_ports ports = ports_of(unit);
    std::vector<std::size_t> from(ports.inputs.size()), to(ports.outputs.size());
    for (std::size_t link = 0; link < m_links.size(); ++link) {
      if (m_links[link].to == static_cast<int>(index)) from[static_cast<std::size_t>(m_links[link].to_port)] = link;
      if (m_links[link].from == static_cast<int>(index)) to[static_cast<std::size_t>(m_links[link].from_port)] = link;
    }
    line("");
    const bool is_queued = m_outputs == output_style::queue && price_of_queue(unit);
    add_instance(is_queued ? with_output_queue(twin_of(unit)) : twin_of(unit), m_names.make(name_of(unit)));
    line("      .clk(clk), .rst(rst),");
    // A unit's inputs are what leaves streams.
    line("      .in_valid({}), .in_ready({}), .in_data({}),", joined(from, "out", "valid"),
         joined(from, "out", "ready"), joined(from, "out", "data"));
    line("      .out_valid({}), .out_ready({}), .out_data({}));", joined(to, "in", "valid"), joined(to, "in", "ready"),
         joined(to, "in", "data"));
  }

  void add_ends() {
    line("");
    for (std::size_t link = 0; link < m_links.size(); ++link) {
      if (m_links[link].from == dataflow_stream::outside) {
        line("  assign {} = s_axis_tvalid;", signal(link, "in", "valid"));
        line("  assign {} = s_axis_tdata[{}:0];", signal(link, "in", "data"), bits(link) - 1);
        line("  assign s_axis_tready = {};", signal(link, "in", "ready"));
      }
      if (m_links[link].to == dataflow_stream::outside) add_output(link);
    }
  }

  void add_output(std::size_t link) {
    const std::int64_t padding = tdata_bits(shape(link)) - bits(link);
    const std::string& port = m_top.outputs[static_cast<std::size_t>(m_links[link].to_port)];
    line("  assign {}_tvalid = {};", port, signal(link, "out", "valid"));
    if (padding > 0)
      line("  assign {}_tdata = {{{}'b0, {}}};", port, padding, signal(link, "out", "data"));
    else
      line("  assign {}_tdata = {};", port, signal(link, "out", "data"));
    line("  assign {} = {}_tready;", signal(link, "out", "ready"), port);
    line("  spillway_rounds #(.COUNT({})) {} (", shape(link).beats, m_names.make("beats_of_a_frame"));
    line("      .clk(clk), .rst(rst), .step({0}_tvalid && {0}_tready), .last({0}_tlast));", port);
  }

  const dataflow& m_flow;
  std::vector<dataflow_stream> m_links;
  std::string m_folder;
  output_style m_outputs;
  rtl_names m_names;
  rtl_top m_top;
};

}  // namespace

std::int64_t tdata_bits(const stream_shape& shape) { return (shape.lanes * shape.type.bits + 7) / 8 * 8; }

rtl_top make_top(const dataflow& flow, const std::string& name, const std::string& memory_folder,
                 output_style outputs) {
  validate(flow);
  return top_writer(flow, name, memory_folder, outputs).write();
}

}  // namespace spillway::detail
