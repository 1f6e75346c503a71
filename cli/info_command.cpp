// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/design_options.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/report/design_json.h"

namespace spillway {

namespace {

struct info_options {
  design_arguments design;
  bool json = false;
};

/// What stands behind a register's format.
std::string origin_text(const register_origin& origin) {
  if (origin.claimed_bits)
    return fmt::format(" (the file claims that {} bits are safe: `check` proves it)", *origin.claimed_bits);
  return origin.from == register_policy::asked ? "" : fmt::format(" ({})", describe(origin.from));
}

void print_text(const dataflow_unit& any, const design& of) {
  const auto unit = dot_products_of(any);
  if (!unit) {
    const unit_ports ports = ports_of(any);
    fmt::print("{}\n  streams      {} lanes in, {} out: {} cycles a frame\n", name_of(any), ports.inputs[0].lanes,
               ports.outputs[0].lanes, cycles_per_frame(any));
    return;
  }
  const register_origin& origin = of.flow.registers.at(unit->name);
  fmt::print("{} ({})\n", unit->name, origin.layer);
  fmt::print("  matrix       {} x {}, weights {} ({:.1f}% zero), inputs {}, outputs {}\n", unit->rows(),
             unit->columns(), to_string(unit->weights.type), 100 * sparsity(unit->weights), to_string(unit->input_type),
             to_string(unit->output_type));
  fmt::print("  accumulator  {}{}\n", to_string(unit->accumulator), origin_text(origin));
  fmt::print("  folding      PE {}, SIMD {}: {} cycles a frame, latency {}\n", unit->pe, unit->simd,
             cycles_per_frame(any), unit->latency);
}

int info(const info_options& options) {
  const design loaded = load_design(options.design);
  if (options.json) {
    print_json(design_json(loaded));
    return 0;
  }
  fmt::print("{}: {} nodes, input {}\n", shown_path(options.design.model), loaded.file.nodes.size(),
             to_string(loaded.integers.input.type));
  for (const dataflow_unit& unit : loaded.flow.units) print_text(unit, loaded);
  return 0;
}

}  // namespace

void add_info_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("info", "Show a network and the accelerator that it becomes");
  const auto options = std::make_shared<info_options>();
  add_design_options(*command, options->design);
  command->add_flag("--json", options->json, "Print JSON");
  command->footer("Example:\n  spillway info models/zoo/mnist-linear/a2q-w8a1-p14.onnx\n");
  command->callback([options, &action] { action = [options] { return info(*options); }; });
}

}  // namespace spillway
