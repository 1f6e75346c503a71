// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/study_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "spillway/explore/study/point_registers.h"
#include "spillway/resource/bands.h"
#include "spillway/resource/cost.h"
#include "spillway/resource/devices.h"

namespace spillway {

namespace {

cell nothing() { return std::monostate{}; }
cell text(std::string_view value) { return std::string(value); }
cell text_or_nothing(std::string_view value) { return value.empty() ? nothing() : text(value); }
cell real(double value) { return value; }

template <class Integer>
cell integer(Integer value) {
  return static_cast<std::int64_t>(value);
}

template <class Integer>
cell integer(const std::optional<Integer>& value) {
  return value ? integer(*value) : nothing();
}

cell real(const std::optional<double>& value) { return value ? real(*value) : nothing(); }

/// Mean, low and high of top-1, then of PSNR: three of them are nothing.
void add_answers(std::vector<cell>& cells, const frame_answers& answers, study_metric metric) {
  const mean_interval mean = mean_of(answers, metric);
  for (const study_metric column : {study_metric::top1, study_metric::psnr})
    for (const double value : {mean.value, mean.low, mean.high})
      cells.push_back(column == metric ? real(value) : nothing());
}

/// P: the width that was asked for of all layers, else the widest register of the narrow ones.
int bits_of(const finished_point& of) {
  const study_registers& registers = of.point->registers;
  if (policy_of(registers) == "asked") return registers.rules.front().choice.format.bits;
  int widest = 0;
  for (const simulated_unit& unit : of.simulated->units)
    for (const layer_facts& layer : of.facts->layers)
      if (layer.unit == unit.unit && layer.narrow) widest = std::max(widest, unit.format.bits);
  return widest;
}

/// The columns that a point without results has, too.
std::vector<cell> first_cells(const finished_point& of, const cell& bits) {
  const study_registers& registers = of.point->registers;
  return {text(of.point->key),
          text(of.network->key),
          text(of.set->key),
          text(registers.words),
          text(policy_of(registers)),
          bits,
          text(to_string(registers.beyond.overflow)),
          text(to_string(registers.beyond.scope)),
          text(of.group->folding_key),
          text(of.group->hardware),
          text(of.group->device)};
}

void add_counts(std::vector<cell>& cells, const channel_counts& counts) {
  cells.insert(cells.end(), {integer(counts.dot_products), integer(counts.events),
                             integer(counts.overflowing_dot_products), integer(counts.persistent_dot_products)});
}

/// The greatest share of a device, fits, and what does not.
void add_device(std::vector<cell>& cells, const network_cost& cost) {
  if (!cost.utilization) {
    cells.insert(cells.end(), {nothing(), nothing(), nothing()});
    return;
  }
  double greatest = 0;
  for (const utilization_row& row : cost.utilization->rows)
    if (row.available) greatest = std::max(greatest, row.percent() / 100);
  cells.insert(cells.end(), {integer(cost.utilization->fits() ? 1 : 0), real(greatest),
                             text_or_nothing(cost.utilization->shortage())});
}

study_row point_row(const finished_point& of) {
  std::vector<cell> cells = first_cells(of, integer(bits_of(of)));
  const study_metric metric = metric_of(of.set->values);
  const simulated_point& simulated = *of.simulated;
  cells.insert(cells.end(), {text("done"), nothing(), text(simulated.is_proved ? "proved" : "simulated"),
                             integer(of.set->values.frames()), integer(simulated.frames_again)});
  add_answers(cells, simulated.answers, metric);
  const paired_loss loss = loss_of(*of.exact, simulated.answers);
  const bool has_metric = metric != study_metric::none;
  cells.insert(cells.end(), {has_metric ? real(loss.value) : nothing(), has_metric ? real(loss.error) : nothing(),
                             real(simulated.answers.mean_abs_error), integer(of.group->count_frames)});
  add_counts(cells, simulated.total());
  const reached_rate& rate = of.folding->rate;
  cells.insert(cells.end(), {real(rate.cycles_per_frame), real(of.group->clock_mhz * 1e6 / rate.cycles_per_frame),
                             real(static_cast<double>(rate.latency) / of.group->clock_mhz)});
  const network_cost& cost = *of.cost;
  const std::optional<value_band> band = lut_band(cost);
  cells.insert(cells.end(), {real(cost.luts), band ? real(band->low) : nothing(), band ? real(band->high) : nothing(),
                             real(cost.ff), real(cost.bram18), real(cost.uram), real(cost.dsp)});
  add_device(cells, cost);
  cells.push_back(text(command_of(of)));
  return {"points", std::move(cells)};
}

std::vector<study_row> unit_rows(const finished_point& of) {
  std::vector<study_row> rows;
  std::map<std::string, double> luts;
  for (const unit_cost& unit : of.cost->units) luts[unit.unit] = unit.luts.amount;
  for (const simulated_unit& unit : of.simulated->units) {
    std::vector<cell> cells{text(of.point->key),       integer(unit.place),          text(unit.unit),
                            text(unit.origin.layer),   text(to_string(unit.format)), text(to_string(unit.origin.from)),
                            integer(unit.format.bits), integer(unit.certified_bits)};
    add_counts(cells, unit.counts);
    cells.push_back(real(luts[unit.unit]));
    rows.push_back({"point_units", std::move(cells)});
  }
  return rows;
}

std::vector<study_row> term_rows(const finished_point& of) {
  std::vector<study_row> rows;
  for (const auto& [category, luts] : luts_by_category(*of.cost))
    rows.push_back({"point_terms", {text(of.point->key), text(category), real(luts)}});
  return rows;
}

std::vector<study_row> search_rows(const finished_point& of) {
  if (of.widths == nullptr) return {};
  const found_widths& widths = *of.widths;
  return {data_row(*of.validation),
          {"searches",
           {text(of.point->key), text(of.validation->key), integer(widths.frames), real(widths.allowed),
            real(widths.loss.value), real(widths.loss.error), integer(widths.simulations), real(widths.luts),
            real(widths.certified_luts)}}};
}

std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string made = "'";
  for (const char c : word) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return made + "'";
}

/// The registers of all units: the commonest for all, and each other one by its name.
std::string accumulator_options(const std::vector<simulated_unit>& units) {
  std::map<std::string, int> counts;
  for (const simulated_unit& unit : units) ++counts[to_string(unit.format)];
  std::string commonest;
  for (const auto& [format, count] : counts)
    if (commonest.empty() || count > counts[commonest]) commonest = format;
  std::string options = units.empty() ? "" : " --accumulator " + commonest;
  for (const simulated_unit& unit : units)
    if (const std::string own = to_string(unit.format); own != commonest)
      options += fmt::format(" --accumulator {}={}", unit.unit, own);
  return options;
}

/// What `explore` searches with as the study does. A device that is named is a budget, too.
std::string search_options(const study_group& group) {
  std::string options;
  if (group.goal.of == study_goal::kind::fps)
    options = fmt::format("--fps {} --clock-mhz {}", group.goal.value, group.clock_mhz);
  if (group.goal.of == study_goal::kind::cycles) options = fmt::format("--cycles {}", group.goal.value);
  const bool is_budget = group.goal.of == study_goal::kind::budget;
  if (is_budget) options = fmt::format("--luts {0}% --ff {0}% --bram {0}% --uram {0}% --dsp {0}%", group.goal.value);
  if (is_budget || group.device != default_device().name) options += " --device " + group.device;
  if (group.hardware != "spillway") options += " --hardware " + group.hardware;
  return options + " --fifos full-rate";
}

}  // namespace

