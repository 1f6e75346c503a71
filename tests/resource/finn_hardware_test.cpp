// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "spillway/calibration/finn_fit.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/bands.h"
#include "spillway/resource/cost.h"
#include "spillway/resource/finn_units/fitted_finn.h"
#include "spillway/resource/finn_units/price.h"
#include "spillway/tests/resource/matrix_unit.h"

// FINN's hardware as Vivado counts it: what its matrix units are made of, and the fit.

using namespace spillway;
namespace fs = std::filesystem;

namespace {

mvau streamed(int pe, int simd, integer_type weight, integer_type input) {
  mvau unit = testing::matrix_unit(16);
  unit.weights = integer_tensor::zeros(weight, {16, 64});
  unit.input_type = input;
  unit.pe = pe;
  unit.simd = simd;
  return unit;
}

double count_of(const mvau& unit, const std::string& term) {
  for (const finn_term& one : lut_terms(*dot_products_of(dataflow_unit(unit))))
    if (one.name == term) return one.count;
  FAIL("no term " << term);
  return 0;
}

/// Lines of points whose counts are `costs` times the terms, exactly.
fs::path points_with(const std::array<double, finn_terms>& costs) {
  const fs::path file = fs::temp_directory_path() / "spillway-vivado-points.jsonl";
  std::ofstream out(file);
  for (const int pe : {1, 2, 4, 8})
    for (const int simd : {2, 4, 8, 64})
      for (const auto& [kind, weight, input] : {std::tuple{"std", "INT4", "UINT4"}, std::tuple{"pm", "BIPOLAR", "INT4"},
                                                std::tuple{"x", "BIPOLAR", "UINT1"}}) {
        mvau unit = streamed(pe, simd, parse_integer_type(weight), parse_integer_type(input));
        const auto terms = lut_terms(*dot_products_of(dataflow_unit(unit)));
        double luts = 0;
        for (std::size_t i = 0; i < finn_terms; ++i) luts += costs[i] * terms[i].count;
        out << fmt::format(R"({{"name":"finn-hls/{}_{}_{}","hardware":"finn-hls","lut":{},"ff":{},"unit":{{)"
                           R"("unit":"mvau","mh":16,"mw":64,"pe":{},"simd":{},"weight":"{}","input":"{}",)"
                           R"("accumulator":"16:wrap:per_cycle"}}}})"
                           "\n",
                           kind, pe, simd, luts, luts, pe, simd, weight, input);
      }
  return file;
}

}  // namespace

TEST_CASE(
    "the terms of FINN's matrix unit: lanes by what they multiply, and a buffer where a vector is several words") {
  const mvau products = streamed(4, 8, signed_type(4), unsigned_type(3));
  CHECK(count_of(products, "products") == 4 * 8 * 4 * 3);
  CHECK(count_of(products, "lanes by one bit") == 0);
  CHECK(count_of(products, "input buffer") == 64 * 3);
  CHECK(count_of(products, "buffer words") == 8);
  const mvau signs = streamed(4, 8, bipolar_type(), unsigned_type(3));
  CHECK(count_of(signs, "lanes by one bit") == 4 * 8 * 3);
  CHECK(count_of(signs, "products") == 0);
  CHECK(count_of(streamed(2, 8, bipolar_type(), bipolar_type()), "XNOR lanes") == 16);
  CHECK(count_of(streamed(2, 64, signed_type(4), unsigned_type(4)), "input buffer") == 0);
}

TEST_CASE("the fit finds the costs that counts were made with, and then nothing is off") {
  const std::array<double, finn_terms> costs{120, 6, 2.5, 2, 1.5, 0.3, 1};
  const finn_fit fit = fit_luts(read_vivado_points(points_with(costs)), finn_library::hls);
  for (std::size_t i = 0; i < finn_terms; ++i) CHECK(fit.costs[i] == doctest::Approx(costs[i]).epsilon(1e-6));
  CHECK(fit.one_out.count == 48);
  CHECK(fit.one_out.max < 1e-6);
  // A sweep is the only one of its kind of product here: what its lanes cost is not known without it.
  CHECK(fit.sweep_out.max > 1);
  CHECK_THROWS_WITH_AS(fit_luts(read_vivado_points(points_with(costs)), finn_library::rtl),
                       "there are no counts of matrix units; right: the published points", input_error);
}

TEST_CASE("a count that is none is named with file and line") {
  const fs::path file = fs::temp_directory_path() / "spillway-vivado-wrong.jsonl";
  std::ofstream(file) << R"({"name":"a/b_1","hardware":"vhdl","lut":1,"ff":1,"unit":{"unit":"mvau"}})"
                      << "\n";
  CHECK_THROWS_WITH_AS(read_vivado_points(file),
                       (file.string() + ":1: hardware = vhdl; right: finn-hls or finn-rtl").c_str(), input_error);
}

TEST_CASE("the constants are those that the published counts give; if not: tools/fit-costs") {
  const fs::path file = fs::path(SPILLWAY_SOURCE_DIR) / "../shared/data/vivado/points.jsonl";
  if (!fs::exists(file)) {
    MESSAGE("skipped: " << file.string() << " is not there");
    return;
  }
  const std::vector<vivado_point> points = read_vivado_points(file);
  const auto holds = [](const finn_costs& stored, const finn_fit& fit) {
    for (std::size_t i = 0; i < finn_terms; ++i) CHECK(stored.each[i] == doctest::Approx(fit.costs[i]).epsilon(1e-3));
    CHECK(stored.one_out.mean == doctest::Approx(fit.one_out.mean).epsilon(1e-2));
    CHECK(stored.sweep_out.mean == doctest::Approx(fit.sweep_out.mean).epsilon(1e-2));
  };
  holds(fitted_finn::hls_luts, fit_luts(points, finn_library::hls));
  holds(fitted_finn::hls_ff, fit_ff(points, finn_library::hls));
  holds(fitted_finn::rtl_luts, fit_luts(points, finn_library::rtl));
  holds(fitted_finn::rtl_ff, fit_ff(points, finn_library::rtl));
  CHECK(fitted_finn::hls_luts.one_out.mean <= 8);
  CHECK(fitted_finn::hls_ff.one_out.mean <= 12);
  CHECK(fitted_finn::rtl_luts.one_out.mean <= 12);
}

TEST_CASE("FINN's HLS unit keeps its input in flip-flops, and a unit with a known error has a band") {
  const unit_cost cost = finn_units_cost(dataflow_unit(testing::matrix_unit(16)), finn_library::hls);
  CHECK(find_term(*cost.ff, "input buffer").amount == doctest::Approx(64 * 4).epsilon(0.1));
  double sum = 0;
  for (const cost_term& leaf : leaves(cost.luts)) sum += leaf.amount;
  CHECK(sum == doctest::Approx(cost.luts.amount));
  CHECK(cost.is_calibrated);
  const auto band = lut_band(cost);
  REQUIRE(band);
  CHECK(band->low < cost.luts.amount);
  CHECK(band->high > cost.luts.amount);
}

TEST_CASE("a kind without a count has no band, and its source says so") {
  width_converter unit;
  unit.name = "StreamingDataWidthConverter_0";
  unit.type = unsigned_type(8);
  unit.from = 1;
  unit.to = 27;
  unit.elements = 24300;
  const unit_cost cost = finn_units_cost(dataflow_unit(unit), finn_library::rtl);
  CHECK_FALSE(cost.is_calibrated);
  CHECK_FALSE(lut_band(cost));
  CHECK(cost.ff->amount == 231);  // as Vivado counts it
  CHECK(leaves(cost.luts).front().source.find("a stated rule") != std::string::npos);
}
