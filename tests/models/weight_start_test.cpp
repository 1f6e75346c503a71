// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/weight_start.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "spillway/models/quantize/a2q.h"
#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

double norm(const std::vector<double>& v) {
  return std::accumulate(v.begin(), v.end(), 0.0, [](double sum, double value) { return sum + std::abs(value); });
}

/// ||w - s * q||_2 of what a start quantizes to.
double error_of(const std::vector<double>& w, const weight_format& format, weight_start start) {
  const channel_parameters p = start_channel(w, format, start);
  std::vector<std::int64_t> q(w.size());
  weight_integers(p.v, p.d, p.t, format, q);
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i)
    sum += std::pow(w[i] - static_cast<double>(q[i]) * scale_from_log2(p.d), 2);
  return std::sqrt(sum);
}

}  // namespace

TEST_CASE("naive parameters keep the weights, and say their scale and norm") {
  const std::vector<double> w{127, -63.5, 0};
  const channel_parameters p = start_channel(w, {8, unsigned_type(1), 12}, weight_start::naive);
  CHECK(p.v == w);
  CHECK(p.d == 0);
  CHECK(p.t == std::log2(190.5));
  // Centred: 105.833.. -84.666.. -21.166..
  const weight_format plus{8, unsigned_type(1), 12, weight_method::a2q_plus};
  const channel_parameters c = start_channel(w, plus, weight_start::naive);
  CHECK(c.v == w);
  CHECK(c.d == doctest::Approx(std::log2((127 - 63.5 / 3) / 127)));
  CHECK(c.t == doctest::Approx(std::log2(2 * (127 - 63.5 / 3))));
}

TEST_CASE("the Euclidean starts fill the limit, and what is within it stays as it is") {
  const std::vector<double> w{1.5, -1, 0.25, 2};
  const weight_format narrow{8, unsigned_type(1), 5};  // T = 7.5
  const channel_parameters p = start_channel(w, narrow, weight_start::euclidean);
  CHECK(p.d == std::log2(2.0 / 127));
  CHECK(norm(p.v) == doctest::Approx(7.5 * 2 / 127));
  CHECK(p.t == doctest::Approx(std::log2(norm(p.v))));
  CHECK(start_channel(w, {8, unsigned_type(1), 32}, weight_start::euclidean).v == w);
  const weight_format plus{8, unsigned_type(1), 5, weight_method::a2q_plus};  // T+ = 30
  const channel_parameters c = start_channel(w, plus, weight_start::centred, -6);
  CHECK(c.d == -6);
  CHECK(norm(c.v) == doctest::Approx(30.0 / 64));
  CHECK(std::accumulate(c.v.begin(), c.v.end(), 0.0) == doctest::Approx(0));
}

TEST_CASE("projected starts quantize nearer to the weights than naive ones, and are certified") {
  std::mt19937_64 bits(37);
  std::normal_distribution<double> normal(0.01, 0.05);
  double naive = 0, euclidean = 0, plus_naive = 0, centred = 0;
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<double> w(256);
    for (double& value : w) value = normal(bits);
    const weight_format format{6, unsigned_type(4), 13};
    const weight_format plus{6, unsigned_type(4), 13, weight_method::a2q_plus};
    naive += error_of(w, format, weight_start::naive);
    euclidean += error_of(w, format, weight_start::euclidean);
    plus_naive += error_of(w, plus, weight_start::naive);
    centred += error_of(w, plus, weight_start::centred);
    const channel_parameters p = start_channel(w, plus, weight_start::centred);
    CHECK_NOTHROW(quantize(p.v, std::vector{p.d}, std::vector{p.t}, plus));
  }
  CHECK(euclidean < naive);
  CHECK(centred < plus_naive);
}

TEST_CASE("starts have names, and refuse what they can't start from") {
  for (const auto start : {weight_start::naive, weight_start::euclidean, weight_start::centred})
    CHECK(parse_weight_start(to_string(start)) == start);
  CHECK_THROWS_WITH_AS(parse_weight_start("euclid"), "there is no start euclid; nearest: euclidean", config_error);
  const weight_format format{8, unsigned_type(1), 12};
  CHECK_THROWS_AS(start_channel(std::vector<double>{}, format, weight_start::naive), input_error);
  CHECK_THROWS_AS(start_channel(std::vector{1.0, std::nan("")}, format, weight_start::naive), input_error);
  CHECK_THROWS_AS(start_channel(std::vector{1.0, 2.0}, format, weight_start::centred), config_error);
  // A channel of zeros has the least scale and the least norm, and becomes zeros.
  const channel_parameters zero = start_channel(std::vector{0.0, 0.0}, format, weight_start::euclidean);
  std::vector<std::int64_t> q(2);
  weight_integers(zero.v, zero.d, zero.t, format, q);
  CHECK(q == std::vector<std::int64_t>{0, 0});
}