std::vector<study_row> network_rows(const study_network& network, const network_facts& facts) {
  int weight_bits = 0, input_bits = 0;
  for (const layer_facts& layer : facts.layers) {
    if (!layer.narrow) continue;
    weight_bits = std::max(weight_bits, layer.weight_type.bits);
    input_bits = std::max(input_bits, layer.input_type.bits);
  }
  const double entropy = facts.entropy_bits();
  std::vector<study_row> rows{{"networks",
                               {text(network.key),
                                text(network.name),
                                text(network.file),
                                text(facts.method),
                                integer(facts.trained_for),
                                integer(weight_bits),
                                integer(input_bits),
                                integer(facts.epochs),
                                integer(facts.seed),
                                text_or_nothing(facts.training),
                                real(network.float_accuracy ? network.float_accuracy : facts.float_accuracy),
                                real(facts.trained_accuracy),
                                real(facts.trained_psnr),
                                integer(facts.layers.size()),
                                integer(facts.weights()),
                                real(facts.zeros()),
                                real(facts.stored_bits()),
                                real(entropy),
                                entropy > 0 ? real(32 / entropy) : nothing(),
                                integer(facts.certified_bits()),
                                integer(facts.claims())}}};
  for (std::size_t i = 0; i < facts.layers.size(); ++i) {
    const layer_facts& layer = facts.layers[i];
    rows.push_back(
        {"layers",
         {text(network.key), integer(i), text(layer.layer), text(layer.unit), integer(layer.rows),
          integer(layer.columns), text(to_string(layer.weight_type)), text(to_string(layer.input_type)),
          real(layer.zeros), real(layer.entropy_bits), integer(layer.certified_bits), integer(layer.claimed_bits),
          integer(layer.l1_bits), integer(layer.data_type_bits), integer(layer.narrow ? 1 : 0)}});
  }
  return rows;
}

study_row data_row(const study_set& set) {
  const std::optional<std::string_view> metric = to_string(metric_of(set.values));
  return {"data",
          {text(set.key), text(set.values.name), text(set.given.name), integer(set.values.frames()),
           integer(set.values.first_frame), metric ? text(*metric) : nothing()}};
}

