// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/greedy_rounding.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include "spillway/models/quantize/accumulator_budget.h"
#include "spillway/models/quantize/post_train_layer.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/draw.h"

using namespace spillway;
using spillway::testing::draw;

namespace {

using integers = std::vector<std::int64_t>;

/// Samples of correlated inputs of a type, and the same a little off.
struct sample_set {
  std::vector<float> x, r;
  input_moments moments;

  sample_set(std::mt19937_64& bits, std::int64_t columns, std::int64_t samples, integer_type input) : moments(columns) {
    std::int64_t value = 0;
    for (std::int64_t i = 0; i < samples * columns; ++i) {
      if (i % columns == 0 || bits() % 3 == 0) value = draw(bits, input.min64(), input.max64());
      x.push_back(static_cast<float>(value));
      r.push_back(static_cast<float>(value) + static_cast<float>(draw(bits, -10, 10)) / 50);
    }
    moments.add(x, r);
    moments.finish();
  }
};

std::vector<double> random_weights(std::mt19937_64& bits, std::int64_t count, double size) {
  std::normal_distribution<double> normal(0, size);
  std::vector<double> w(static_cast<std::size_t>(count));
  for (double& value : w) value = normal(bits);
  return w;
}

double error_of(const std::vector<double>& w, const integers& q, double scale, const input_moments& moments) {
  std::vector<double> changed;
  for (const std::int64_t value : q) changed.push_back(static_cast<double>(value) * scale);
  return moments.error(w, changed);
}

bool fits(const integers& q, integer_type input, const tiled_format& format) {
  const auto row = integer_tensor::from(signed_type(32), {1, static_cast<std::int64_t>(q.size())}, q);
  return certify_tiled(row, 0, input, format.tile).holds(format);
}

}  // namespace

TEST_CASE("the error of the moments is the mean over the samples") {
  std::mt19937_64 bits(53);
  const std::int64_t columns = 7, samples = 40;
  const sample_set of(bits, columns, samples, unsigned_type(3));
  const auto w = random_weights(bits, columns, 1), changed = random_weights(bits, columns, 1);
  double error = 0, power = 0;
  for (std::size_t i = 0; i < of.x.size(); i += static_cast<std::size_t>(columns)) {
    double y = 0, y_changed = 0;
    for (std::size_t k = 0; k < w.size(); ++k) {
      y += w[k] * static_cast<double>(of.r[i + k]);
      y_changed += changed[k] * static_cast<double>(of.x[i + k]);
    }
    error += std::pow(y - y_changed, 2) / static_cast<double>(samples);
    power += y * y / static_cast<double>(samples);
  }
  CHECK(of.moments.error(w, changed) == doctest::Approx(error));
  CHECK(of.moments.power(w) == doctest::Approx(power));
  CHECK(of.moments.samples == samples);
  // The best factor: no other leaves less, and the mean that misses is what centring takes out of the error.
  const double factor = of.moments.best_factor(w, changed);
  for (const double other : {0.0, factor * 0.99, factor * 1.01 + 1e-3}) {
    std::vector<double> best(changed), worse(changed);
    for (std::size_t k = 0; k < w.size(); ++k) {
      best[k] *= factor;
      worse[k] *= other;
    }
    CHECK(of.moments.error(w, best) <= of.moments.error(w, worse));
  }
  input_moments centred = of.moments;
  centred.centre();
  const double missing = of.moments.missing(w, changed);
  CHECK(centred.error(w, changed) == doctest::Approx(error - missing * missing));
  CHECK(std::abs(missing) > 1e-3);
}

TEST_CASE("each weight makes up for the errors before it, within what is left") {
  input_moments twins(2);  // two inputs that are always the same
  const std::vector<float> ones{1, 1};
  twins.add(ones, ones);
  twins.finish();
  const std::vector<double> w{0.4, 0.4};
  greedy_options options{{16, 2, 16}, unsigned_type(1)};
  CHECK(greedy_integers(w, 1, twins, options) == integers{0, 1});
  CHECK(greedy_integers(std::vector<double>{10.4, 3.4}, 1, twins, options) == integers{10, 4});
  options.accumulator = {4, 2, 4};  // 7 in all
  options.soft_threshold = false;
  CHECK(greedy_integers(std::vector<double>{10.4, 3.4}, 1, twins, options) == integers{7, 0});
  options.accumulator = {4, 1, 5};  // 7 in each tile, 15 in all
  CHECK(greedy_integers(std::vector<double>{10.4, 3.4}, 1, twins, options) == integers{7, 7});
  options.accumulator = {4, 1, 4};
  options.soft_threshold = true;  // 10.4 and 3.4 sum to 7 less 3.4 each; the second makes up for what is gone
  CHECK(greedy_integers(std::vector<double>{10.4, 3.4}, 1, twins, options) == integers{7, 0});
}

