// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "spillway/models/support/error.h"
#include "spillway/resource/bands.h"

namespace spillway {
namespace {

void collect(const cost_term& term, std::vector<cost_term>& found) {
  if (term.children.empty()) found.push_back(term);
  for (const cost_term& child : term.children) collect(child, found);
}

const cost_term* find(const cost_term& tree, const std::string& name) {
  if (tree.name == name) return &tree;
  for (const cost_term& child : tree.children)
    if (const cost_term* found = find(child, name)) return found;
  return nullptr;
}

/// Whole numbers without a fraction, others with one digit: the model is not more precise than that.
std::string number(double value) {
  const std::string text = fmt::format("{:.1f}", value);
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

void explain_term(const cost_term& term, std::size_t depth, std::string& text) {
  const std::string name = std::string(2 * depth, ' ') + term.name;
  text += fmt::format("  {:<18} {:>12}", name, number(term.amount));
  if (!term.formula.empty()) text += "  " + term.formula;
  if (!term.arguments.empty()) text += fmt::format("  [{}]", term.arguments);
  text += '\n';
  for (const cost_term& child : term.children) explain_term(child, depth + 1, text);
}

void collect_sources(const cost_term& term, std::vector<std::string>& sources) {
  if (!term.source.empty() && std::ranges::find(sources, term.source) == sources.end()) sources.push_back(term.source);
  for (const cost_term& child : term.children) collect_sources(child, sources);
}

std::string explain(const unit_cost& unit) {
  std::string text = fmt::format("\n{} ({})\n", unit.unit, unit.kind);
  std::vector<std::string> sources;
  for (const cost_term* tree : {&unit.luts, &unit.bram18, &unit.uram, &unit.dsp}) {
    explain_term(*tree, 0, text);
    collect_sources(*tree, sources);
  }
  if (unit.ff) explain_term(*unit.ff, 0, text);
  if (unit.model == "spillway")
    text += fmt::format("  {:<18} {:>12}  LUT6 sites, packed\n", "sites", number(unit.used.sites));
  for (const std::string& source : sources) text += fmt::format("  source: {}\n", source);
  return text;
}

nlohmann::ordered_json json_of(const std::optional<value_band>& band) {
  return band ? nlohmann::ordered_json{band->low, band->high} : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json json_of(const cost_term& term) {
  nlohmann::ordered_json json{{"name", term.name}, {"value", term.value}, {"amount", term.amount}};
  if (!term.formula.empty()) json["formula"] = term.formula;
  if (!term.arguments.empty()) json["arguments"] = term.arguments;
  if (!term.source.empty()) json["source"] = term.source;
  for (const cost_term& child : term.children) json["terms"].push_back(json_of(child));
  return json;
}

nlohmann::ordered_json json_of(const unit_cost& unit) {
  nlohmann::ordered_json json{
      {"unit", unit.unit},
      {"kind", unit.kind},
      {"cycles", unit.cycles},
      {"luts", unit.luts.amount},
      {"bram18", unit.bram18.amount},
      {"bram_efficiency", unit.bram_efficiency},
      {"uram", unit.uram.amount},
      {"uram_efficiency", unit.uram_efficiency},
      {"dsp", unit.dsp.amount},
      {"terms", {json_of(unit.luts), json_of(unit.bram18), json_of(unit.uram), json_of(unit.dsp)}}};
  if (unit.model != "finn") {
    json["calibrated"] = unit.is_calibrated;
    json["sites"] = unit.used.sites;
    json["luts_band"] = json_of(lut_band(unit));
    json["ff_band"] = json_of(ff_band(unit));
  }
  if (unit.ff) {
    json["ff"] = unit.ff->amount;
    json["terms"].push_back(json_of(*unit.ff));
  }
  return json;
}

/// As `--hardware` names it: the model of FINN's formula is called as ever.
std::string hardware_of(const network_cost& cost) { return cost.model == "finn" ? "finn-formula" : cost.model; }

/// What the price is held to.
std::string_view truth_of(const network_cost& cost) {
  if (cost.model == "finn") return "as FINN publishes it";
  return cost.model == "spillway" ? "truth: Yosys" : "truth: published Vivado counts";
}

/// Between which numbers the count lies, or for which units nobody knows.
std::string band_text(const network_cost& cost) {
  const auto line = [](const char* what, const std::optional<value_band>& band) {
    return band ? fmt::format("{}: {:.0f} to {:.0f}, by the 5th and 95th percentile of held-out errors\n", what,
                              band->low, band->high)
                : "";
  };
  const std::vector<std::string> outside = outside_calibration(cost);
  if (!outside.empty())
    return fmt::format("outside of what was calibrated, the errors are not known: {}\n", fmt::join(outside, ", "));
  return line("LUT", lut_band(cost)) + line("FF", ff_band(cost));
}

std::string device_text(const device_utilization& utilization, std::string_view counted_by) {
  std::string text = fmt::format("\n{} ({}), modelled, {}:\n", utilization.device->name,
                                 to_string(utilization.device->family), counted_by);
  text += to_text(utilization);
  if (!utilization.fits()) text += fmt::format("does not fit: {}\n", utilization.shortage());
  return text;
}

nlohmann::ordered_json json_of(const device_utilization& utilization) {
  nlohmann::ordered_json json{{"device", utilization.device->name},
                              {"family", to_string(utilization.device->family)},
                              {"fits", utilization.fits()}};
  if (!utilization.fits()) json["shortage"] = utilization.shortage();
  for (const utilization_row& row : utilization.rows) {
    nlohmann::ordered_json line{{"site_type", row.site_type}, {"used", row.used}};
    if (row.available) {
      line["available"] = *row.available;
      line["percent"] = row.percent();
    }
    json["sites"].push_back(std::move(line));
  }
  return json;
}

bool estimates_ff(const network_cost& cost) {
  return std::any_of(cost.units.begin(), cost.units.end(), [](const unit_cost& unit) { return unit.ff.has_value(); });
}

}  // namespace

std::vector<cost_term> leaves(const cost_term& term) {
  std::vector<cost_term> found;
  collect(term, found);
  return found;
}

std::vector<cost_term> leaves(const unit_cost& unit) {
  std::vector<cost_term> found;
  for (const cost_term* tree : {&unit.luts, &unit.bram18, &unit.uram, &unit.dsp}) collect(*tree, found);
  return found;
}

const cost_term& find_term(const cost_term& tree, const std::string& name) {
  if (const cost_term* found = find(tree, name)) return *found;
  std::string names;
  for (const cost_term& leaf : leaves(tree)) names += (names.empty() ? "" : ", ") + leaf.name;
  throw config_error(fmt::format("no cost term '{}' in '{}'; its terms: {}", name, tree.name, names));
}

namespace {

/// LUTs of a part that not every unit has: FINN's model prices a window by its memory alone.
double part_of(const cost_term& luts, const char* name) {
  const cost_term* found = find(luts, name);
  return found == nullptr ? 0 : found->amount;
}

}  // namespace

void tell_apart(std::vector<unit_cost>& units) {
  std::map<std::string, int> alike;
  for (unit_cost& cost : units)
    if (const int number = ++alike[cost.unit]; number > 1) cost.unit += fmt::format(" ({})", number);
}

cost_total sum(const std::vector<unit_cost>& units) {
  cost_total total;
  for (const unit_cost& unit : units) {
    total.luts += unit.luts.amount;
    total.compute_luts += part_of(unit.luts, "compute");
    total.threshold_luts += part_of(unit.luts, "threshold");
    total.memory_luts += part_of(unit.luts, "memory");
    total.bram18 += unit.bram18.amount;
    total.uram += unit.uram.amount;
    total.dsp += unit.dsp.amount;
    total.ff += unit.ff ? unit.ff->amount : 0;
    total.used += unit.used;
    total.cycles = std::max(total.cycles, unit.cycles);
  }
  return total;
}

std::map<std::string, double> luts_by_category(const network_cost& cost) {
  std::map<std::string, double> luts;
  for (const unit_cost& unit : cost.units) {
    if (unit.kind == "stream" || unit.luts.children.empty())
      luts[unit.kind == "stream" ? "stream" : "compute"] += unit.luts.amount;
    else
      for (const cost_term& group : unit.luts.children) luts[group.name] += group.amount;
  }
  return luts;
}

std::string to_text(const network_cost& cost, bool explained) {
  std::size_t width = 5;
  for (const unit_cost& unit : cost.units) width = std::max(width, unit.unit.size());
  constexpr const char* line = "{:<{}}  {:>10}  {:>10}  {:>10}  {:>10}{}  {:>7}  {:>6}  {:>6}  {:>12}\n";
  const bool has_ff = estimates_ff(cost);
  const auto ff_column = [has_ff](const std::string& text) { return has_ff ? fmt::format("  {:>10}", text) : ""; };
  std::string text = fmt::format(line, "unit", width, "LUT", "compute", "threshold", "memory", ff_column("FF"),
                                 "BRAM18", "URAM", "DSP", "cycles/frame");
  const auto add_line = [&](const std::string& name, const cost_total& row) {
    text += fmt::format(line, name, width, number(row.luts), number(row.compute_luts), number(row.threshold_luts),
                        number(row.memory_luts), ff_column(number(row.ff)), number(row.bram18), number(row.uram),
                        number(row.dsp), row.cycles);
  };
  for (const unit_cost& unit : cost.units) add_line(unit.unit, sum({unit}));
  add_line("total", cost);
  text += fmt::format("modelled: hardware={}, {}\n", hardware_of(cost), truth_of(cost)) + band_text(cost);
  if (cost.utilization)
    text += device_text(*cost.utilization,
                        cost.model == "spillway" ? "as Yosys counts; not a Vivado count" : "as Vivado counts");
  if (explained)
    for (const unit_cost& unit : cost.units) text += explain(unit);
  return text;
}

std::string to_json(const network_cost& cost) {
  nlohmann::ordered_json json{
      {"network", cost.network}, {"model", cost.model}, {"hardware", hardware_of(cost)}, {"grade", "modelled"}};
  json["total"] = {{"luts", cost.luts},
                   {"compute_luts", cost.compute_luts},
                   {"threshold_luts", cost.threshold_luts},
                   {"memory_luts", cost.memory_luts},
                   {"bram18", cost.bram18},
                   {"uram", cost.uram},
                   {"dsp", cost.dsp},
                   {"cycles", cost.cycles}};
  if (estimates_ff(cost)) json["total"]["ff"] = cost.ff;
  if (cost.utilization) {
    json["utilization"] = json_of(*cost.utilization);
    json["total"]["sites"] = cost.used.sites;
    json["total"]["luts_band"] = json_of(lut_band(cost));
    json["total"]["ff_band"] = json_of(ff_band(cost));
    json["outside_calibration"] = outside_calibration(cost);
  }
  json["units"] = nlohmann::ordered_json::array();
  for (const unit_cost& unit : cost.units) json["units"].push_back(json_of(unit));
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace spillway
