// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/synthesis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "spillway/calibration/netlist.h"
#include "spillway/calibration/run_program.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/models/support/sha256.h"
#include "spillway/rtl/memory_words.h"
#include "spillway/rtl/sources.h"
#include "spillway/rtl/synthesis_script.h"
#include "spillway/rtl/top.h"
#include "spillway/rtl/twin.h"
#include "spillway/rtl/units/stream.h"

namespace spillway {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

yosys_recipe recipe_for(synthesis_target target) {
  return {target.family == fpga_family::series7 ? "xc7" : "xcup", target.with_dsp, "top"};
}

constexpr std::int64_t most_bytes = std::int64_t{1} << 30;

/// A port of a module that stands alone.
struct port {
  const char* direction;
  std::string name;
  std::int64_t bits;
};

/// A module between ports as wide as its own, whatever is inside.
std::string module_text(const std::string& name, const std::vector<port>& ports, const std::string& inner,
                        const std::vector<rtl_parameter>& parameters) {
  std::string head, values, bindings;
  for (const port& p : ports) {
    head += fmt::format("{}{} [{}:0] {}", head.empty() ? "" : ", ", p.direction, p.bits - 1, p.name);
    bindings += fmt::format("{}.{}({})", bindings.empty() ? "" : ", ", p.name, p.name);
  }
  for (const rtl_parameter& p : parameters)
    values += fmt::format("{}.{}({})", values.empty() ? "" : ", ", p.name, p.value);
  return fmt::format("(* keep_hierarchy *)\nmodule {}({});\n  {} #({}) inner ({});\nendmodule\n", name, head, inner,
                     values, bindings);
}

std::int64_t total_bits(const std::vector<stream_shape>& ports) {
  std::int64_t bits = 0;
  for (const stream_shape& port : ports) bits += port.lanes * port.type.bits;
  return bits;
}

std::vector<port> ports_of_twin(const unit_ports& ports) {
  const auto in = static_cast<std::int64_t>(ports.inputs.size()), out = static_cast<std::int64_t>(ports.outputs.size());
  return {{"input", "clk", 1},
          {"input", "rst", 1},
          {"input", "in_valid", in},
          {"output", "in_ready", in},
          {"input", "in_data", total_bits(ports.inputs)},
          {"output", "out_valid", out},
          {"input", "out_ready", out},
          {"output", "out_data", total_bits(ports.outputs)}};
}

/// The library's modules that `text` names, and those that they name.
std::string library_for(std::string_view text) {
  std::string all;
  for (const std::string& module : modules_named_in(text)) all += find_rtl_source(module).text;
  return all;
}

/// What is to be synthesised, one module `point_N` a point below an empty top.
class design_text {
 public:
  std::string points, top = "module top;\n";
  std::vector<std::string> digests;

  design_text(std::span<const synthesis_point> list, const fs::path& folder) : m_folder(folder) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string name = fmt::format("point_{}", i);
      m_generated.clear();
      const std::string text = text_of(list[i], name);
      digests.push_back(sha256(library_for(text) + m_generated).substr(0, 12));
      points += text;
      top += fmt::format("  (* keep *) {0} of_{0} ();\n", name);
    }
    top += "endmodule\n";
  }

 private:
  std::string text_of(const synthesis_point& point, const std::string& name) {
    if (const auto* component = std::get_if<component_point>(&point.what)) return text_of_component(*component, name);
    if (const auto* flow = std::get_if<dataflow>(&point.what)) return text_of_accelerator(*flow, name);
    if (const auto* stream = std::get_if<stream_point>(&point.what)) {
      const stream_shape shape{unsigned_type(1), stream->bits, 1};
      return text_of_twin(twin_of_stream(stream->bits, stream->depth), {{shape}, {shape}}, name);
    }
    const auto& unit = std::get<dataflow_unit>(point.what);
    return text_of_twin(twin_of(unit), ports_of(unit), name);
  }

  static std::string text_of_component(const component_point& component, const std::string& name) {
    std::vector<port> ports;
    std::vector<rtl_parameter> parameters;
    for (const auto& [of, value] : component.parameters) parameters.push_back(number_parameter(of, value));
    for (const auto& [of, bits] : component.inputs) ports.push_back({"input", of, bits});
    for (const auto& [of, bits] : component.outputs) ports.push_back({"output", of, bits});
    return module_text(name, ports, component.module, parameters);
  }

  /// The files of its memories begin with its name.
  std::string text_of_twin(const rtl_instance& twin, const unit_ports& ports, const std::string& name) {
    std::vector<rtl_parameter> parameters = twin.parameters;
    for (const rtl_memory& memory : twin.memories) {
      const std::string file = fmt::format("{}_{}.hex", name, memory.name);
      parameters.push_back(text_parameter(memory.name, file));
      write_file_atomically((m_folder / file).string(), lines_of(memory.hex_words));
    }
    m_generated = twin.source;
    return twin.source + module_text(name, ports_of_twin(ports), twin.module, parameters);
  }

  std::string text_of_accelerator(const dataflow& flow, const std::string& name) {
    const detail::rtl_top made = detail::make_top(flow, name, name + "_");
    for (const detail::rtl_memory_file& memory : made.memories)
      write_file_atomically((m_folder / (name + "_" + memory.name)).string(), lines_of(memory.words));
    std::string text;
    for (const detail::rtl_module& source : made.sources) text += source.text;
    return text + "(* keep_hierarchy *)\n" + made.text;
  }

  fs::path m_folder;
  std::string m_generated;  ///< the SystemVerilog of the point's own, beside the library's
};

