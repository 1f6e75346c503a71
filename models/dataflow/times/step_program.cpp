// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/step_program.h"

#include <algorithm>
#include <utility>

namespace spillway::times {

namespace {

/// One result for each `group` beats.
step_program reduce(std::int64_t beats, std::int64_t group, std::int64_t latency) {
  return {{{.count = group - 1, .in = 0}, {.in = 0, .out = 0}}, beats / group, latency};
}

/// Appends steps, to the last segment if they are alike.
void append(std::vector<step_segment>& segments, std::int64_t count, int in, int out) {
  if (count == 0) return;
  if (!segments.empty() && segments.back().in == in && segments.back().out == out)
    segments.back().count += count;
  else
    segments.push_back({.count = count, .in = in, .out = out});
}

}  // namespace

std::int64_t step_program::steps_per_frame() const {
  std::int64_t steps = 0;
  for (const step_segment& segment : segments) steps += segment.count * (segment.silent + 1);
  return steps * repeats;
}

step_program simplified(step_program program) {
  std::erase_if(program.segments, [](const step_segment& segment) { return segment.count == 0; });
  if (program.segments.size() == 1) {
    program.segments[0].count *= program.repeats;
    program.repeats = 1;
  }
  return program;
}

step_program program_of(const mvau& unit) {
  const std::int64_t sf = unit.sf();
  return {{{.count = sf - 1, .in = 0}, {.in = 0, .out = 0}, {.count = unit.nf() - 1, .silent = sf - 1, .out = 0}},
          unit.vectors_per_frame,
          unit.latency()};
}

step_program program_of(const vvau& unit) { return reduce(unit.ports().inputs[0].beats, unit.sf(), unit.latency()); }

step_program program_of(const thresholding& unit) { return reduce(unit.ports().inputs[0].beats, 1, unit.latency()); }

step_program program_of(const pool& unit) { return reduce(unit.ports().inputs[0].beats, unit.window, 1); }

step_program program_of(const label_select& unit) {
  const std::int64_t beats = unit.ports().inputs[0].beats;
  return reduce(beats, beats, 1);
}

step_program program_of(const global_accumulate& unit) {
  const std::int64_t folds = unit.channels / unit.pe;
  return {{{.count = (unit.positions - 1) * folds, .in = 0}, {.count = folds, .in = 0, .out = 0}}, 1, 1};
}

step_program program_of(const add_streams& unit) {
  return {{{.count = unit.ports().inputs[0].beats, .in = step_segment::every, .out = 0}}, 1, 1};
}

step_program program_of(const duplicate_streams& unit) {
  return {{{.count = unit.ports().inputs[0].beats, .in = 0, .out = step_segment::every}}};
}

step_program program_of(const split_stream& unit) {
  step_program program;
  for (std::size_t port = 0; port < unit.channels.size(); ++port)
    program.segments.push_back({.count = unit.channels[port] / unit.pe, .in = 0, .out = static_cast<int>(port)});
  program.repeats = unit.vectors_per_frame;
  return program;
}

step_program program_of(const crop& unit) {
  constexpr int none = step_segment::none;
  const std::int64_t folds = unit.channels / unit.simd, row = unit.width * folds,
                     first = unit.first_channel / unit.simd, kept = unit.kept_channels / unit.simd;
  step_program program;
  std::vector<step_segment>& segments = program.segments;
  append(segments, unit.top * row, 0, none);
  for (std::int64_t y = 0; y < unit.output_height(); ++y) {
    append(segments, unit.left * folds, 0, none);
    for (std::int64_t x = 0; x < unit.output_width(); ++x) {
      append(segments, first, 0, none);
      append(segments, kept, 0, 0);
      append(segments, folds - first - kept, 0, none);
    }
    append(segments, unit.right * folds, 0, none);
  }
  append(segments, unit.bottom * row, 0, none);
  return program;
}

step_program program_of(const concat_streams& unit) {
  step_program program;
  for (std::size_t port = 0; port < unit.channels.size(); ++port)
    program.segments.push_back({.count = unit.channels[port] / unit.pe, .in = static_cast<int>(port), .out = 0});
  program.repeats = unit.vectors_per_frame;
  return program;
}

step_program program_of(const upsample& unit) {
  const std::int64_t folds = unit.channels / unit.pe;
  step_program program;
  for (std::int64_t column = 0; column < unit.width; ++column) {
    append(program.segments, folds, 0, 0);
    append(program.segments, folds * (unit.factor_w - 1), step_segment::none, 0);
  }
  const std::int64_t row = folds * unit.width * unit.factor_w;
  append(program.segments, row * (unit.factor_h - 1), step_segment::none, 0);
  program.repeats = unit.height;
  return program;
}

step_program program_of(const padding& unit) {
  const std::int64_t folds = unit.channels / unit.simd, row = unit.output_width() * folds;
  step_program program;
  std::vector<step_segment>& segments = program.segments;
  append(segments, unit.top * row, step_segment::none, 0);
  for (std::int64_t y = 0; y < unit.height; ++y) {
    append(segments, unit.left * folds, step_segment::none, 0);
    for (std::int64_t x = 0; x < unit.width; ++x) {
      append(segments, folds, 0, 0);
      append(segments, (x + 1 < unit.width ? unit.stride_w - 1 : unit.right) * folds, step_segment::none, 0);
    }
    if (y + 1 < unit.height) append(segments, (unit.stride_h - 1) * row, step_segment::none, 0);
  }
  append(segments, unit.bottom * row, step_segment::none, 0);
  return program;
}

}  // namespace spillway::times
