// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/site_shares.h"

#include <fmt/format.h>

#include "spillway/calibration/least_squares.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/estimate.h"

namespace spillway {

namespace {

constexpr std::size_t kinds = 4;

/// LUTs that stand alone, by kind of part, and the places of carry chains.
struct logic {
  std::array<double, kinds> lone{};
  double chained = 0;
};

logic logic_of(const dataflow_unit& unit) {
  logic of;
  for (const priced_part& part : estimate(unit).parts) {
    of.lone.at(static_cast<std::size_t>(part.group)) += lone_luts(part);
    of.chained += part.amount.chained;
  }
  return of;
}

}  // namespace

std::array<double, 4> fitted_site_shares(const std::vector<measured_unit>& calibration) {
  std::vector<linear_sample> samples;
  for (const measured_unit& of : calibration) {
    const double truth = of.counted.sites - of.counted.lutram - of.counted.srl;
    if (truth <= 0) continue;
    const logic modelled = logic_of(of.unit);
    linear_sample& sample =
        samples.emplace_back(linear_sample{{modelled.lone.begin(), modelled.lone.end()}, 1 - modelled.chained / truth});
    for (double& luts : sample.terms) luts /= truth;
    // Those of control share none: fitted like the others they come to a little more than a site each.
    sample.value -= sample.terms.back();
    sample.terms.pop_back();
  }
  if (samples.empty())
    throw config_error("no calibration result has a count of sites; right: make them with synthesise");
  const std::vector<double> fitted = least_squares(samples);
  std::array<double, kinds> shares{1, 1, 1, 1};
  for (std::size_t i = 0; i < fitted.size(); ++i)
    if (fitted[i] != 0) shares[i] = fitted[i];
  return shares;
}

std::string site_shares_line(const std::array<double, 4>& shares) {
  return fmt::format("inline constexpr std::array<double, 4> site_shares{{{:.2f}, {:.2f}, {:.2f}, {:.2f}}};\n",
                     shares[0], shares[1], shares[2], shares[3]);
}

}  // namespace spillway
