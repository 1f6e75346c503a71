// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/ranking.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <iterator>

#include "spillway/models/numbers/big_int.h"

namespace spillway {

namespace {

rational greatest_divisor(const rational& a, const rational& b) {
  if (a == 0) return abs(b);
  if (b == 0) return abs(a);
  const big_int of = boost::multiprecision::gcd(numerator(a) * denominator(b), numerator(b) * denominator(a));
  return rational(of) / rational(big_int(denominator(a) * denominator(b)));
}

bool fits(const ranking& keys, integer_type type) {
  const big_int most = big_int(1) << (most_key_bits - 1), low = min_value(type), high = max_value(type);
  for (std::size_t c = 0; c < keys.factor.size(); ++c)
    for (const big_int& n : {low, high})
      if (abs(big_int(keys.factor[c] * n + keys.term[c])) >= most) return false;
  return true;
}

}  // namespace

bool ranking::is_plain() const {
  return has_no_terms() && std::all_of(factor.begin(), factor.end(), [](const big_int& f) { return f == 1; });
}

bool ranking::has_no_terms() const {
  return std::all_of(term.begin(), term.end(), [](const big_int& t) { return t == 0; });
}

std::optional<ranking> ranking_of(const affine_step& meaning, std::int64_t channels, integer_type type) {
  std::vector<rational> scale, offset;
  rational step = 0;
  for (std::int64_t c = 0; c < channels; ++c) {
    const bracket &s = of_channel(meaning.scale, c), &o = of_channel(meaning.offset, c);
    if (!s.is_exact() || !o.is_exact()) return std::nullopt;
    scale.push_back(s.low());
    offset.push_back(o.low());
    step = greatest_divisor(step, scale.back());
  }
  if (step == 0) step = 1;
  const rational least = *std::min_element(offset.begin(), offset.end());
  std::vector<rational> parts, sorted;
  std::vector<big_int> wholes;
  for (const rational& o : offset) {
    const rational steps = (o - least) / step;
    wholes.push_back(floor(steps));
    parts.push_back(steps - rational(wholes.back()));
  }
  sorted = parts;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const big_int ranks = static_cast<std::int64_t>(sorted.size());
  ranking keys;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const auto rank = std::lower_bound(sorted.begin(), sorted.end(), parts[c]) - sorted.begin();
    keys.factor.push_back(numerator(rational(scale[c] / step)) * ranks);
    keys.term.push_back(wholes[c] * ranks + static_cast<std::int64_t>(rank));
  }
  if (!fits(keys, type)) return std::nullopt;
  return keys;
}

}  // namespace spillway
