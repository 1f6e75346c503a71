// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/design_options.h"
#include "spillway/cli/interrupt.h"
#include "spillway/cli/registers.h"
#include "spillway/cli/size_streams.h"
#include "spillway/explore/deadlock.h"
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/report/assumption_json.h"
#include "spillway/report/registers_json.h"
#include "spillway/rtl/write.h"

namespace spillway {

namespace {

struct rtl_command_options {
  design_arguments design;
  stream_options streams;
  std::string output, name, data;
  std::int64_t frames = 2;
  std::uint64_t seed = 1;
  std::string output_register = "enable";
  detail::vivado_target vivado;
  bool json = false, force = false;
};

/// A part's name stands in scripts: nothing else may.
CLI::Validator legal_part() {
  return {[](const std::string& part) -> std::string {
            const auto is_legal = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
            if (!part.empty() && std::all_of(part.begin(), part.end(), is_legal)) return {};
            return "a part's name has letters, digits and dashes: xc7z020clg400-1";
          },
          "PART"};
}

/// A folder that is not there, or holds nothing, unless --force.
void check_folder(const std::string& path, bool force) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return;
  if (!fs::is_directory(path, ignored))
    throw config_error(fmt::format("-o {} is a file; right: a folder", shown_path(path)));
  // What an interrupted command has left is no content.
  const auto is_content = [](const fs::directory_entry& entry) { return entry.path().filename() != "unfinished"; };
  if (!force && std::any_of(fs::directory_iterator(path), fs::directory_iterator(), is_content))
    throw config_error(fmt::format(
        "{} holds files already; another -o, or --force to overwrite those of the same names", shown_path(path)));
}

integer_tensor test_bench_inputs(const rtl_command_options& options, const design& of) {
  const stream_shape shape = input_shape(of.flow);
  if (options.data.empty()) return random_test_frames(shape, options.frames, options.seed);
  integer_tensor all = quantize_dataset(of.integers, load_dataset(options.data, images_held_back(of.file)));
  const std::int64_t elements = shape.beats * shape.lanes, frames = all.size() / elements;
  const std::int64_t kept = std::min(options.frames, frames);
  if (kept < options.frames) say(fmt::format("note: {} has {} frames, not {}", options.data, frames, options.frames));
  all.shape = {kept, elements};
  all.words.resize(static_cast<std::size_t>(kept * elements * all.type.words()));
  return all;
}

/// The answer to Ctrl-C: nothing of what was made so far is written.
int stop(const std::string& folder) {
  say(fmt::format("interrupted: nothing was written to {}", folder));
  return 130;
}

nlohmann::ordered_json as_json(const rtl_command_options& options, const design& of, const rtl_files& made,
                               std::int64_t bench_frames) {
  nlohmann::ordered_json json{{"model", options.design.model},
                              {"top", made.top},
                              {"folder", options.output},
                              {"units", of.flow.units.size()},
                              {"streams", streams_of(of.flow).size()},
                              {"bench_frames", bench_frames},
                              {"files", nlohmann::ordered_json::array()}};
  json["output_register"] = options.output_register;
  json["output_queues"] = nlohmann::ordered_json::array();
  for (const dataflow_unit& unit : of.flow.units)
    if (const auto queue = price_of_queue(unit); queue && options.output_register == "queue")
      json["output_queues"].push_back(
          {{"unit", name_of(unit)}, {"depth", queue->depth}, {"luts", queue->luts}, {"ffs", queue->ffs}});
  json["registers"] = registers_json(of.flow);
  json["assumptions"] = as_json(of.assumptions);
  for (const rtl_file& file : made.files) json["files"].push_back(file.name);
  return json;
}

/// What output queues take beside what `estimate` says.
void print_queues(const dataflow& flow) {
  std::int64_t units = 0, luts = 0, ffs = 0;
  for (const dataflow_unit& unit : flow.units)
    if (const auto queue = price_of_queue(unit)) {
      ++units;
      luts += queue->luts;
      ffs += queue->ffs;
    }
  fmt::print("  queues    at the outputs of {} units: at most {} LUTs and {} flip-flops beside what estimate says\n",
             units, luts, ffs);
}

int write(const rtl_command_options& options) {
  check_folder(options.output, options.force);
  design loaded = load_design(options.design);
  if (options.streams.fifos == "none")
    refuse_deadlock(loaded.flow);
  else if (!size_streams(options.streams, loaded.flow, 3).complete)
    return stop(options.output);
  rtl_options rtl;
  rtl.name = options.name;
  std::int64_t bench_frames = 0;
  if (options.frames > 0) {
    integer_tensor inputs = test_bench_inputs(options, loaded);
    bench_frames = inputs.shape.at(0);
    integer_tensor outputs = evaluate(loaded.flow, inputs);
    rtl.frames = {std::move(inputs), std::move(outputs)};
  }
  rtl.vivado = options.vivado;
  rtl.outputs = parse_output_style(options.output_register);
  const rtl_files made = make_rtl(loaded.flow, rtl);
  if (interrupted()) return stop(options.output);
  const orderly_stop whole;  // files that are being written are finished
  write_rtl(made, options.output);
  if (options.json) {
    print_json(as_json(options, loaded, made, bench_frames));
    return 0;
  }
  fmt::print("{}: {} units, {} streams, {} files in {}\n", made.top, loaded.flow.units.size(),
             streams_of(loaded.flow).size(), made.files.size(), options.output);
  print_registers(loaded.flow);
  fmt::print("  sources   {}.f lists them; the top is {}.sv\n", made.top, made.top);
  if (options.streams.fifos != "none")
    fmt::print("  streams   sized for {}\n",
               options.streams.fifos == "live" ? "every frame to come through" : "the full rate");
  if (options.output_register == "queue") print_queues(loaded.flow);
  if (bench_frames > 0)
    fmt::print("  bench     make -C {0} builds and runs {1} frames with Verilator, make -C {0} icarus with Icarus\n",
               options.output, bench_frames);
  fmt::print("  synthesis make -C {} synth has Yosys count LUTs, registers and memories (synth.ys)\n", options.output);
  fmt::print(
      "  vivado    package_ip.tcl makes an IP of {0}_ip.v at {1} MHz, build_ooc.tcl synthesises it out of context\n",
      made.top, options.vivado.clock_mhz);
  return 0;
}

}  // namespace

