// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/l1_projection.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

using vector = std::vector<double>;
using projection = std::function<vector(std::span<const double>, double)>;

vector random_vector(std::mt19937_64& bits, std::size_t count) {
  std::normal_distribution<double> normal(0.2, 1);
  vector w(count);
  for (double& value : w) value = normal(bits);
  if (bits() % 4 == 0)  // ties, zeros
    for (double& value : w) value = std::round(2 * value) / 2;
  return w;
}

double dot(const vector& a, const vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

struct sums {
  double all = 0, positive = 0, negative = 0;
};

sums sums_of(const vector& v) {
  sums result;
  for (const double value : v) {
    result.all += value;
    (value > 0 ? result.positive : result.negative) += std::abs(value);
  }
  return result;
}

double distance(const vector& a, const vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

/// The corners of each set, scaled to a limit of 1 (2 for the centred ball).
using corners = std::vector<vector>;

corners ball_corners(std::size_t k) {
  corners result;
  for (std::size_t i = 0; i < k; ++i)
    for (const double sign : {1.0, -1.0}) {
      result.emplace_back(k);
      result.back()[i] = sign;
    }
  return result;
}

/// e_i - e_j
corners pair_corners(std::size_t k) {
  corners result{vector(k)};
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < k; ++j)
      if (i != j) {
        result.emplace_back(k);
        result.back()[i] = 1;
        result.back()[j] = -1;
      }
  return result;
}

corners two_sided_corners(std::size_t k) {
  corners result = pair_corners(k), single = ball_corners(k);
  result.insert(result.end(), single.begin(), single.end());
  return result;
}

/// The projection is the one point of a convex set from which no corner lies in the direction of w: <w - v, y - v> <= 0
/// for all of them. That is the whole of the KKT conditions, for a set that is the hull of its corners.
void check_optimal(const vector& w, const vector& v, double size, const corners& set) {
  vector residual(w);
  for (std::size_t i = 0; i < w.size(); ++i) residual[i] -= v[i];
  const double here = dot(residual, v);
  for (const vector& corner : set) REQUIRE(size * dot(residual, corner) <= here + 1e-9 * (1 + std::abs(here)));
}

/// The nearest point on a lattice of the set, by trying all of it: `admits` says what is in the set.
double nearest_on_lattice(const vector& w, double reach, int steps, const std::function<bool(const vector&)>& admits) {
  double best = std::numeric_limits<double>::infinity();
  vector y(w.size());
  const std::function<void(std::size_t)> visit = [&](std::size_t i) {
    if (i == w.size()) {
      if (admits(y)) best = std::min(best, distance(w, y));
      return;
    }
    for (int step = -steps; step <= steps; ++step) {
      y[i] = reach * step / steps;
      visit(i + 1);
    }
  };
  visit(0);
  return best;
}

bool in_ball(const vector& v, double z) {
  const sums s = sums_of(v);
  return s.positive + s.negative <= z + 1e-9;
}
bool in_centred_ball(const vector& v, double z) { return in_ball(v, z) && std::abs(sums_of(v).all) <= 1e-9; }
bool in_two_sided_ball(const vector& v, double h) {
  const sums s = sums_of(v);
  return s.positive <= h + 1e-9 && s.negative <= h + 1e-9;
}

}  // namespace

