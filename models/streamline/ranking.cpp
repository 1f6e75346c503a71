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

bool fits(const big_int& factor, const big_int& term, integer_type type) {
  const big_int most = big_int(1) << (most_key_bits - 1), low = min_value(type), high = max_value(type);
  return abs(big_int(factor * low + term)) < most && abs(big_int(factor * high + term)) < most;
}

/// Channels one behind the other that stand for the same numbers.
struct channel_run {
  rational scale, offset;
  std::int64_t count = 1;
};

/// None, if a number is not known exactly.
std::optional<std::vector<channel_run>> runs_of(const affine_step& meaning, std::int64_t channels) {
  std::vector<channel_run> runs;
  for (std::int64_t c = 0; c < channels; ++c) {
    const bracket &scale = of_channel(meaning.scale, c), &offset = of_channel(meaning.offset, c);
    if (!scale.is_exact() || !offset.is_exact()) return std::nullopt;
    if (c > 0 && scale == of_channel(meaning.scale, c - 1) && offset == of_channel(meaning.offset, c - 1))
      ++runs.back().count;
    else
      runs.push_back({scale.low(), offset.low()});
  }
  return runs;
}

}  // namespace

bool ranking::is_plain() const {
  return has_no_terms() && std::all_of(factor.begin(), factor.end(), [](const big_int& f) { return f == 1; });
}

bool ranking::has_no_terms() const {
  return std::all_of(term.begin(), term.end(), [](const big_int& t) { return t == 0; });
}

std::optional<ranking> ranking_of(const affine_step& meaning, std::int64_t channels, integer_type type) {
  const std::optional<std::vector<channel_run>> runs = runs_of(meaning, channels);
  if (!runs) return std::nullopt;
  rational step = 0, least = runs->front().offset;
  for (const channel_run& run : *runs) {
    step = greatest_divisor(step, run.scale);
    if (run.offset < least) least = run.offset;
  }
  if (step == 0) step = 1;
  std::vector<rational> parts, sorted;
  std::vector<big_int> wholes;
  for (const channel_run& run : *runs) {
    const rational steps = (run.offset - least) / step;
    wholes.push_back(floor(steps));
    parts.push_back(steps - rational(wholes.back()));
  }
  sorted = parts;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const big_int ranks = static_cast<std::int64_t>(sorted.size());
  ranking keys;
  for (std::size_t r = 0; r < runs->size(); ++r) {
    const channel_run& run = (*runs)[r];
    const auto rank = std::lower_bound(sorted.begin(), sorted.end(), parts[r]) - sorted.begin();
    const big_int factor = numerator(rational(run.scale / step)) * ranks,
                  term = wholes[r] * ranks + static_cast<std::int64_t>(rank);
    if (!fits(factor, term, type)) return std::nullopt;
    keys.factor.insert(keys.factor.end(), static_cast<std::size_t>(run.count), factor);
    keys.term.insert(keys.term.end(), static_cast<std::size_t>(run.count), term);
  }
  return keys;
}

}  // namespace spillway
