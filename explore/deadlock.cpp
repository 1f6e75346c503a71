// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/deadlock.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "spillway/sim/deadlock_error.h"
#include "spillway/sim/engine.h"
#include "spillway/traces/recorder.h"

namespace spillway {

namespace {

constexpr int unlimited = std::numeric_limits<int>::max();

/// Nothing if the design runs to its end; else what it looked like when it stopped.
std::optional<deadlock_error> try_run(const dataflow& flow, const integer_tensor& inputs) {
  recorder events(0);
  try {
    run_cycle_engine(flow, inputs, events);
    return {};
  } catch (const deadlock_error& stuck) {
    return stuck;
  }
}

/// The least depth of one stream with which the design runs, if there is one.
std::optional<int> least_depth(dataflow flow, const integer_tensor& inputs, std::size_t stream) {
  int& depth = flow.streams[stream].depth;
  int fails = depth;
  std::int64_t works = depth;
  do {  // upwards by doubling: FIFOs of millions of beats are rare, and slow to fill
    works = works * 2;
    depth = static_cast<int>(works);
    if (works > unlimited / 4) return {};
    const auto stuck = try_run(flow, inputs);
    if (!stuck) break;
    if (stuck->levels[stream].fill < depth) return {};  // it is not this one any more
    fails = depth;
  } while (true);
  while (fails + 1 < works) {
    depth = static_cast<int>(fails + (works - fails) / 2);
    if (try_run(flow, inputs))
      fails = depth;
    else
      works = depth;
  }
  return static_cast<int>(works);
}

/// The first frames, as many as show how a design runs on.
integer_tensor first_frames(const dataflow& flow, const integer_tensor& inputs) {
  const stream_shape shape = input_shape(flow);
  const std::int64_t vectors = std::min(4 * shape.beats * shape.lanes / inputs.shape[1], inputs.shape[0]);
  integer_tensor part{inputs.type, {vectors, inputs.shape[1]}, {}};
  part.words.assign(inputs.words.begin(), inputs.words.begin() + part.size() * inputs.type.words());
  return part;
}

}  // namespace

dataflow with_unlimited_streams(const dataflow& flow) {
  dataflow result = flow;
  result.streams = streams_of(flow);
  for (dataflow_stream& link : result.streams) link.depth = unlimited;
  return result;
}

std::optional<deadlock_fix> smallest_fix(const dataflow& flow, const integer_tensor& inputs) {
  dataflow stated = flow;
  stated.streams = streams_of(flow);
  const auto stuck = try_run(stated, inputs);
  if (!stuck) return {};
  std::optional<deadlock_fix> best;
  for (std::size_t s = 0; s < stated.streams.size(); ++s) {
    const dataflow_stream& link = stated.streams[s];
    if (stuck->levels[s].fill < link.depth) continue;
    const std::optional<int> needed = least_depth(stated, inputs, s);
    if (!needed) continue;
    const stream_shape shape = shape_of(stated, link);
    const std::int64_t bits = (*needed - link.depth) * shape.lanes * shape.type.bits;
    if (!best || bits < best->bits) best = {s, name_of(stated, link), link.depth, *needed, bits};
  }
  return best;
}

std::string explain_deadlock(const deadlock_error& stuck, const dataflow& flow, const integer_tensor& inputs) {
  const auto fix = smallest_fix(flow, first_frames(flow, inputs));
  return fmt::format(
      "{}; {}", stuck.what(),
      fix ? fmt::format("right: a depth of {} instead of {} for {} ({} bits more) frees it; explore --fifos live sizes "
                        "them all",
                        fix->needed, fix->depth, fix->link, fix->bits)
          : "no single deeper stream frees it: explore --fifos live sizes them all");
}

}  // namespace spillway