TEST_CASE("projections of small vectors, by hand") {
  CHECK(project_on_l1_ball(vector{3, -1, 0.5}, 2) == vector{2, 0, 0});
  CHECK(project_on_l1_ball(vector{3, -2}, 3) == vector{2, -1});
  CHECK(project_on_l1_ball(vector{3, -2}, 5) == vector{3, -2});
  // Centred 2 0 -2: 4 in all; a = 1, b = -1 leave 1 on each side.
  CHECK(project_on_centred_ball(vector{5, 3, 1}, 2) == vector{1, 0, -1});
  CHECK(project_on_centred_ball(vector{5, 3, 1}, 4) == vector{2, 0, -2});
  CHECK(project_on_centred_ball(vector{5, 3, 1}, 100) == vector{2, 0, -2});
  CHECK(project_on_centred_ball(vector{7}, 1) == vector{0});
  CHECK(project_on_two_sided_ball(vector{5, 3, -1, 0}, 4) == vector{3, 1, -1, 0});
  for (const projection& project :
       {projection(project_on_l1_ball), projection(project_on_centred_ball), projection(project_on_two_sided_ball)}) {
    CHECK(project(vector{3, -4, 2}, 0) == vector{0, 0, 0});
    CHECK(project(vector{}, 1).empty());
  }
}

TEST_CASE("each projection lies in its set and satisfies the KKT conditions") {
  std::mt19937_64 bits(23);
  std::int64_t inside = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    const vector w = random_vector(bits, 1 + bits() % 30);
    const double limit = std::exp2(static_cast<double>(bits() % 80) / 8 - 4);
    const vector ball = project_on_l1_ball(w, limit), centred = project_on_centred_ball(w, limit),
                 two_sided = project_on_two_sided_ball(w, limit);
    REQUIRE(in_ball(ball, limit));
    REQUIRE(in_centred_ball(centred, limit));
    REQUIRE(in_two_sided_ball(two_sided, limit));
    check_optimal(w, ball, limit, ball_corners(w.size()));
    check_optimal(w, centred, limit / 2, pair_corners(w.size()));
    check_optimal(w, two_sided, limit, two_sided_corners(w.size()));
    inside += ball == w ? 1 : 0;
  }
  CHECK(inside > 100);
  CHECK(inside < 2900);
}

TEST_CASE("no point of a fine lattice is nearer than the projection") {
  std::mt19937_64 bits(29);
  for (int trial = 0; trial < 40; ++trial) {
    const vector w = random_vector(bits, 2 + static_cast<std::size_t>(trial) % 2);
    const double limit = 0.5 + static_cast<double>(bits() % 20) / 8;
    const int steps = 24;
    const auto check = [&](const projection& project, bool (*admits)(const vector&, double)) {
      const double lattice = nearest_on_lattice(w, limit, steps, [&](const vector& y) { return admits(y, limit); });
      const double projected = distance(w, project(w, limit));
      CHECK(projected <= lattice + 1e-9);
      CHECK(lattice <= projected + 2 * limit / steps * static_cast<double>(w.size()));  // and it is that near
    };
    check(project_on_l1_ball, in_ball);
    check(project_on_centred_ball, in_centred_ball);
    check(project_on_two_sided_ball, in_two_sided_ball);
  }
}

TEST_CASE("projecting twice changes nothing, and nearer points stay nearer") {
  std::mt19937_64 bits(31);
  for (const projection& project :
       {projection(project_on_l1_ball), projection(project_on_centred_ball), projection(project_on_two_sided_ball)})
    for (int trial = 0; trial < 300; ++trial) {
      const std::size_t count = 1 + bits() % 50;
      const vector a = random_vector(bits, count), b = random_vector(bits, count);
      const double limit = static_cast<double>(bits() % 100) / 10;
      const vector pa = project(a, limit), pb = project(b, limit);
      REQUIRE(distance(pa, project(pa, limit)) <= 1e-12 * (1 + limit));
      REQUIRE(distance(pa, pb) <= distance(a, b) + 1e-12);
    }
}

TEST_CASE("what has no projection is refused") {
  for (const projection& project :
       {projection(project_on_l1_ball), projection(project_on_centred_ball), projection(project_on_two_sided_ball)}) {
    CHECK_THROWS_AS(project(vector{1, std::nan("")}, 1), input_error);
    CHECK_THROWS_AS(project(vector{1, 2}, -1), config_error);
    CHECK_THROWS_AS(project(vector{1, 2}, std::nan("")), config_error);
  }
}
