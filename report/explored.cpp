// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/explored.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "spillway/explore/deadlock.h"
#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/cost.h"

namespace spillway {

namespace {

using nlohmann::ordered_json;

/// What the figures suppose, and nobody has tried.
std::vector<std::string> not_verified(const explored& of) {
  std::vector<std::string> lines;
  if (of.rate.stuck_in) return lines;
  if (of.fifos && of.fifos->complete && of.is_full_rate && !of.rate.is_steady)
    lines.push_back("the frames did not come to repeat themselves: more of them may lose cycles that these do not");
  if (of.found && of.rate.cycles_per_frame > static_cast<double>(of.found->cycles_per_frame))
    lines.push_back(
        fmt::format("{} cycles a frame are those of the slowest unit, which the streams stall; right: --fifos "
                    "full-rate",
                    of.found->cycles_per_frame));
  return lines;
}

/// Frames a second, and microseconds, at a clock.
double frames_per_second(const reached_rate& rate, double clock_mhz) { return clock_mhz * 1e6 / rate.cycles_per_frame; }
double latency_us(const reached_rate& rate, double clock_mhz) { return static_cast<double>(rate.latency) / clock_mhz; }

/// Whose times a rate has.
std::string_view times_of_said(hardware kind) {
  return kind == hardware::finn_rtl ? "Spillway's units, with what finn-rtllib's are known to take otherwise"
                                    : "Spillway's units: none are known of this hardware";
}

nlohmann::ordered_json rate_json(const explored& of, double clock_mhz) {
  const reached_rate& rate = of.rate;
  nlohmann::ordered_json json{{"bottleneck", rate.bottleneck}, {"bottleneck_cycles", rate.bottleneck_cycles}};
  if (rate.stuck_in) {
    json["deadlock"] = of.deadlock;
    return json;
  }
  json.update({{"clock_mhz", clock_mhz},
               {"cycles_per_frame", rate.cycles_per_frame},
               {"steady", rate.is_steady},
               {"fps", frames_per_second(rate, clock_mhz)},
               {"latency_cycles", rate.latency},
               {"latency_us", latency_us(rate, clock_mhz)},
               {"lost_in_streams", rate.lost_in_streams()}});
  if (of.prices.kind != hardware::spillway) json["times_of"] = times_of_said(of.prices.kind);
  if (!rate.as_ours.empty()) json["as_ours"] = rate.as_ours;
  return json;
}

/// "AddStreams" of AddStreams_3: each kind once.
std::set<std::string> kinds_of(const std::vector<std::string>& units) {
  std::set<std::string> kinds;
  for (const std::string& unit : units) kinds.insert(unit.substr(0, unit.rfind('_')));
  return kinds;
}

void add_rate(std::string& text, const explored& of, double clock_mhz) {
  const reached_rate& rate = of.rate;
  if (rate.stuck_in) {
    text += fmt::format("{}\n", of.deadlock);
    return;
  }
  text += fmt::format(
      "reached: {} cycles a frame{}, {:.1f} fps at {} MHz, latency {:.1f} us ({} cycles); bottleneck {} ({} cycles)",
      rate.cycles_per_frame, rate.is_steady ? "" : " in the mean of 32 frames", frames_per_second(rate, clock_mhz),
      clock_mhz, latency_us(rate, clock_mhz), rate.latency, rate.bottleneck, rate.bottleneck_cycles);
  if (rate.lost_in_streams() > 0)
    text += fmt::format(", shallow streams cost {} cycles: --fifos full-rate", rate.lost_in_streams());
  text += fmt::format("\n");
  if (of.prices.kind != hardware::spillway)
    text += fmt::format("  times are those of {}\n", times_of_said(of.prices.kind));
  if (!rate.as_ours.empty())
    text +=
        fmt::format("  no time is known of finn-rtllib's {}; taken as ours\n", fmt::join(kinds_of(rate.as_ours), ", "));
}

void add_times(std::string& text, const frame_times& times, hardware kind, double clock_mhz) {
  text += fmt::format("times: {} frames take {}{} cycles ({:.6g} s at {} MHz)", times.frames,
                      times.at_least ? "at least " : "", times.cycles,
                      static_cast<double>(times.cycles) / (clock_mhz * 1e6), clock_mhz);
  if (times.steady.period > 0)
    text += fmt::format("; from frame {} on, {} more take {} cycles more\n", times.steady.first, times.steady.period,
                        times.steady.cycles);
  else if (kind == hardware::finn_rtl)
    text += fmt::format("; the first one's latency, and the pace of the slowest unit\n");
  else
    text += fmt::format("; no steady state was found\n");
}

/// What is chosen of a unit beside its folds: "block", "dsp", ...
struct chosen_styles {
  std::vector<std::string> operator()(const mvau& unit) const { return of_weights(unit); }
  std::vector<std::string> operator()(const vvau& unit) const { return of_weights(unit); }
  std::vector<std::string> operator()(const thresholding& unit) const {
    std::vector<std::string> styles = of_memory(unit.memory);
    if (unit.style == threshold_style::binary_search) styles.emplace_back("binary_search");
    return styles;
  }
  std::vector<std::string> operator()(const sliding_window& unit) const {
    return unit.style == window_style::parallel ? std::vector<std::string>{"parallel"} : std::vector<std::string>{};
  }
  std::vector<std::string> operator()(const auto& /*unit*/) const { return {}; }

