// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "spillway/sim/engine.h"
#include "spillway/sim/fast/block_runner.h"
#include "spillway/sim/sum_profile.h"

namespace spillway {

sum_profile profile_sums(const dataflow& flow, const integer_tensor& inputs, const profile_options& options) {
  validate(flow);
  const std::int64_t frames = count_frames(flow, inputs);
  const detail::fast_plan plan(flow, {}, true);
  sum_profile result;
  result.frame_bits.resize(static_cast<std::size_t>(frames) * flow.units.size());
  detail::block_runner runner(flow, plan, inputs, frames, options.on_progress);
  runner.run_profile(std::max(1u, options.threads), options.partial_sums, result);
  result.frames = static_cast<std::uint64_t>(runner.frames());
  result.stopped = runner.stopped();
  result.outputs = runner.take_outputs();
  result.frame_bits.resize(static_cast<std::size_t>(result.frames) * flow.units.size());
  return result;
}

}  // namespace spillway
