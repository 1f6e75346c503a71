// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/multiprecision/cpp_int.hpp>

#include "spillway/models/streamline/streamliner.h"

// Padding with a real number: the integer that stands for it, or one of its own on a finer grid.

namespace spillway {

namespace {

/// Where the real number lies among the integers of a channel.
rational place_of(const bracket& real, const affine_step& meaning, std::int64_t channel) {
  return ((real - of_channel(meaning.offset, channel)) / of_channel(meaning.scale, channel)).low();
}

bool is_value(const big_int& n, integer_type type) {
  return type.fits_int64() && n >= min_value(type) && n <= max_value(type) && !(type.is_bipolar && n == 0);
}

}  // namespace

/// The integer that stands for `real` in every channel, if there is one.
std::optional<std::int64_t> streamliner::zero_of(const tensor_flow& from, const affine_step& meaning,
                                                 const bracket& real) const {
  for (std::int64_t c = 0; c < channels(from); ++c) {
    const bracket &scale = of_channel(meaning.scale, c), &offset = of_channel(meaning.offset, c);
    if (scale.is_zero()) refuse("pads a channel that is constant; right: one that is not");
    if (!((real - offset) / scale).is_exact())
      refuse(fmt::format("pads with {}, and the scale of its input is no fraction; right: a quantizer before it",
                         nearest_double(real)));
  }
  const rational zero = place_of(real, meaning, 0);
  for (std::int64_t c = 1; c < channels(from); ++c)
    if (place_of(real, meaning, c) != zero) return std::nullopt;
  if (denominator(zero) != 1 || !is_value(numerator(zero), m_draft.value(from.value).type)) return std::nullopt;
  return static_cast<std::int64_t>(numerator(zero));
}

/// The values q n - p, of which 0 is `real`: q steps where there was one. `meaning` becomes theirs.
int streamliner::regrid(const tensor_flow& from, affine_step& meaning, const bracket& real) {
  constexpr std::int64_t most_steps = 65535;
  const value_range all = range(from);
  std::vector<rational> places;
  big_int finer = 1;
  for (std::int64_t c = 0; c < channels(from); ++c) {
    places.push_back(place_of(real, meaning, c));
    finer = boost::multiprecision::lcm(finer, denominator(places.back()));
    if (finer > most_steps) break;
  }
  value_range made{0, 0};
  std::vector<big_int> shifts;
  for (const rational& place : places) {
    const big_int shift = numerator(rational(place * rational(finer)));
    shifts.push_back(shift);
    made.low = std::min(made.low, big_int(finer * all.low - shift));
    made.high = std::max(made.high, big_int(finer * all.high - shift));
  }
  if (made.high - made.low > most_steps || static_cast<std::int64_t>(shifts.size()) != channels(from))
    refuse(
        fmt::format("pads with {}, which no integer of its input stands for in every channel; right: a quantizer "
                    "that has it as a level",
                    nearest_double(real)));
  threshold_draft draft;
  draft.rows = channels(from);
  draft.steps = static_cast<std::int64_t>(big_int(made.high - made.low));
  draft.offset = static_cast<std::int64_t>(made.low);
  draft.type = smallest_type(made);
  draft.descending.assign(static_cast<std::size_t>(draft.rows), false);
  using kind = integer_condition::kind;
  for (const big_int& shift : shifts) {
    const big_int first = finer * all.low - shift, last = finer * all.high - shift;
    for (big_int level = made.low + 1; level <= made.high; ++level) {
      if (level <= first)
        draft.conditions.push_back({kind::always, 0});
      else if (level > last)
        draft.conditions.push_back({kind::never, 0});
      else
        draft.conditions.push_back({kind::from, least_at(bracket(rational(level + shift) / rational(finer)), true)});
    }
  }
  for (bracket& scale : meaning.scale) scale = scale / bracket(rational(finer));
  meaning.offset = {real};
  return m_draft.add_thresholds(m_node->name + "_zero", from.value, std::move(draft));
}

/// The value with `real` around it, if there is anything around it; `meaning` is then of what comes out.
int streamliner::padded_with(const tensor_flow& from, affine_step& meaning, const window_shape& around,
                             const bracket& real, std::int64_t stride_h, std::int64_t stride_w) {
  const bool inserts = stride_h > 1 || stride_w > 1;
  if (around.top == 0 && around.left == 0 && around.bottom == 0 && around.right == 0 && !inserts) return from.value;
  const std::optional<std::int64_t> zero = zero_of(from, meaning, real);
  return padded(zero ? from.value : regrid(from, meaning, real), around, zero.value_or(0), stride_h, stride_w);
}

}  // namespace spillway
