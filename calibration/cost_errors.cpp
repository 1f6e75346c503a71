// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "spillway/calibration/bands.h"
#include "spillway/calibration/deep_memories.h"
#include "spillway/calibration/errors.h"
#include "spillway/calibration/network_errors.h"
#include "spillway/calibration/run_tool.h"
#include "spillway/calibration/site_shares.h"
#include "spillway/calibration/unit_errors.h"
#include "spillway/resource/finn_units/fitted_finn.h"

// The errors of the cost models on what synthesis counted: ours, a trivial re-fit, FINN's formula, FINN-R's constants.

using namespace spillway;
using json = nlohmann::ordered_json;

namespace {

/// A quantity that is estimated, and what it is compared with.
struct compared {
  const char* name;
  quantity estimated, counted;
};

std::vector<compared> quantities(const trivial_refit& refit) {
  return {{"lut", modelled_luts, counted_luts},
          {"lut_trivial_refit", refit, counted_luts},
          {"lut_finn", finn_luts, counted_luts},
          {"lut_finn_r", finn_r_luts, counted_luts},
          {"lut_logic", modelled(&resources::luts), counted(&resources::luts)},
          {"lutram", modelled(&resources::lutram), counted(&resources::lutram)},
          {"srl", modelled(&resources::srl), counted(&resources::srl)},
          {"ff", modelled(&resources::ff), counted(&resources::ff)},
          {"sites", modelled(&resources::sites), counted(&resources::sites)},
          {"carry", modelled(&resources::carry), counted(&resources::carry)},
          {"bram18", modelled(&resources::bram18), counted(&resources::bram18)}};
}

json table_of(const std::vector<measured_unit>& units, const trivial_refit& refit) {
  json table;
  for (const compared& one : quantities(refit)) table[one.name] = as_json(summarise(units, one.estimated, one.counted));
  return table;
}

std::vector<measured_unit> of_stratum(const std::vector<measured_unit>& units, const std::string& stratum) {
  std::vector<measured_unit> result;
  for (const measured_unit& unit : units)
    if (unit.stratum == stratum) result.push_back(unit);
  return result;
}

json table_of(const std::vector<measured_network>& networks) {
  json table = json::object();
  std::vector<double> luts, ff;
  for (const measured_network& network : networks) {
    const double modelled = network.modelled.all_luts(), counted = network.counted.all_luts();
    luts.push_back(error_of(modelled, counted));
    ff.push_back(error_of(network.modelled.ff, network.counted.ff));
    table["each"][network.name] = {
        {"lut", {{"counted", counted}, {"modelled", modelled}, {"error", luts.back()}}},
        {"ff", {{"counted", network.counted.ff}, {"modelled", network.modelled.ff}, {"error", ff.back()}}},
        {"bram18", {{"counted", network.counted.bram18}, {"modelled", network.modelled.bram18}}}};
  }
  table["lut"] = as_json(summary_of(luts));
  table["ff"] = as_json(summary_of(ff));
  return table;
}

void print_networks(const std::string& title, const json& table) {
  if (!table.contains("each")) return;
  fmt::print("{}\n  {:<24} {:>9} {:>9} {:>7}   {:>8} {:>8} {:>7}   {:>7}\n", title, "", "LUT", "modelled", "%", "FF",
             "modelled", "%", "BRAM18");
  for (const auto& [name, e] : table["each"].items()) {
    const auto part = [&e = e](const char* of, const char* key) { return e[of][key].get<double>(); };
    fmt::print("  {:<24} {:>9} {:>9.0f} {:>+7.2f}   {:>8} {:>8.0f} {:>+7.2f}   {} / {}\n", name, part("lut", "counted"),
               part("lut", "modelled"), part("lut", "error"), part("ff", "counted"), part("ff", "modelled"),
               part("ff", "error"), part("bram18", "counted"), part("bram18", "modelled"));
  }
}

void print(const std::string& title, const json& table) {
  fmt::print("{}\n  {:<18} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}\n", title, "", "count", "mean", "median", "p90",
             "max", "bias", "exact");
  for (const auto& [name, e] : table.items()) {
    const auto part = [&e = e](const char* key) { return e[key].get<double>(); };
    fmt::print("  {:<18} {:>6} {:>8.2f} {:>8.2f} {:>8.2f} {:>8.2f} {:>+8.2f} {:>7.1f}%\n", name, e["count"].get<int>(),
               part("mean"), part("median"), part("p90"), part("max"), part("bias"), part("exact"));
  }
}

/// Lists whose points have the same table, a row a kind of unit.
struct other_list {
  const char *key, *title;
  std::vector<unit_error_row> rows;
};

/// The rows of several lists' strata.
std::vector<unit_error_row> weight_errors(const std::string& folder, const std::vector<const char*>& lists) {
  std::vector<unit_error_row> rows;
  for (const char* list : lists)
    for (unit_error_row& row : unit_errors(folder, list))
      if (row.kind != "all") rows.push_back(std::move(row));
  return rows;
}

std::vector<other_list> other_lists(const std::string& folder) {
  return {
      {"thresholds_held_out", "trained and deep thresholds, held out", unit_errors(folder, "thresholds-held-out")},
      {"thresholds", "trained and deep thresholds, calibration", unit_errors(folder, "thresholds")},
      {"weights_held_out", "known weights in LUTs, held out",
       weight_errors(folder, {"trained-weights-held-out", "sparse-weights-held-out"})},
      {"weights", "known weights in LUTs, calibration", weight_errors(folder, {"trained-weights", "sparse-weights"})},
      {"units_held_out", "other units, held out", unit_errors(folder, "units-held-out")},
      {"units", "other units, calibration", unit_errors(folder, "units")},
      {"unit_grids", "other units, grids that the rules were worked out on", unit_errors(folder, "unit-grids")},
      {"constant_held_out", "constant weights, held out", unit_errors(folder, "constant-held-out")},
      {"constant", "constant weights, calibration", unit_errors(folder, "constant")},
      {"levels", "thresholds side by side, up to 255, calibration", unit_errors(folder, "levels")},
      {"dsp_held_out", "multipliers in DSPs, held out", unit_errors(folder, "dsp-held-out")},
      {"dsp", "multipliers in DSPs, calibration", unit_errors(folder, "dsp")}};
}

/// By kind of unit, how many of those that neither fit nor bands have seen lie within their bands.
json table_of(const std::vector<band_coverage>& rows) {
  json table = json::object();
  for (const band_coverage& row : rows) {
    const auto share = [&](std::size_t within) {
      return 100 * static_cast<double>(within) / static_cast<double>(row.units);
    };
    table[row.kind] = {
        {"count", row.units}, {"luts_within", share(row.luts_within)}, {"ff_within", share(row.ff_within)}};
  }
  return table;
}

void print_bands(const json& table) {
  if (table.empty()) return;
  fmt::print("bands: counts of unseen units within them, of 90% that are meant to be\n  {:<28} {:>6} {:>8} {:>8}\n", "",
             "count", "LUT", "FF");
  for (const auto& [kind, row] : table.items())
    fmt::print("  {:<28} {:>6} {:>7.1f}% {:>7.1f}%\n", kind, row["count"].get<int>(), row["luts_within"].get<double>(),
               row["ff_within"].get<double>());
}

json as_json(const measured_error& error) {
  return {{"count", error.count}, {"mean", error.mean}, {"median", error.median},
          {"p90", error.p90},     {"max", error.max},   {"bias", error.bias}};
}

/// How far FINN's units are priced off Vivado's counts, as the fit measured it.
json finn_table(const finn_costs& luts, const finn_costs& ff) {
  return {{"lut", as_json(luts.one_out)},
          {"ff", as_json(ff.one_out)},
          {"lut_sweep_out", as_json(luts.sweep_out)},
          {"ff_sweep_out", as_json(ff.sweep_out)}};
}

void print_finn(const char* title, const json& table) {
  fmt::print("{}\n  {:<18} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8}\n", title, "", "count", "mean", "median", "p90", "max",
             "bias");
  for (const auto& [name, e] : table.items()) {
    const auto part = [&e = e](const char* key) { return e[key].get<double>(); };
    fmt::print("  {:<18} {:>6} {:>8.2f} {:>8.2f} {:>8.2f} {:>8.2f} {:>+8.2f}\n", name, e["count"].get<int>(),
               part("mean"), part("median"), part("p90"), part("max"), part("bias"));
  }
}

int run(const std::string& folder, bool as_json_text) {
  const std::vector<measured_unit> calibration = measured_units(folder, "calibration"),
                                   held_out = measured_units(folder, "held-out");
  const trivial_refit refit(calibration);
  json all{{"held_out", table_of(held_out, refit)}, {"calibration", table_of(calibration, refit)}};
  for (const char* stratum : {"A", "B", "C", "V"})
    all["held_out_" + std::string(stratum)] = table_of(of_stratum(held_out, stratum), refit);
  all["networks"] = table_of(measured_networks(folder, "networks"));
  all["networks_held_out"] = table_of(measured_networks(folder, "networks-held-out"));
  all["linear_front"] = table_of(measured_networks(folder, "linear-front"));
  const std::vector<other_list> others = other_lists(folder);
  all["bands"] = table_of(coverage_of_bands(folder));
  all["finn_hls"] = finn_table(fitted_finn::hls_luts, fitted_finn::hls_ff);
  all["finn_rtl"] = finn_table(fitted_finn::rtl_luts, fitted_finn::rtl_ff);
  if (as_json_text) {
    for (const other_list& list : others) all[list.key] = unit_error_json(list.rows);
    all["by_kind"] = all["units_held_out"];
    fmt::print("{}\n", all.dump(2));
    return 0;
  }
  fmt::print("errors in percent of what synthesis counted\n");
  print("held out: nothing was fitted on these", all["held_out"]);
  print("  A: inside the calibrated box, at values of P, SIMD and SF that calibration has not", all["held_out_A"]);
  print("  B: outside of it (SIMD 48 and 64, PE 32 and 64, P 44 and 48, M or N 10)", all["held_out_B"]);
  print("  C: registers that saturate, XNOR-popcount", all["held_out_C"]);
  print("  V: VVAU", all["held_out_V"]);
  print("calibration", all["calibration"]);
  print_networks("D: whole accelerators", all["networks"]);
  print_networks("D: whole accelerators, held out", all["networks_held_out"]);
  print_networks("the classifier of docs/results.md", all["linear_front"]);
  const auto& c = refit.coefficients();
  fmt::print("trivial re-fit: {:.1f} + {:.3f}*PE*SIMD*M*N + {:.3f}*bits/64 + {:.3f}*PE*(2^B - 1)*P\n", c[0], c[1], c[2],
             c[3]);
  for (const other_list& list : others) fmt::print("{}\n{}", list.title, unit_error_table(list.rows));
  print_bands(all["bands"]);
  print_finn("finn-hlslib's matrix units against Vivado, each left out of its fit", all["finn_hls"]);
  print_finn("finn-rtllib's matrix units against Vivado, each left out of its fit", all["finn_rtl"]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Prints the errors of the cost models on synthesised units");
  std::string folder = "calibration";
  bool as_json_text = false;
  app.add_option("FOLDER", folder, "Where points/ and results/ are")->capture_default_str();
  app.add_flag("--json", as_json_text, "Print JSON");
  bool bands = false;
  app.add_flag("--bands", bands, "Print resource/error_bands.h as it has to be");
  bool sites = false;
  app.add_flag("--sites", sites, "Print the shares of sites of resource/fitted.h, fitted on the calibration points");
  bool deep = false, deep_weights = false;
  app.add_flag("--deep-weights", deep_weights,
               "Print the line of deep words of weights of resource/fitted.h, likewise");
  app.add_flag("--deep-thresholds", deep, "Print the line of deep thresholds of resource/fitted.h, likewise");
  CLI11_PARSE(app, argc, argv);
  return run_tool("cost_errors", [&] {
    if (sites) {
      fmt::print("{}", site_shares_lines(fitted_site_shares(measured_units(folder, "calibration"))));
      return 0;
    }
    if (deep_weights) {
      fmt::print("{}", deep_weight_line(fitted_deep_weights(measured_units(folder, "trained-weights"))));
      return 0;
    }
    if (deep) {
      fmt::print("{}", deep_rom_bit_line(fitted_deep_rom_bit(measured_units(folder, "thresholds"))));
      return 0;
    }
    if (bands) {
      fmt::print("{}", bands_header(folder));
      return 0;
    }
    return run(folder, as_json_text);
  });
}