std::string script(synthesis_target target) {
  return "read_verilog -sv -defer library.sv\nread_verilog -sv points.sv\n" + yosys_steps(recipe_for(target)) +
         "write_json netlist.json\n";
}

/// What is stored of a count, under which key.
constexpr std::array stored_parts{std::pair{"lut", &resources::luts},    std::pair{"lutram", &resources::lutram},
                                  std::pair{"srl", &resources::srl},     std::pair{"ff", &resources::ff},
                                  std::pair{"carry", &resources::carry}, std::pair{"bram18", &resources::bram18},
                                  std::pair{"dsp", &resources::dsp},     std::pair{"sites", &resources::sites}};

}  // namespace

std::string synthesis_recipe(synthesis_target target) { return in_one_line(recipe_for(target)); }

std::string yosys_version() {
  const program_result said = run_program({"yosys", "-V"}, ".");
  if (said.status != 0) throw io_error("Yosys is not there (Debian's package yosys)");
  return said.output.substr(0, said.output.find('\n'));
}

std::vector<synthesis_result> synthesise(std::span<const synthesis_point> points, const fs::path& scratch,
                                         synthesis_target target) {
  const design_text design(points, scratch);
  write_file_atomically((scratch / "library.sv").string(), library_for(design.points));
  write_file_atomically((scratch / "points.sv").string(), design.points + design.top);
  write_file_atomically((scratch / "script.ys").string(), script(target));
  const program_result said = run_program({"yosys", "-q", "-s", "script.ys"}, scratch);
  if (said.status != 0) {
    const std::size_t where = std::min(said.output.find("ERROR"), said.output.size());
    throw io_error(fmt::format("Yosys failed on {} to {}: {}", points.front().name, points.back().name,
                               said.output.substr(where, said.output.find('\n', where) - where)));
  }
  const json modules = json::parse(read_file((scratch / "netlist.json").string(), most_bytes)).at("modules");
  std::vector<synthesis_result> results;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto module = modules.find(fmt::format("point_{}", i));
    if (module == modules.end()) throw io_error(points[i].name + ": Yosys left nothing of it");
    results.push_back(
        {points[i].name, points[i].stratum, points[i].spec, design.digests[i], count_cells(module->at("cells"))});
  }
  return results;
}

std::string header_line(const std::string& tool, synthesis_target target) {
  return json{{"tool", tool}, {"recipe", synthesis_recipe(target)}}.dump();
}

std::string to_line(const synthesis_result& result) {
  nlohmann::ordered_json line;
  line["name"] = result.name;
  line["stratum"] = result.stratum;
  line["point"] = json::parse(result.spec);
  line["rtl"] = result.rtl;
  for (const auto& [key, part] : stored_parts) line[key] = result.counted.*part;
  return line.dump();
}

std::optional<result_file> read_results(const fs::path& file) {
  if (!fs::exists(file)) return std::nullopt;
  result_file read;
  const std::string text = read_file(file.string(), most_bytes);
  const std::size_t end = text.rfind('\n');
  std::istringstream lines(text.substr(0, end == std::string::npos ? 0 : end));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    try {
      const json object = json::parse(line);
      if (number == 1) {
        read.tool = object.at("tool");
        read.recipe = object.at("recipe");
        continue;
      }
      synthesis_result result;
      result.name = object.at("name");
      result.stratum = object.at("stratum");
      result.spec = object.at("point").dump();
      result.rtl = object.at("rtl");
      for (const auto& [key, part] : stored_parts) result.counted.*part = object.value(key, 0.0);
      read.results.push_back(std::move(result));
    } catch (const json::exception& wrong) {
      throw input_error(fmt::format("{}:{}: not a result: {}", file.string(), number, wrong.what()));
    }
  }
  return read;
}

}  // namespace spillway
