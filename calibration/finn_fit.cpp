// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/finn_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "spillway/calibration/described_units.h"
#include "spillway/calibration/least_squares.h"
#include "spillway/calibration/point_keys.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {

namespace {

using nlohmann::json;
using row = std::array<double, finn_terms>;

/// A point as the fit sees it: its terms, and what was counted.
struct sample {
  std::string sweep;
  row counts{};
  double counted = 0;
};

/// The least relative errors of the terms that are used.
row solve(const std::vector<const sample*>& samples, const std::vector<bool>& used) {
  std::vector<linear_sample> relative;
  for (const sample* of : samples) {
    relative.push_back({{of->counts.begin(), of->counts.end()}, 1});
    for (double& count : relative.back().terms) count /= of->counted;
  }
  row costs{};
  const std::vector<double> fitted = least_squares(relative, used);
  std::copy(fitted.begin(), fitted.end(), costs.begin());
  return costs;
}

/// Without costs below zero: the most negative term is left out until there is none.
row fit(const std::vector<const sample*>& samples) {
  std::vector<bool> used(finn_terms, true);
  for (;;) {
    const row costs = solve(samples, used);
    const auto least = std::min_element(costs.begin(), costs.end());
    if (*least >= 0) return costs;
    used[static_cast<std::size_t>(least - costs.begin())] = false;
  }
}

double price(const row& costs, const sample& of) {
  double sum = 0;
  for (std::size_t i = 0; i < finn_terms; ++i) sum += costs[i] * of.counts[i];
  return sum;
}

/// Each sample's error under a fit to those that `differs` says are others.
error_summary left_out(const std::vector<sample>& all,
                       const std::function<bool(const sample&, const sample&)>& differs) {
  std::vector<double> errors;
  for (const sample& of : all) {
    std::vector<const sample*> others;
    for (const sample& other : all)
      if (differs(of, other)) others.push_back(&other);
    errors.push_back(error_of(price(fit(others), of), of.counted));
  }
  return summary_of(std::move(errors));
}

finn_fit fit_all(const std::vector<sample>& all) {
  if (all.empty()) throw input_error("there are no counts of matrix units; right: the published points");
  std::vector<const sample*> every;
  every.reserve(all.size());
  for (const sample& of : all) every.push_back(&of);
  return {fit(every), left_out(all, [](const sample& a, const sample& b) { return &a != &b; }),
          left_out(all, [](const sample& a, const sample& b) { return a.sweep != b.sweep; })};
}

template <class Terms>
std::vector<sample> samples_of(const std::vector<vivado_point>& points, finn_library library, const Terms& terms_of,
                               double vivado_point::*counted) {
  std::vector<sample> samples;
  for (const vivado_point& point : points) {
    const auto dot = dot_products_of(point.unit);
    if (!dot || point.library != library) continue;
    sample of{point.sweep, {}, point.*counted};
    const auto terms = terms_of(*dot);
    for (std::size_t i = 0; i < finn_terms; ++i) of.counts[i] = terms[i].count;
    samples.push_back(std::move(of));
  }
  return samples;
}

vivado_point point_of(const json& object) {
  vivado_point point;
  point.name = object.at("name");
  const std::string hardware = object.at("hardware");
  if (hardware != "finn-hls" && hardware != "finn-rtl")
    throw input_error(fmt::format("hardware = {}; right: finn-hls or finn-rtl", hardware));
  point.library = hardware == "finn-hls" ? finn_library::hls : finn_library::rtl;
  const std::size_t first = point.name.find('/') + 1;
  point.sweep = point.name.substr(first, point.name.find_first_of("_0123456789", first) - first);
  point.luts = object.at("lut");
  point.ff = object.at("ff");
  point_keys keys(object.at("unit"));
  point.unit = described_unit(keys, keys.text("unit", ""));
  return point;
}

}  // namespace

std::vector<vivado_point> read_vivado_points(const std::filesystem::path& file) {
  std::vector<vivado_point> points;
  std::istringstream lines(read_file(file, 1 << 24));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    try {
      const json object = json::parse(line);
      if (object.at("unit").at("unit") == "stream") continue;
      points.push_back(point_of(object));
    } catch (const json::exception& wrong) {
      throw input_error(fmt::format("{}:{}: not a count: {}", file.string(), number, wrong.what()));
    } catch (const error& wrong) {
      throw input_error(fmt::format("{}:{}: {}", file.string(), number, wrong.what()));
    }
  }
  return points;
}

finn_fit fit_luts(const std::vector<vivado_point>& points, finn_library library) {
  return fit_all(samples_of(points, library, lut_terms, &vivado_point::luts));
}

finn_fit fit_ff(const std::vector<vivado_point>& points, finn_library library) {
  return fit_all(samples_of(points, library, ff_terms, &vivado_point::ff));
}

}  // namespace spillway
