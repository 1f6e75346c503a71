// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/checked_write.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/output_file.h"
#include "spillway/report/assumption_json.h"

namespace spillway {

namespace {

struct convert_options {
  std::string model, output, format = "qcdq";
  bool force = false, json = false;
};

int convert(const convert_options& options) {
  const onnx_dialect dialect = parse_onnx_dialect(options.format);
  check_output(options.output, options.force);
  const network net = read_qonnx(options.model);
  streamline_report report;
  try {
    write_checked(net, options.output, dialect, &report);
  } catch (const input_error& e) {
    throw input_error(fmt::format("{}: {}", shown_path(options.model), e.what()));
  }
  say_assumptions(report.assumptions);
  const auto bytes = std::filesystem::file_size(options.output);
  if (options.json)
    print_json({{"model", options.model},
                {"output", options.output},
                {"format", to_string(dialect)},
                {"bytes", bytes},
                {"assumptions", as_json(report.assumptions)}});
  else
    fmt::print("{}: {}, {} bytes, the same integers as {}\n", options.output, to_string(dialect), bytes, options.model);
  return 0;
}

}  // namespace

void add_convert_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("convert", "Write a network as QCDQ or QONNX, with the same integers");
  const auto options = std::make_shared<convert_options>();
  command->add_option("MODEL", options->model, "QONNX or QCDQ file")->required();
  command->add_option("-o,--output", options->output, "The file to write")->required();
  command->add_option("--format", options->format, "qcdq (weights are 8-bit integers) or qonnx")->capture_default_str();
  command->add_flag("--force", options->force, "Replace a file that is there");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "Nothing is written unless the integers, thresholds and claims of the new file are those of MODEL.\n"
      "Example:\n  spillway convert models/zoo/mnist-linear/a2q-w8a1-p14.onnx -o p14.onnx\n");
  command->callback([options, &action] { action = [options] { return convert(*options); }; });
}

}  // namespace spillway
