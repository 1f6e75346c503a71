// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/site_shares.h"

#include <fmt/format.h>

#include "spillway/calibration/least_squares.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/estimate.h"

namespace spillway {

namespace {

constexpr std::size_t kinds = std::tuple_size_v<decltype(site_shares::of)>;
constexpr auto control = static_cast<std::size_t>(priced_part::kind::control);

/// LUTs that stand alone, and the places of carry chains.
struct logic {
  std::array<double, kinds> lone{};  ///< by kind of part, of five inputs at most
  double six_inputs = 0, chained = 0;
};

logic logic_of(const dataflow_unit& unit) {
  logic of;
  for (const priced_part& part : estimate(unit).parts) {
    const double wide = six_input_luts(part);
    of.lone.at(static_cast<std::size_t>(part.group)) += lone_luts(part) - wide;
    of.six_inputs += wide;
    of.chained += part.amount.chained;
  }
  return of;
}

}  // namespace

site_shares fitted_site_shares(const std::vector<measured_unit>& calibration) {
  std::vector<linear_sample> samples;
  for (const measured_unit& of : calibration) {
    const double truth = of.counted.sites - of.counted.lutram - of.counted.srl;
    if (truth <= 0) continue;
    const logic modelled = logic_of(of.unit);
    // Those of control share none: fitted like the others they come to a little more than a site each.
    linear_sample& sample =
        samples.emplace_back(linear_sample{{}, 1 - (modelled.chained + modelled.lone[control]) / truth});
    for (std::size_t kind = 0; kind < control; ++kind) sample.terms.push_back(modelled.lone[kind] / truth);
    sample.terms.push_back(modelled.six_inputs / truth);
  }
  if (samples.empty())
    throw config_error("no calibration result has a count of sites; right: make them with synthesise");
  const std::vector<double> fitted = least_squares(samples);
  site_shares shares{{fitted[0], fitted[1], fitted[2], 1}, fitted[3]};
  for (double* share : {&shares.of[0], &shares.of[1], &shares.of[2], &shares.six_inputs})
    if (*share == 0) *share = 1;  // no unit has any
  return shares;
}

std::string site_shares_lines(const site_shares& shares) {
  return fmt::format(
      "inline constexpr std::array<double, 4> site_shares{{{:.2f}, {:.2f}, {:.2f}, {:.2f}}};\n"
      "inline constexpr double six_input_sites = {:.2f};\n",
      shares.of[0], shares.of[1], shares.of[2], shares.of[3], shares.six_inputs);
}

}  // namespace spillway
