// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/unit_errors.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "spillway/resource/estimate.h"

namespace spillway {

namespace {

using json = nlohmann::ordered_json;

/// What a point was estimated at, and what was counted.
struct priced_point {
  std::string stratum;
  resources estimated, counted;
};

std::optional<resources> priced(const synthesis_point& point) {
  if (const auto* unit = std::get_if<dataflow_unit>(&point.what)) return estimate(*unit).total();
  if (const auto* stream = std::get_if<stream_point>(&point.what))
    return estimate_stream(stream->bits, stream->depth).total();
  return std::nullopt;
}

std::vector<priced_point> priced_points(const std::string& folder, const std::string& list) {
  std::vector<priced_point> points;
  for (const measured_point& of : measured_points(folder, list))
    if (const auto estimated = priced(of.point)) points.push_back({of.point.stratum, *estimated, of.counted});
  return points;
}

bool is_memory_exact(const priced_point& point) {
  return point.estimated.lutram == point.counted.lutram && point.estimated.srl == point.counted.srl &&
         point.estimated.bram18 == point.counted.bram18;
}

unit_error_row row_of(const std::string& kind, const std::vector<priced_point>& points) {
  std::vector<double> luts, ff;
  unit_error_row row{.kind = kind, .lut = {}, .mean_luts = 0, .ff = {}, .memory_exact = 0, .dsp_exact = 0};
  const double share = 100 / static_cast<double>(points.size());
  for (const priced_point& point : points) {
    luts.push_back(error_of(point.estimated.all_luts(), point.counted.all_luts()));
    ff.push_back(error_of(point.estimated.ff, point.counted.ff));
    row.mean_luts +=
        std::abs(point.estimated.all_luts() - point.counted.all_luts()) / static_cast<double>(points.size());
    row.memory_exact += is_memory_exact(point) ? share : 0;
    row.dsp_exact += point.estimated.dsp == point.counted.dsp ? share : 0;
  }
  row.lut = summary_of(std::move(luts));
  row.ff = summary_of(std::move(ff));
  return row;
}

}  // namespace

std::vector<unit_error_row> unit_errors(const std::string& folder, const std::string& list) {
  const std::vector<priced_point> all = priced_points(folder, list);
  std::vector<std::string> kinds;
  std::map<std::string, std::vector<priced_point>> by_kind;
  for (const priced_point& point : all) {
    if (!by_kind.contains(point.stratum)) kinds.push_back(point.stratum);
    by_kind[point.stratum].push_back(point);
  }
  std::vector<unit_error_row> rows;
  for (const std::string& kind : kinds) rows.push_back(row_of(kind, by_kind[kind]));
  if (!all.empty()) rows.push_back(row_of("all", all));
  return rows;
}

std::string unit_error_table(const std::vector<unit_error_row>& rows) {
  std::string text = fmt::format("  {:<28} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}\n", "", "count",
                                 "LUT mean", "max", "bias", "in LUTs", "FF mean", "exact", "memory", "DSP");
  for (const unit_error_row& row : rows)
    text += fmt::format("  {:<28} {:>6} {:>8.2f} {:>8.2f} {:>+8.2f} {:>8.2f} {:>8.2f} {:>7.1f}% {:>7.1f}% {:>7.1f}%\n",
                        row.kind, row.lut.count, row.lut.mean, row.lut.max, row.lut.bias, row.mean_luts, row.ff.mean,
                        row.ff.exact, row.memory_exact, row.dsp_exact);
  return text;
}

json unit_error_json(const std::vector<unit_error_row>& rows) {
  json all = json::object();
  for (const unit_error_row& row : rows) {
    json lut = as_json(row.lut);
    lut["mean_luts"] = row.mean_luts;
    all[row.kind] = {{"lut", lut},
                     {"ff", as_json(row.ff)},
                     {"memory", {{"exact", row.memory_exact}}},
                     {"dsp", {{"exact", row.dsp_exact}}}};
  }
  return all;
}

}  // namespace spillway
