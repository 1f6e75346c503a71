// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/exact_pass.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "spillway/explore/study/open_registers.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/frames_again.h"

namespace spillway {

namespace {

integer_tensor frame_range(const integer_tensor& inputs, std::int64_t frames, std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> which(static_cast<std::size_t>(to - from));
  std::iota(which.begin(), which.end(), from);
  return frames_of(inputs, frames, which);
}

/// Puts the frames of `rest` behind those of `first`; of sums before the last one those of `first` stay alone.
void append(sum_profile& first, sum_profile&& rest) {
  first.outputs.words.insert(first.outputs.words.end(), rest.outputs.words.begin(), rest.outputs.words.end());
  first.outputs.shape[0] += rest.outputs.shape[0];
  first.frame_bits.insert(first.frame_bits.end(), rest.frame_bits.begin(), rest.frame_bits.end());
  first.frames += rest.frames;
  for (std::size_t u = 0; u < first.units.size(); ++u)
    for (std::size_t channel = 0; channel < first.units[u].size(); ++channel) {
      channel_sums finished;
      finished.of(limit_scope::final) = rest.units[u][channel].of(limit_scope::final);
      first.units[u][channel].add(finished);
    }
}

}  // namespace

lowering_options with_exact_registers(lowering_options choices) {
  choices.registers = {{"", register_choice(register_policy::certified, {})}};
  for (auto& [name, unit] : choices.units) unit.accumulator.reset();
  choices.defaults.accumulator.reset();
  return choices;
}

std::optional<sum_profile> run_exact_pass(const dataflow& flow, const integer_tensor& inputs,
                                          const exact_options& options) {
  const std::int64_t frames = count_frames(flow, inputs), counted = std::min(options.counted, frames);
  const auto run = [&](const integer_tensor& some, bool partial, std::int64_t before) -> std::optional<sum_profile> {
    profile_options how{partial, options.threads, {}};
    if (options.on_progress)
      how.on_progress = [&](std::uint64_t done) {
        return options.on_progress(static_cast<std::uint64_t>(before) + done);
      };
    sum_profile sums = profile_sums(flow, some, how);
    return sums.stopped ? std::nullopt : std::optional(std::move(sums));
  };
  if (counted == frames) return run(inputs, true, 0);
  if (counted == 0) return run(inputs, options.partial_sums, 0);
  auto first = run(frame_range(inputs, frames, 0, counted), true, 0);
  if (!first) return std::nullopt;
  auto rest = run(frame_range(inputs, frames, counted, frames), options.partial_sums, counted);
  if (!rest) return std::nullopt;
  append(*first, std::move(*rest));
  return first;
}

bool asks_for_observed(const lowering_options& choices) { return asks_for(register_policy::observed, choices); }

std::optional<lowering_options> observe_registers(const integer_network& net, lowering_options choices,
                                                  const integer_tensor& inputs, const profile_options& options) {
  const dataflow flow = lower(net, with_exact_registers(choices));
  const sum_profile sums = profile_sums(flow, inputs, options);
  if (sums.stopped) return std::nullopt;
  choices.registers =
      with_widths(choices, flow, register_policy::observed, [&](std::size_t unit, const register_rule& rule) {
        return sums.total(unit).of(rule.choice.format.scope).bits() + rule.choice.margin;
      });
  return choices;
}

}  // namespace spillway
