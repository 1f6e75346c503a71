// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/check_data.h"
#include "cli/check_tiled.h"
#include "cli/commands.h"
#include "cli/design.h"
#include "models/bounds.h"
#include "models/certificate.h"
#include "models/dot_product.h"
#include "models/error.h"
#include "models/storage.h"
#include "models/trained_to_wrap.h"

namespace spillway {

namespace {

struct check_options {
  design_options design;
  std::string tiles;  ///< P_IxT:P_O, to prove of every unit
  std::string data;   ///< compares the file with its integers on it
  bool json = false;
};

/// A channel that some input overflows, with such an input, and what a register makes of it.
struct failure {
  channel_certificate certificate;
  witness example;
  std::int64_t events = 0;  ///< overflows when the example runs through a wrapping register, product by product
};

/// What is proven of one unit.
struct unit_check {
  const dataflow_unit* unit = nullptr;
  std::string layer;        ///< of the file, that the unit computes
  std::optional<int> bits;  ///< the width to prove: asked for, or claimed by the file; none: nothing to prove
  bool claimed = false;     ///< the file says so
  int minimal_bits = 1;     ///< the least P that no input overflows
  int data_type_bits = 1, l1_bits = 1;
  std::vector<failure> failures;

  bool proved() const { return bits && failures.empty(); }
};

std::int64_t replay(const dot_product_view& unit, const witness& example, int bits) {
  const int exact = exact_sum_bits(unit.weights.type, unit.input_type, unit.columns(), bits) + 1;  // counts, too
  return visit_storage(exact, [&]<class Integer>(std::type_identity<Integer>) {
    std::vector<Integer> weights, inputs;
    for (const std::int64_t column : example.order) {
      if (unit.xnor_popcount) {  // the witness is the row's own signs: every product is an agreement
        weights.push_back(Integer(1));
        inputs.push_back(Integer(1));
        continue;
      }
      weights.push_back(
          load_as<Integer>(unit.weights.at(example.channel * unit.columns() + column), unit.weights.type));
      inputs.push_back(load_as<Integer>(example.input.data() + column * unit.input_type.words(), unit.input_type));
    }
    const accumulator_format format{bits, overflow_mode::wrap, limit_scope::per_product};
    return accumulate<Integer>(weights, inputs, 1, format, [](const auto&) {}).events;
  });
}

unit_check check_unit(const dataflow_unit& any, const layer_facts& facts, std::optional<int> bits) {
  const dot_product_view unit = *dot_products_of(any);
  unit_check result;
  result.unit = &any;
  result.layer = facts.layer;
  result.bits = bits;
  result.claimed = bits && bits == facts.claimed_bits;
  big_int l1 = 0;
  for (const channel_certificate& certificate : certify(unit)) {
    result.minimal_bits = std::max(result.minimal_bits, certificate.minimal_bits());
    l1 = std::max(l1, certificate.l1_norm);
    if (!bits || certificate.holds(*bits)) continue;
    failure failed{certificate, find_witness(unit, certificate.channel, *bits), 0};
    failed.events = replay(unit, failed.example, *bits);
    result.failures.push_back(std::move(failed));
  }
  result.data_type_bits = data_type_bound(unit.columns(), unit.weights.type.bits, unit.input_type);
  result.l1_bits = l1_bound(l1, unit.input_type);
  return result;
}

void print_text(const unit_check& check) {
  const dot_product_view unit = *dot_products_of(*check.unit);
  fmt::print("{} (layer {}): {} x {}, weights {}, inputs {}\n", unit.name, check.layer, unit.rows(), unit.columns(),
             to_string(unit.weights.type), to_string(unit.input_type));
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
             check.failures.size(), unit.rows());
  for (const failure& failed : check.failures)
    fmt::print("    channel {}: sums reach [{}, {}] and need {} bits; a witness input reaches {} ({} overflows)\n",
               failed.certificate.channel, failed.certificate.low.str(), failed.certificate.high.str(),
               failed.certificate.minimal_bits(), failed.example.reached.str(), failed.events);
}

/// The last word on a file that claims widths: how many of the claims hold, and a line for each that does not.
void print_claims(const std::vector<unit_check>& checks, const std::vector<tiled_check>& tiles) {
  std::int64_t claims = 0, proved = 0;
  const auto count = [&](bool claimed, bool holds) {
    claims += claimed ? 1 : 0;
    proved += claimed && holds ? 1 : 0;
  };
  for (const unit_check& check : checks) count(check.claimed, check.proved());
  for (const tiled_check& check : tiles) count(check.claimed, check.failures.empty());
  if (claims == 0) return;
  fmt::print("claims of the file: {} of {} proved\n", proved, claims);
  for (const unit_check& check : checks)
    if (check.claimed && !check.proved())
      fmt::print("  NOT PROVED: layer {} claims {} bits, but needs {}\n", check.layer, *check.bits, check.minimal_bits);
  for (const tiled_check& check : tiles)
    if (check.claimed && !check.failures.empty())
      fmt::print("  NOT PROVED: layer {} claims {}, but needs {}\n", check.layer, to_string(check.format),
                 to_string(tiled_format{check.minimal_inner_bits, check.format.tile, check.minimal_outer_bits}));
}

nlohmann::ordered_json as_json(const unit_check& check) {
  using nlohmann::ordered_json;
  ordered_json json;
  json["unit"] = name_of(*check.unit);
  json["layer"] = check.layer;
  json["minimal_bits"] = check.minimal_bits;
  json["l1_bound"] = check.l1_bits;
  json["data_type_bound"] = check.data_type_bits;
  json["bits"] = check.bits ? ordered_json(*check.bits) : ordered_json();
  json["claimed"] = check.claimed;
  json["proved"] = check.proved();
  json["failures"] = ordered_json::array();
  for (const failure& failed : check.failures) {
    // The witness in words, as integer_tensor holds it; wider types have several words an element.
    json["failures"].push_back({{"channel", failed.certificate.channel},
                                {"low", failed.certificate.low.str()},
                                {"high", failed.certificate.high.str()},
                                {"minimal_bits", failed.certificate.minimal_bits()},
                                {"reached", failed.example.reached.str()},
                                {"overflow_events", failed.events},
                                {"witness", failed.example.input}});
  }
  return json;
}

std::vector<unit_check> check_units(const design& loaded, const design_options& options) {
  std::vector<unit_check> checks;
  for (const dataflow_unit& any : loaded.flow.units) {
    const auto unit = dot_products_of(any);
    if (!unit) continue;
    const layer_facts& facts = loaded.layers.at(unit->name);
    std::optional<int> bits = facts.claimed_bits;
    if (!options.accumulators.empty()) bits = unit->accumulator.bits;
    checks.push_back(check_unit(any, facts, bits));
  }
  return checks;
}

int check(const check_options& options) {
  const design loaded = load_design(options.design);
  const std::vector<unit_check> checks = check_units(loaded, options.design);
  const std::vector<tiled_check> tiles = check_tiles(loaded, options.tiles);
  const auto holds = [](const auto& unit) { return unit.failures.empty(); };
  const bool safe = std::all_of(checks.begin(), checks.end(), holds) && std::all_of(tiles.begin(), tiles.end(), holds);
  nlohmann::ordered_json json{{"model", options.design.model}, {"units", nlohmann::ordered_json::array()}};
  for (const unit_check& unit : checks)
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
  if (!options.data.empty()) {
    const difference_report differences = compare_on_data(loaded.file, options.data);
    json["differences"] = as_json(differences);
    if (!options.json) print_differences(differences, options.data);
  }
  if (options.json) fmt::print("{}\n", json.dump(2));
  return safe ? 0 : 1;
}

}  // namespace

void add_check_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("check", "Prove that accumulators can't overflow, or show an input that does");
  const auto options = std::make_shared<check_options>();
  add_design_options(*command, options->design);
  command->add_option("--tiles", options->tiles,
                      "Prove tiled accumulation, P_IxT:P_O: tiles of T products in P_I bits, summed in P_O");
  command->add_option("--data", options->data,
                      "Also run the file in float32 and its integers on this data, and explain what differs");
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
