// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/network/real_products.h"

#include <algorithm>
#include <cstring>

// One binary, the best code of the processor that runs it. Multiplications and additions stay apart
// (-ffp-contract=off), so that the results are the same on all. Sanitizers and clang take the plain version.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SPILLWAY_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SPILLWAY_CLONES
#endif

namespace spillway {

namespace {

template <class Real>
struct lanes {
  static constexpr std::int64_t count = 64 / sizeof(Real);
  typedef Real vector __attribute__((vector_size(64)));
};

// Vectors are passed by reference alone: by value, they would need an ABI that not every target has.
template <class Vector, class Real>
[[gnu::always_inline]] inline void load(const Real* from, Vector& to) {
  std::memcpy(&to, from, sizeof to);
}

template <class Vector, class Real>
[[gnu::always_inline]] inline void store(const Vector& from, std::int64_t count, Real* to) {
  std::memcpy(to, &from, static_cast<std::size_t>(count) * sizeof(Real));
}

/// 4 rows, two vectors of places. Sums are named one by one: an array of them would be kept in memory (g++ 12).
template <class Real>
[[gnu::always_inline]] inline void four_rows(const real_products<Real>& of, std::int64_t row, std::int64_t place) {
  using vector = typename lanes<Real>::vector;
  constexpr std::int64_t width = lanes<Real>::count;
  const std::int64_t count = std::ssize(of.offsets);
  const Real *w0 = of.weights + row * count, *w1 = w0 + count, *w2 = w1 + count, *w3 = w2 + count;
  vector a0{}, a1{}, a2{}, a3{}, b0{}, b1{}, b2{}, b3{};
  for (std::int64_t k = 0; k < count; ++k) {
    vector first, second;
    load(of.x + of.offsets[static_cast<std::size_t>(k)] + place, first);
    load(of.x + of.offsets[static_cast<std::size_t>(k)] + place + width, second);
    a0 += w0[k] * first, b0 += w0[k] * second;
    a1 += w1[k] * first, b1 += w1[k] * second;
    a2 += w2[k] * first, b2 += w2[k] * second;
    a3 += w3[k] * first, b3 += w3[k] * second;
  }
  const std::int64_t in_first = std::min(width, of.places - place);
  const std::int64_t in_second = std::clamp<std::int64_t>(of.places - place - width, 0, width);
  Real* y = of.y + row * of.pitch + place;
  store(a0, in_first, y), store(b0, in_second, y + width);
  store(a1, in_first, y + of.pitch), store(b1, in_second, y + of.pitch + width);
  store(a2, in_first, y + 2 * of.pitch), store(b2, in_second, y + 2 * of.pitch + width);
  store(a3, in_first, y + 3 * of.pitch), store(b3, in_second, y + 3 * of.pitch + width);
}

template <class Real>
[[gnu::always_inline]] inline void one_row(const real_products<Real>& of, std::int64_t row, std::int64_t place) {
  using vector = typename lanes<Real>::vector;
  const std::int64_t count = std::ssize(of.offsets);
  const Real* weights = of.weights + row * count;
  vector sum{};
  for (std::int64_t k = 0; k < count; ++k) {
    vector x;
    load(of.x + of.offsets[static_cast<std::size_t>(k)] + place, x);
    sum += weights[k] * x;
  }
  store(sum, std::min(lanes<Real>::count, of.places - place), of.y + row * of.pitch + place);
}

template <class Real>
[[gnu::always_inline]] inline void all_rows(const real_products<Real>& of) {
  std::int64_t row = 0;
  for (; row + 4 <= of.rows; row += 4)
    for (std::int64_t place = 0; place < of.places; place += 2 * lanes<Real>::count) four_rows(of, row, place);
  for (; row < of.rows; ++row)
    for (std::int64_t place = 0; place < of.places; place += lanes<Real>::count) one_row(of, row, place);
}

}  // namespace

SPILLWAY_CLONES void multiply(const real_products<float>& of) { all_rows(of); }
SPILLWAY_CLONES void multiply(const real_products<double>& of) { all_rows(of); }

}  // namespace spillway