 private:
  static std::vector<std::string> of_memory(memory_style style) {
    constexpr std::array names{"", "distributed", "block", "ultra", "constant"};
    const std::string name = names.at(static_cast<std::size_t>(style));
    return name.empty() ? std::vector<std::string>{} : std::vector<std::string>{name};
  }
  template <class Unit>
  static std::vector<std::string> of_weights(const Unit& unit) {
    std::vector<std::string> styles = of_memory(unit.weight_memory);
    if (unit.multipliers == multiplier_style::dsp) styles.emplace_back("dsp");
    return styles;
  }
};

ordered_json json_of_amounts(const resource_amounts& amounts) {
  ordered_json json;
  for (std::size_t k = 0; k < resource_kinds; ++k) json[std::string(resource_keys[k])] = amounts.of[k];
  return json;
}

/// The amounts of each unit and stream, by name.
std::map<std::string, resource_amounts> amounts_by_unit(const network_cost& cost) {
  std::map<std::string, resource_amounts> result;
  for (const unit_cost& unit : cost.units) result[unit.unit] = amounts_of(sum({unit}));
  return result;
}

ordered_json units_json(const explored& of) {
  const std::map<std::string, resource_amounts> amounts = amounts_by_unit(of.cost);
  ordered_json units = ordered_json::array();
  for (const dataflow_unit& unit : of.flow.units) {
    ordered_json json{
        {"name", name_of(unit)}, {"kind", kind_of(unit)}, {"cycles_per_frame", cycles_per_frame(unit, of.prices.kind)}};
    if (const auto pe = pe_of(unit)) json["pe"] = *pe;
    if (const auto simd = simd_of(unit)) json["simd"] = *simd;
    json["styles"] = std::visit(chosen_styles(), unit);
    json.update(json_of_amounts(amounts.at(name_of(unit))));
    units.push_back(std::move(json));
  }
  return units;
}

/// A rate is that of the whole design; cycles a frame are those of the slowest unit.
bool is_met(const explored& of) {
  if (of.rate.stuck_in) return false;
  const double least = of.asked_cycles.value_or(static_cast<double>(of.found->cycles_per_frame));
  return (of.is_asked_rate ? of.rate.cycles_per_frame : static_cast<double>(of.found->cycles_per_frame)) <= least;
}

/// What the search was asked for, and whether it came to that.
void add_search(ordered_json& json, const explored& of) {
  if (!of.found) return;
  json["cost_luts"] = of.cost.luts;
  json["converter_luts"] = of.found->converter_luts;
  json["cycles_per_frame"] = of.found->cycles_per_frame;
  json["slowest"] = of.found->slowest;
  if (of.asked_cycles) json["asked_cycles"] = *of.asked_cycles;
  json["met"] = is_met(of);
  if (of.budgets.limits()) json["budgets"] = ordered_json::object();
  for (std::size_t k = 0; k < resource_kinds; ++k)
    if (of.budgets.of[k])
      json["budgets"][std::string(key_of_budget(static_cast<resource_kind>(k)))] = *of.budgets.of[k];
}

void add_price(ordered_json& json, const explored& of) {
  const resource_amounts total = amounts_of(of.cost);
  json["hardware"] = to_string(of.prices.kind);
  json["device"] = of.prices.device->name;
  json["grade"] = "modelled";
  json["total"] = json_of_amounts(total);
  json["shares"] = shares_of(total, *of.prices.device);
  json["fits"] = whole_device(*of.prices.device).allow(total);
}

/// "65507 LUT, 12645 FF, 18 BRAM18, 48 URAM, 0 DSP, 67120 LUT sites"
std::string amounts_text(const resource_amounts& amounts) {
  std::string text;
  for (std::size_t k = 0; k < resource_kinds; ++k)
    if (static_cast<resource_kind>(k) != resource_kind::sites || amounts.has_cells())
      text += fmt::format("{}{:.0f} {}", k == 0 ? "" : ", ", amounts.of[k], resource_names[k]);
  return text;
}

/// "28.4% LUT sites, 2.7% FF", of what the device has.
std::string shares_text(const resource_amounts& amounts, const fpga_device& device) {
  const resource_amounts available = amounts_of(device);
  std::string text;
  for (const resource_kind kind : device_kinds)
    if (available[kind] > 0)
      text += fmt::format("{}{:.1f}% {}", text.empty() ? "" : ", ", 100 * amounts[kind] / available[kind],
                          resource_names[static_cast<std::size_t>(kind)]);
  return text;
}

void add_goal(std::string& text, const explored& of) {
  if (!of.found || is_met(of) || of.rate.stuck_in) return;
  text += fmt::format("not met: {:.0f} cycles a frame were asked for, {} are reached: --fifos full-rate\n",
                      of.asked_cycles.value_or(0), of.rate.cycles_per_frame);
}

void add_price_text(std::string& text, const explored& of) {
  const resource_amounts total = amounts_of(of.cost);
  text += fmt::format("{} (modelled, {}): {}", of.found ? "design" : "price", to_string(of.prices.kind),
                      amounts_text(total));
  if (of.found)
    text += fmt::format("; of these {:.0f} LUT in width converters; {} cycles a frame, {} is slowest",
                        of.found->converter_luts, of.found->cycles_per_frame, of.found->slowest);
  text += fmt::format("\n{}: {}\n", of.prices.device->name, shares_text(total, *of.prices.device));
  if (const std::string lack = whole_device(*of.prices.device).shortage(total); !lack.empty())
    text += fmt::format("does not fit {}: {}\n", of.prices.device->name, lack);
}

/// How a unit is folded and built.
std::string build_text(const dataflow_unit& unit) {
  std::string text;
  if (const auto pe = pe_of(unit)) text += fmt::format("  PE {}", *pe);
  if (const auto simd = simd_of(unit)) text += fmt::format("  SIMD {}", *simd);
  for (const std::string& style : std::visit(chosen_styles(), unit)) text += "  " + style;
  return text;
}

void add_streams_text(std::string& text, const explored& of) {
  if (!of.fifos) return;
  std::int64_t bits = 0;
  for (const fifo_size& size : of.fifos->streams) bits += size.bits;
  text += fmt::format("streams ({} trials): {} bits; {} cycles, {} with unlimited streams\n", of.fifos->runs, bits,
                      of.fifos->cycles, of.fifos->unlimited_cycles);
  for (const fifo_size& size : of.fifos->streams)
    if (size.depth > 2)
      text += fmt::format("  {:<60} depth {:>6}{}\n", size.link, size.depth, size.minimal ? ", minimal" : "");
}

}  // namespace

std::int64_t cycles_of_rate(double fps, double clock_mhz) {
  const double cycles = std::floor(clock_mhz * 1e6 / fps);
  if (!(cycles >= 1))
    throw config_error(fmt::format("fps {} leaves less than a cycle a frame at {} MHz; right: {} at most", fps,
                                   clock_mhz, clock_mhz * 1e6));
  constexpr double most = 1e15;  // no frame takes longer
  return static_cast<std::int64_t>(std::min(cycles, most));
}

explored explore_design(const design& of, const explore_request& request) {
  explored result;
  result.model = of.model;
  result.prices = request.prices;
  result.is_full_rate = request.full_rate;
  result.clock_mhz = request.clock_mhz;
  result.flow = of.flow;
  if (request.searches) {
    if (request.budgets) result.budgets = *request.budgets;
    if (request.cycles_per_frame) result.asked_cycles = static_cast<double>(*request.cycles_per_frame);
    result.is_asked_rate = request.is_rate;
    design_goal goal{request.cycles_per_frame, request.prices, result.budgets};
    goal.full_rate = request.full_rate;
    goal.frames = request.frames;
    goal.on_progress = request.on_progress;
    result.found = search_design(of.integers, goal, of.choices);
    result.flow = result.found->flow;
    result.fifos = result.found->fifos;
  }
  const bool sizes = !result.fifos && request.fifos;
  if (sizes) result.fifos = size_fifos(result.flow, request.frames, {*request.fifos, request.on_progress});
  if (result.found && !sizes) {
    result.cost = result.found->cost;
    result.rate = result.found->rate;
  } else {
    result.cost = price(result.flow, result.prices);
    result.rate = sizes ? find_rate(result.flow, result.prices.kind, result.fifos->times)
                        : find_rate(result.flow, result.prices.kind);
  }
  if (result.rate.stuck_in) result.deadlock = explain_deadlock(result.flow, 4);
  if (request.times > 0 && !result.rate.stuck_in)
    result.times = times_of(result.flow, request.times, result.prices.kind);
  return result;
}

nlohmann::ordered_json as_json(const explored& of) {
  ordered_json json{{"model", of.model}, {"units", units_json(of)}};
  add_search(json, of);
  add_price(json, of);
  json["not_verified"] = not_verified(of);
  json["reached"] = rate_json(of, of.clock_mhz);
  if (of.times)
    json["times"] = {{"frames", of.times->frames},
                     {"cycles", of.times->cycles},
                     {"at_least", of.times->at_least},
                     {"seconds", static_cast<double>(of.times->cycles) / (of.clock_mhz * 1e6)},
                     {"first_frame_latency", of.times->first_frame_latency},
                     {"steady",
                      {{"first", of.times->steady.first},
                       {"period", of.times->steady.period},
                       {"cycles", of.times->steady.cycles}}}};
  if (!of.fifos) return json;
  json["cycles"] = of.fifos->cycles;
  json["unlimited_cycles"] = of.fifos->unlimited_cycles;
  json["simulations"] = of.fifos->runs;
  for (const fifo_size& size : of.fifos->streams)
    json["streams"].push_back({{"stream", size.link},
                               {"depth", size.depth},
                               {"high_water", size.high_water},
                               {"bits", size.bits},
                               {"minimal", size.minimal}});
  return json;
}

std::string to_text(const explored& of) {
  std::string text;
  if (!of.found) text += "the design as it is; a rate, a budget or a device would be searched for\n";
  add_price_text(text, of);
  for (const dataflow_unit& unit : of.flow.units) {
    const unit_ports ports = ports_of(unit);
    text +=
        fmt::format("  {:<32} {:>6} lanes in {:>6} out {:>10} cycles a frame{}\n", name_of(unit), ports.inputs[0].lanes,
                    ports.outputs[0].lanes, cycles_per_frame(unit, of.prices.kind), build_text(unit));
  }
  add_rate(text, of, of.clock_mhz);
  add_goal(text, of);
  if (of.times) add_times(text, *of.times, of.prices.kind, of.clock_mhz);
  add_streams_text(text, of);
  for (const std::string& line : not_verified(of)) text += fmt::format("not verified: {}\n", line);
  return text;
}

}  // namespace spillway
