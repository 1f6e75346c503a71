// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/slopes.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/support/error.h"
#include "spillway/resource/estimate.h"

namespace spillway {

namespace {

/// What both tables compare.
constexpr int wide = 32, narrow = 12;

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

const mvau& matrix_of(const measured_unit& of) {
  if (const auto* unit = std::get_if<mvau>(&of.unit)) return *unit;
  throw config_error(of.name + ": the list of slopes is of matrix units");
}

int bits_of(const mvau& unit, char variable) {
  if (variable == 'M') return unit.weights.type.bits;
  return variable == 'N' ? unit.input_type.bits : unit.accumulator.bits;
}

double total_luts(const priced_part& part) { return part.amount.all_luts(); }

}  // namespace

double width_sweep::slope(double swept_point::*of) const {
  double x = 0, y = 0, xx = 0, xy = 0;
  for (const swept_point& point : points) {
    x += point.bits;
    y += point.*of;
    xx += static_cast<double>(point.bits) * point.bits;
    xy += point.bits * point.*of;
  }
  const auto n = static_cast<double>(points.size());
  return (n * xy - x * y) / (n * xx - x * x);
}

const swept_point& width_sweep::at(int bits) const {
  for (const swept_point& point : points)
    if (point.bits == bits) return point;
  throw config_error(fmt::format("sweep {}: no point of {} bits", name, bits));
}

std::vector<width_sweep> width_sweeps(const std::vector<measured_unit>& units) {
  std::vector<width_sweep> sweeps;
  for (const measured_unit& of : units) {
    if (sweeps.empty() || sweeps.back().name != of.stratum)
      sweeps.push_back({of.stratum, static_cast<char>(std::toupper(of.stratum.at(0))), {}});
    width_sweep& sweep = sweeps.back();
    sweep.points.push_back(
        {bits_of(matrix_of(of), sweep.variable), counted_luts(of), modelled_luts(of), finn_luts(of)});
  }
  return sweeps;
}

std::string slope_table(const std::vector<width_sweep>& sweeps) {
  std::string table =
      "| sweep | bits | LUT measured | LUT a bit, measured | modelled | FINN |\n|---|---|---|--:|--:|--:|\n";
  for (const width_sweep& sweep : sweeps)
    table +=
        fmt::format("| {} | {} = {} to {} | {:.0f} to {:.0f} | {:.1f} | {:.1f} | {:.1f} |\n", words(sweep.name),
                    sweep.variable, sweep.points.front().bits, sweep.points.back().bits, sweep.points.front().measured,
                    sweep.points.back().measured, sweep.slope(&swept_point::measured),
                    sweep.slope(&swept_point::modelled), sweep.slope(&swept_point::finn));
  return table;
}

std::string ratio_table(const std::vector<width_sweep>& sweeps) {
  std::string table = fmt::format(
      "| sweep | LUT at P = {} | LUT at P = {} | ratio, measured | modelled | FINN |\n|---|--:|--:|--:|--:|--:|\n",
      wide, narrow);
  for (const width_sweep& sweep : sweeps) {
    if (sweep.variable != 'P') continue;
    const swept_point &from = sweep.at(wide), &to = sweep.at(narrow);
    table += fmt::format("| {} | {:.0f} | {:.0f} | {:.2f} | {:.2f} | {:.2f} |\n", words(sweep.name), from.measured,
                         to.measured, from.measured / to.measured, from.modelled / to.modelled, from.finn / to.finn);
  }
  return table;
}

std::string part_table(const std::vector<measured_unit>& units) {
  const auto parts_at = [&](int bits) -> std::vector<priced_part> {
    for (const measured_unit& of : units)
      if (of.stratum == "p" && matrix_of(of).accumulator.bits == bits) return estimate(of.unit).parts;
    throw config_error(fmt::format("sweep p: no point of {} bits", bits));
  };
  const std::vector<priced_part> from = parts_at(wide), to = parts_at(narrow);
  std::string table =
      fmt::format("| part | LUT at P = {} | LUT at P = {} | saved |\n|---|--:|--:|--:|\n", wide, narrow);
  double all_from = 0, all_to = 0;
  for (std::size_t i = 0; i < from.size() && i < to.size(); ++i) {
    all_from += total_luts(from[i]);
    all_to += total_luts(to[i]);
    if (total_luts(from[i]) > 0 || total_luts(to[i]) > 0)
      table += fmt::format("| {} | {:.0f} | {:.0f} | {:.0f} |\n", from[i].name, total_luts(from[i]), total_luts(to[i]),
                           total_luts(from[i]) - total_luts(to[i]));
  }
  return table + fmt::format("| all | {:.0f} | {:.0f} | {:.0f} |\n", all_from, all_to, all_from - all_to);
}

std::string sparsity_table(const std::vector<measured_unit>& units) {
  std::string table =
      "| weights of zero | LUT, constants | modelled | FF, constants | LUT, stored | modelled | FF, stored | modelled "
      "|\n"
      "|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  const quantity modelled_ff = modelled(&resources::ff);
  for (const measured_unit& of : units) {
    if (of.stratum != "constant") continue;
    const integer_tensor& weights = matrix_of(of).weights;
    const auto stored = std::ranges::find_if(units, [&](const measured_unit& other) {
      return other.stratum == "distributed" && matrix_of(other).weights == weights;
    });
    if (stored == units.end()) throw config_error(of.name + ": its weights are not in the list as stored ones");
    std::int64_t zeros = 0;
    for (std::int64_t i = 0; i < weights.size(); ++i) zeros += *weights.at(i) == 0 ? 1 : 0;
    table += fmt::format("| {:.0f}% | {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} |\n",
                         100 * static_cast<double>(zeros) / static_cast<double>(weights.size()), counted_luts(of),
                         modelled_luts(of), of.counted.ff, counted_luts(*stored), modelled_luts(*stored),
                         stored->counted.ff, modelled_ff(*stored));
  }
  return table;
}

std::string plot_data(const std::vector<width_sweep>& sweeps) {
  std::string text;
  for (const width_sweep& sweep : sweeps) {
    text += fmt::format("{}# {}\n", text.empty() ? "" : "\n\n", sweep.name);
    for (const swept_point& point : sweep.points)
      text += fmt::format("{} {} {} {}\n", point.bits, point.measured, point.modelled, point.finn);
  }
  return text;
}

}  // namespace spillway