void add_rtl_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("rtl", "Write a network's accelerator as SystemVerilog, with a test bench");
  const auto options = std::make_shared<rtl_command_options>();
  add_design_options(*command, options->design);
  add_stream_options(*command, options->streams);
  add_multiplier_option(*command, options->design);
  command->add_option("-o,--output", options->output, "The folder to write to")->required();
  command->add_flag("--force", options->force, "Overwrite files in that folder");
  command->add_option("--name", options->name, "Name of the top module; the network's if left out");
  command->add_option("--data", options->data,
                      "Frames of the test bench: a data set by name or file, as simulate takes; random if left out");
  command->add_option("--frames", options->frames, "Frames of the test bench; 0: none is written")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Seed of random frames")->capture_default_str();
  command
      ->add_option("--output-register", options->output_register,
                   "What holds up a unit with products whose output has no room: enable, one clock enable for all its "
                   "registers; queue, results wait in a queue, in the same cycles")
      ->check(CLI::IsMember({"enable", "queue"}))
      ->capture_default_str();
  command->add_option("--clock-mhz", options->vivado.clock_mhz, "The clock that Vivado's scripts ask for")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--part", options->vivado.part, "The part that Vivado's scripts are for, if they are told no other")
      ->check(legal_part())
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "What must come out of the bench is computed in exact integers, with the accumulators that the units have.\n"
      "Examples:\n"
      "  spillway rtl net.onnx -o net-rtl && make -C net-rtl\n"
      "  spillway rtl net.onnx --folding folding_config.json --accumulator 14:wrap --fifos full-rate -o net-rtl\n"
      "  make -C net-rtl ARGS=\"+source_stall=30 +sink_stall=30 +seed=7\"\n");
  command->callback([options, &action] { action = [options] { return write(*options); }; });
}

}  // namespace spillway