study_row device_row(const std::string& device) {
  const fpga_device& of = find_device(device);
  return {"devices",
          {text(of.name), text(of.known), text(to_string(of.family)), integer(of.luts), integer(of.registers),
           integer(2 * of.ramb36), integer(of.uram), integer(of.dsp)}};
}

std::vector<study_row> folding_rows(const study_group& group, const study_network& network,
                                    const group_folding& folding) {
  const reached_rate& rate = folding.rate;
  std::vector<cell> cells{text(group.folding_key), text(network.key),  text(to_string(group.goal)),
                          text(group.hardware),    text(group.device), real(group.clock_mhz)};
  if (folding.problem.empty())
    cells.insert(cells.end(), {real(rate.cycles_per_frame), integer(rate.is_steady ? 1 : 0),
                               real(group.clock_mhz * 1e6 / rate.cycles_per_frame), integer(rate.latency),
                               real(static_cast<double>(rate.latency) / group.clock_mhz), text(rate.bottleneck),
                               integer(rate.bottleneck_cycles), nothing()});
  else
    cells.insert(cells.end(),
                 {nothing(), nothing(), nothing(), nothing(), nothing(), nothing(), nothing(), text(folding.problem)});
  std::vector<study_row> rows{{"foldings", std::move(cells)}};
  const hardware kind = parse_hardware(group.hardware);
  for (std::size_t u = 0; u < folding.flow.units.size(); ++u) {
    const dataflow_unit& unit = folding.flow.units[u];
    const auto origin = folding.flow.registers.find(name_of(unit));
    rows.push_back({"folding_units",
                    {text(group.folding_key), integer(u), text(name_of(unit)), text(kind_of(unit)),
                     origin == folding.flow.registers.end() ? nothing() : text(origin->second.layer),
                     integer(pe_of(unit)), integer(simd_of(unit)), integer(cycles_per_frame(unit, kind))}});
  }
  return rows;
}

study_row baseline_row(const study_network& network, const study_set& set, const frame_answers& answers) {
  std::vector<cell> cells{text(network.key), text(set.key), integer(set.values.frames())};
  add_answers(cells, answers, metric_of(set.values));
  return {"baselines", std::move(cells)};
}

std::vector<study_row> needs_rows(const study_group& group, const study_network& network, const study_set& set,
                                  const dataflow& flow, const sum_profile& sums) {
  std::vector<study_row> rows;
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    const auto unit = dot_products_of(flow.units[u]);
    if (!unit) continue;
    const channel_sums total = sums.total(u);
    for (const limit_scope scope : {limit_scope::per_product, limit_scope::per_cycle, limit_scope::final}) {
      const auto& needs = total.of(scope).needs;
      const std::int64_t frames = scope == limit_scope::final ? set.values.frames() : group.count_frames;
      for (std::size_t bits = 1; bits < needs.size(); ++bits)
        if (needs[bits] > 0)
          rows.push_back({"needs",
                          {text(network.key), text(set.key), text(group.folding_key), text(unit->name),
                           text(to_string(scope)), integer(frames), integer(bits), integer(needs[bits])}});
    }
  }
  return rows;
}

std::vector<study_row> point_rows(const finished_point& of) {
  std::vector<study_row> rows{point_row(of)};
  for (auto part : {unit_rows(of), term_rows(of), search_rows(of)})
    for (study_row& row : part) rows.push_back(std::move(row));
  return rows;
}

study_row missing_point_row(const finished_point& of, const std::string& status, const std::string& reason) {
  const study_registers& registers = of.point->registers;
  const bool is_asked = policy_of(registers) == "asked";
  std::vector<cell> cells = first_cells(of, is_asked ? integer(registers.rules.front().choice.format.bits) : nothing());
  cells.push_back(text(status));
  cells.push_back(text(reason));
  cells.resize(find_study_table("points").columns.size());
  return {"points", std::move(cells)};
}

std::string command_of(const finished_point& of) {
  const study_group& group = *of.group;
  const std::string file = quoted(of.network->file);
  std::string input = group.input.empty() ? "" : " --input " + quoted(group.input);
  if (group.xnor_popcount) input += " --xnor-popcount";
  std::string folding, before;
  switch (group.goal.of) {
    case study_goal::kind::standard:
      break;
    case study_goal::kind::file:
      folding = " --folding " + quoted(group.goal.file);
      break;
    case study_goal::kind::fps:
    case study_goal::kind::cycles:
    case study_goal::kind::budget:
      before = fmt::format("spillway explore {}{} --accumulator certified {} -o folding.json && ", file, input,
                           search_options(group));
      folding = " --folding folding.json";
      break;
  }
  const study_data& data = of.set->given;
  std::string made =
      fmt::format("{}spillway simulate {}{}{} --data {}", before, file, input, folding, quoted(data.name));
  if (data.frames > 0) made += fmt::format(" --frames {}", data.frames);
  if (data.skip > 0) made += fmt::format(" --skip {}", data.skip);
  return made + accumulator_options(of.simulated->units);
}

}  // namespace spillway
