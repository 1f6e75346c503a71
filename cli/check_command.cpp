// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "spillway/cli/check_data.h"
#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/design_options.h"
#include "spillway/models/dataflow/prove.h"
#include "spillway/models/load/prove_tiles.h"
#include "spillway/models/network/trained_to_wrap.h"
#include "spillway/report/assumption_json.h"
#include "spillway/report/differences_on_data.h"
#include "spillway/report/proof_json.h"

namespace spillway {

namespace {

struct check_options {
  design_arguments design;
  std::string tiles;        ///< P_IxT:P_O, to prove of every unit
  check_data_options data;  ///< compares the file with its integers on it
  bool json = false;
};

void print_text(const register_proof& check) {
  fmt::print("{} (layer {}): {} x {}, weights {}, inputs {}\n", check.unit, check.layer, check.rows, check.columns,
             to_string(check.weight_type), to_string(check.input_type));
  fmt::print("  least safe accumulator: {} bits (exact); l1 bound {}, data-type bound {}\n", check.minimal_bits,
             check.l1_bits, check.data_type_bits);
  if (!check.bits) {
    fmt::print("  nothing to prove: the file claims no width (--accumulator P asks for one)\n");
    return;
  }
  const std::string_view who = check.claimed ? "claimed by the file" : "asked for";
  if (check.failures.empty()) {
    fmt::print("  proved: no input overflows {} bits ({}), in any order of addition\n", *check.bits, who);
    return;
  }
  fmt::print("  NOT SAFE at {} bits ({}): {} of {} channels overflow on some input\n", *check.bits, who,
             check.failures.size(), check.rows);
  for (const refuted_channel& failed : check.failures)
    fmt::print("    channel {}: sums reach [{}, {}] and need {} bits; a witness input reaches {} ({} overflows)\n",
               failed.certificate.channel, failed.certificate.low.str(), failed.certificate.high.str(),
               failed.certificate.minimal_bits(), failed.example.reached.str(), failed.events);
}

void print_tiles(const std::vector<tile_proof>& checks) {
  for (const tile_proof& check : checks) {
    const std::string_view who = check.claimed ? "claimed by the file" : "asked for";
    fmt::print("{} (layer {}) in tiles of {}: least safe {} bits inside, {} outside (exact)\n", check.unit, check.layer,
               check.format.tile, check.minimal_inner_bits, check.minimal_outer_bits);
    if (check.failures.empty())
      fmt::print("  proved: no input overflows {} ({})\n", to_string(check.format), who);
    else
      fmt::print("  NOT SAFE as {} ({}): {} channels overflow on some input\n", to_string(check.format), who,
                 check.failures.size());
    for (const tiled_witness& failed : check.failures)
      fmt::print("    channel {}: a witness input takes {} to {}\n", failed.example.channel,
                 failed.tile ? fmt::format("tile {}", *failed.tile) : "the sum of the tiles",
                 failed.example.reached.str());
  }
}

/// The last word on a file that claims widths: how many of the claims hold, and a line for each that does not.
void print_claims(const std::vector<register_proof>& checks, const std::vector<tile_proof>& tiles) {
  std::int64_t claims = 0, proved = 0;
  const auto count = [&](bool claimed, bool holds) {
    claims += claimed ? 1 : 0;
    proved += claimed && holds ? 1 : 0;
  };
  for (const register_proof& check : checks) count(check.claimed, check.proved());
  for (const tile_proof& check : tiles) count(check.claimed, check.failures.empty());
  if (claims == 0) return;
  fmt::print("claims of the file: {} of {} proved\n", proved, claims);
  for (const register_proof& check : checks)
    if (check.claimed && !check.proved())
      fmt::print("  NOT PROVED: layer {} claims {} bits, but needs {}\n", check.layer, *check.bits, check.minimal_bits);
  for (const tile_proof& check : tiles)
    if (check.claimed && !check.failures.empty())
      fmt::print("  NOT PROVED: layer {} claims {}, but needs {}\n", check.layer, to_string(check.format),
                 to_string(tiled_format{check.minimal_inner_bits, check.format.tile, check.minimal_outer_bits}));
}

int check(const check_options& options) {
  const design loaded = load_design(options.design, options.data.quiet);
  const std::vector<register_proof> checks = prove_registers(loaded.flow);
  const std::vector<tile_proof> tiles = prove_tiles(loaded, options.tiles);
  const auto holds = [](const auto& unit) { return unit.failures.empty(); };
  const bool safe = std::all_of(checks.begin(), checks.end(), holds) && std::all_of(tiles.begin(), tiles.end(), holds);
  nlohmann::ordered_json json{{"model", options.design.model}, {"units", nlohmann::ordered_json::array()}};
  for (const register_proof& unit : checks)
    if (options.json)
      json["units"].push_back(as_json(unit));
    else
      print_text(unit);
  json["safe"] = safe;
  if (!tiles.empty()) json["tiles"] = as_json(tiles);
  const std::optional<int> wrapping = trained_to_wrap(loaded.file);
  if (wrapping) json["trained_to_wrap"] = *wrapping;
  if (!options.json) {
    print_tiles(tiles);
    print_claims(checks, tiles);
    if (wrapping)
      fmt::print("claims of the file: none; it was trained to wrap in registers of {} bits (WrapNet)\n", *wrapping);
  }
  bool stopped = false;
  if (!options.data.data.empty()) {
    const difference_report differences = compare_on_data(loaded, options.data);
    json["differences"] = as_json(differences);
    if (!options.json) print_differences(differences, options.data.data);
    stopped = differences.stopped;
    if (stopped)
      say(fmt::format("interrupted after {} frames; go on with --skip {}", differences.frames,
                      options.data.skip + differences.frames));
  }
  json["assumptions"] = as_json(loaded.assumptions);
  if (options.json) print_json(json);
  if (stopped) return 130;
  return safe ? 0 : 1;
}

}  // namespace

void add_check_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("check", "Prove that accumulators can't overflow, or show an input that does");
  const auto options = std::make_shared<check_options>();
  add_design_options(*command, options->design);
  command->add_option("--tiles", options->tiles,
                      "Prove tiled accumulation, P_IxT:P_O: tiles of T products in P_I bits, summed in P_O");
  CLI::Option* data = command->add_option(
      "--data", options->data.data,
      "Also run the file in float32 and its integers on this data, as simulate takes it, and explain what differs");
  command->add_option("--frames", options->data.frames, "Frames to compare; all if left out")
      ->check(CLI::PositiveNumber)
      ->needs(data);
  command->add_option("--skip", options->data.skip, "Frames to leave out at the start")
      ->check(CLI::NonNegativeNumber)
      ->needs(data);
  command->add_option("--threads", options->data.threads, "Threads of the comparison; all cores if left out")
      ->needs(data);
  command->add_flag("-q,--quiet", options->data.quiet, "No progress");
  command->add_flag("--json", options->json, "Print JSON, with the whole witness of each channel that fails");
  command->footer(
      "Exits with 1 if a width is not proven. Without --accumulator (--tiles), what the file claims is checked.\n"
      "Examples:\n"
      "  spillway check models/zoo/mnist-linear/a2q-w8a1-p14.onnx\n"
      "  spillway check models/zoo/mnist-linear/qat-w8a1.onnx --accumulator 12\n"
      "  spillway check models/zoo/mnist-linear/qat-w8a1.onnx --data binary-mnist\n");
  command->callback([options, &action] { action = [options] { return check(*options); }; });
}

}  // namespace spillway