TEST_CASE("no input overflows what the greedy choice leaves, tiled or not, and sweeps never make it worse") {
  std::mt19937_64 bits(59);
  std::int64_t limited = 0, better = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const std::int64_t columns = draw(bits, 1, 40);
    const int width = static_cast<int>(draw(bits, 1, 4));
    const integer_type input = bits() % 2 == 0 ? unsigned_type(width) : signed_type(width + 1);
    const sample_set of(bits, columns, 60, input);
    const auto w = random_weights(bits, columns, 10);
    greedy_options options{
        {static_cast<int>(draw(bits, 4, 10)), columns, 0}, input, static_cast<int>(draw(bits, 2, 8))};
    options.accumulator.outer_bits = options.accumulator.inner_bits;
    if (trial % 2 == 0) options.accumulator = {options.accumulator.inner_bits, draw(bits, 1, columns), 11};
    options.soft_threshold = trial % 3 != 0;
    double last = std::numeric_limits<double>::infinity();
    for (const int sweeps : {0, 1, 2, 50}) {
      options.sweeps = sweeps;
      const integers q = greedy_integers(w, 1, of.moments, options);
      REQUIRE(fits(q, input, options.accumulator));
      for (const std::int64_t value : q) REQUIRE(std::abs(value) < std::int64_t{1} << (options.weight_bits - 1));
      const double error = error_of(w, q, 1, of.moments);
      REQUIRE(error <= last * (1 + 1e-9) + 1e-9);
      better += error < last * 0.999 && sweeps > 0 ? 1 : 0;
      last = error;
    }
    options.accumulator = {40, columns, 40};
    limited += error_of(w, greedy_integers(w, 1, of.moments, options), 1, of.moments) < last * 0.99 ? 1 : 0;
  }
  CHECK(limited > 200);
  CHECK(better > 100);
}

TEST_CASE("after the sweeps no single admitted change lowers the error") {
  std::mt19937_64 bits(61);
  for (int trial = 0; trial < 60; ++trial) {
    const std::int64_t columns = draw(bits, 2, 8);
    const sample_set of(bits, columns, 50, unsigned_type(2));
    const auto w = random_weights(bits, columns, 4);
    const greedy_options options{{7, columns, 7}, unsigned_type(2), 4, true, 1000};
    const integers q = greedy_integers(w, 1, of.moments, options);
    const double error = error_of(w, q, 1, of.moments);
    for (std::size_t k = 0; k < q.size(); ++k)
      for (std::int64_t value = -7; value <= 7; ++value) {
        integers other(q);
        other[k] = value;
        if (fits(other, unsigned_type(2), options.accumulator))
          REQUIRE(error_of(w, other, 1, of.moments) >= error - 1e-9 * (1 + error));
      }
  }
}

TEST_CASE("a channel that fits stays as it is, by every method, and one that does not is made to fit") {
  std::mt19937_64 bits(67);
  for (int trial = 0; trial < 200; ++trial) {
    const std::int64_t columns = draw(bits, 1, 50);
    const integer_type input = bits() % 2 == 0 ? unsigned_type(2) : signed_type(3);
    sample_set of(bits, columns, 100, input);
    of.moments.cross = of.moments.trained = of.moments.gram;  // the trained network's own inputs
    const float scale = 0.037F;
    std::vector<double> w;
    integers trained;
    for (std::int64_t k = 0; k < columns; ++k) {
      trained.push_back(draw(bits, -31, 31));
      w.push_back(static_cast<double>(trained.back()) * static_cast<double>(scale));
    }
    for (const auto method : {post_training_method::naive, post_training_method::euclidean,
                              post_training_method::two_sided, post_training_method::greedy})
      for (const int width : {24, 9, 6}) {
        post_training_options options{method, width};
        options.limit = trial % 2 == 0 ? norm_limit::published : norm_limit::tight;
        const fitted_channel plain = fit_channel({w, scale}, 6, input, of.moments, options);
        REQUIRE(fits(plain.integers, input, {width, columns, width}));
        REQUIRE(plain.scale == scale);
        if (width == 24) REQUIRE(plain.integers == trained);
        options.search_scale = true;
        const fitted_channel searched = fit_channel({w, scale}, 6, input, of.moments, options);
        REQUIRE(fits(searched.integers, input, {width, columns, width}));
        REQUIRE(searched.error <= plain.error);
        REQUIRE(searched.error ==
                doctest::Approx(error_of(w, searched.integers, static_cast<double>(searched.scale), of.moments)));
      }
  }
}

TEST_CASE("what post-training can't work with is refused") {
  input_moments moments(2);
  CHECK_THROWS_AS(moments.finish(), config_error);
  const std::vector<float> three(3), two(2), wild{0, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THROWS_AS(moments.add(three, three), config_error);
  CHECK_THROWS_AS(moments.add(two, std::vector<float>(4)), config_error);
  CHECK_THROWS_AS(moments.add(two, wild), input_error);
  CHECK_THROWS_AS(input_moments(0), config_error);
  CHECK_THROWS_AS(input_moments(8193), config_error);
  moments.add(two, two);
  moments.finish();
  const greedy_options options{{8, 2, 8}, unsigned_type(1)};
  CHECK_THROWS_AS(greedy_integers(std::vector<double>(3), 1, moments, options), config_error);
  CHECK_THROWS_AS(greedy_integers(std::vector<double>(2), 0, moments, options), config_error);
  CHECK_THROWS_AS(greedy_integers(std::vector<double>{0, std::nan("")}, 1, moments, options), input_error);
  // Inputs that are never seen: the weights are kept as far as they fit.
  CHECK(greedy_integers(std::vector<double>{3, -200}, 1, moments, options) == integers{3, -127});
  post_training_options bad;
  bad.accumulator_bits = 1;
  CHECK_THROWS_AS(validate(bad), config_error);
  bad = {.method = post_training_method::naive, .tiled = tiled_format{8, 2, 8}};
  CHECK_THROWS_AS(validate(bad), config_error);
  CHECK_THROWS_WITH_AS(parse_post_training_method("gready"), "there is no method gready; nearest: greedy",
                       config_error);
  for (const auto method : {post_training_method::naive, post_training_method::euclidean,
                            post_training_method::two_sided, post_training_method::greedy})
    CHECK(parse_post_training_method(to_string(method)) == method);
}
