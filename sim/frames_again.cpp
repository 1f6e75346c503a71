// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/frames_again.h"

#include <algorithm>

#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// The scope whose sums decide whether a register gives something else than the exact sum.
limit_scope deciding_scope(const accumulator_format& format) {
  return format.overflow == overflow_mode::wrap ? limit_scope::final : format.scope;
}

/// The frames with a sum that does not fit its register, of the scope that `scope_of` names for it.
template <class ScopeOf>
std::vector<std::int64_t> frames_beyond(const dataflow& flow, const sum_profile& exact, const ScopeOf& scope_of) {
  std::vector<std::int64_t> frames;
  const std::size_t units = flow.units.size();
  std::vector<int> bits(units, integer_type::max_bits);
  std::vector<std::size_t> scope(units);
  for (std::size_t u = 0; u < units; ++u)
    if (const auto unit = dot_products_of(flow.units[u])) {
      bits[u] = unit->accumulator.bits;
      scope[u] = static_cast<std::size_t>(scope_of(unit->accumulator));
    }
  for (std::size_t f = 0; f < exact.frames; ++f)
    for (std::size_t u = 0; u < units; ++u)
      if (exact.frame_bits[f * units + u][scope[u]] > bits[u]) {
        frames.push_back(static_cast<std::int64_t>(f));
        break;
      }
  return frames;
}

}  // namespace

bool asks_for_partial_sums(const dataflow& flow) {
  return std::any_of(flow.units.begin(), flow.units.end(), [](const dataflow_unit& any) {
    const auto unit = dot_products_of(any);
    return unit && deciding_scope(unit->accumulator) != limit_scope::final;
  });
}

std::vector<std::int64_t> frames_that_can_differ(const dataflow& flow, const sum_profile& exact) {
  return frames_beyond(flow, exact, deciding_scope);
}

std::vector<std::int64_t> frames_that_overflow(const dataflow& flow, const sum_profile& exact) {
  return frames_beyond(flow, exact, [](const accumulator_format& format) { return format.scope; });
}

integer_tensor as_outputs_of(const dataflow& flow, const integer_tensor& exact, const char* refusal) {
  integer_tensor outputs = exact;
  outputs.type = output_format_of(flow).type;
  if (outputs.type.words() != exact.type.words()) throw config_error(refusal);
  return outputs;
}

integer_tensor frames_of(const integer_tensor& all, std::int64_t frames, std::span<const std::int64_t> which) {
  const std::int64_t words = std::ssize(all.words) / frames;
  integer_tensor some{all.type, all.shape, {}};
  some.shape[0] = all.shape[0] / frames * std::ssize(which);
  some.words.reserve(static_cast<std::size_t>(words * std::ssize(which)));
  for (const std::int64_t f : which)
    some.words.insert(some.words.end(), all.words.begin() + f * words, all.words.begin() + (f + 1) * words);
  return some;
}

void put_frames(integer_tensor& all, const integer_tensor& some, std::span<const std::int64_t> which) {
  if (which.empty()) return;
  const std::int64_t words = std::ssize(some.words) / std::ssize(which);
  for (std::size_t i = 0; i < which.size(); ++i)
    std::copy_n(some.words.begin() + static_cast<std::ptrdiff_t>(i) * words, words,
                all.words.begin() + which[i] * words);
}

}  // namespace spillway
