// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/reduced_sums.h"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>
#include <torch/autograd.h>

#include <cmath>
#include <random>

#include "spillway/train/cyclic_activation.h"

using namespace spillway;

namespace {

struct example {
  torch::Tensor y, s, e;  ///< float32: z * s, s, and what comes back

  /// Sums up to about twice the register's range, a few on its ends and on the reduction's knee.
  example(const std::vector<std::int64_t>& shape, int bits, unsigned seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    y = torch::empty(shape, torch::kFloat);
    s = torch::empty({shape[1]}, torch::kFloat);
    e = torch::empty(shape, torch::kFloat);
    for (std::int64_t c = 0; c < shape[1]; ++c)
      s.data_ptr<float>()[c] = static_cast<float>(std::exp2(normal(random) - 4));
    const std::int64_t positions = y.numel() / shape[0] / shape[1], half = std::int64_t{1} << (bits - 1);
    const std::int64_t special[] = {half, half - 1, -half, -half - 1, half * 2 / 3, -half * 2 / 3, 0};
    for (std::int64_t i = 0; i < y.numel(); ++i) {
      const double drawn = std::nearbyint(normal(random) * static_cast<double>(half));
      const double z = i % 5 == 0 ? static_cast<double>(special[i / 5 % 7]) : drawn;
      y.data_ptr<float>()[i] = static_cast<float>(z) * s.data_ptr<float>()[i / positions % shape[1]];
      e.data_ptr<float>()[i] = static_cast<float>(normal(random));
    }
  }
};

torch::Tensor by_channel(const torch::Tensor& s, const torch::Tensor& y) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(y.dim()), 1);
  shape[1] = s.numel();
  return s.reshape(shape);
}

/// |a - b| is at most 1e-6 of what a's terms may sum to.
bool is_close(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& size) {
  return ((a.to(torch::kDouble) - b).abs() <= 1e-6 * size + 1e-12).all().item<bool>();
}

}  // namespace

TEST_CASE("reduced sums, their penalty and the gradients of both are those of the formulas in double precision") {
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{40, 7}, {5, 3, 6, 7}})
    for (const int bits : {4, 8, 12})
      for (const std::int64_t slope : {1, 2, 16}) {
        CAPTURE(bits);
        CAPTURE(slope);
        example of(shape, bits, static_cast<unsigned>(bits));
        const cyclic_reduction reduction{bits, slope};
        const wrapnet_options same{bits, static_cast<double>(slope), 0};
        auto y = of.y.clone().requires_grad_(true), s = of.s.clone().requires_grad_(true);
        const reduced_sums found = reduce_sums(y, s, reduction);
        ((found.values * of.e).sum().to(torch::kDouble) + 0.7 * found.penalty).backward();

        auto exact_y = of.y.to(torch::kDouble).requires_grad_(true),
             exact_s = of.s.to(torch::kDouble).requires_grad_(true);
        const auto quotient = exact_y / by_channel(exact_s, exact_y);
        const auto z = quotient + (torch::round(quotient) - quotient).detach();
        const auto values = cyclic_activation(z, same) * by_channel(exact_s, exact_y);
        // At |z| = 2^(P-1) - 1 either slope would be one; ours is 0.
        const double half = std::exp2(bits - 1);
        const auto penalty = ((z.abs() - (half - 1)) / half).relu().mean();
        CHECK(penalty.item<double>() == overflow_penalty(z, same).item<double>());
        ((values * of.e.to(torch::kDouble)).sum() + 0.7 * penalty).backward();

        const auto size = z.detach().abs() * by_channel(of.s, of.y).to(torch::kDouble);
        CHECK(is_close(found.values, values, size));
        CHECK(found.penalty.item<double>() == doctest::Approx(penalty.item<double>()).epsilon(1e-9));
        CHECK(is_close(y.grad(), exact_y.grad(), exact_y.grad().abs()));
        const auto terms =
            (of.e.to(torch::kDouble).abs() * (z.detach().abs() + std::exp2(bits)) * static_cast<double>(slope + 1));
        CHECK(is_close(s.grad(), exact_s.grad(), terms.transpose(0, 1).flatten(1).sum(1)));
        const auto m = z.detach();
        CHECK(found.overflowing == ((m < -half) | (m >= half)).sum().item<std::int64_t>());
        CHECK(found.overflowing > 10);
      }
}

TEST_CASE("reduced sums do not depend on the threads") {
  const example of({6, 9, 11, 5}, 8, 3);
  const int threads = at::get_num_threads();
  std::vector<torch::Tensor> seen;
  for (const int count : {1, 2, threads}) {
    at::set_num_threads(count);
    auto y = of.y.clone().requires_grad_(true), s = of.s.clone().requires_grad_(true);
    const reduced_sums found = reduce_sums(y, s, {8, 2});
    ((found.values * of.e).sum().to(torch::kDouble) + found.penalty).backward();
    if (seen.empty()) seen = {found.penalty.detach(), y.grad(), s.grad()};
    CHECK(torch::equal(seen[0], found.penalty));
    CHECK(torch::equal(seen[1], y.grad()));
    CHECK(torch::equal(seen[2], s.grad()));
  }
  at::set_num_threads(threads);
}
