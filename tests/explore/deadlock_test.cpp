// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/deadlock.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "spillway/sim/deadlock_error.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/explore/networks.h"
#include "spillway/traces/recorder.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

integer_tensor frames_of(const integer_network& net, std::int64_t frames) {
  const frame_shape& shape = net.input_info().shape;
  integer_tensor result = integer_tensor::zeros(net.input_info().type, {frames * shape.positions(), shape.channels});
  for (std::int64_t i = 0; i < result.size(); ++i) *result.at(i) = i * 7 % 4;
  return result;
}

/// A residual network whose streams hold two beats each.
dataflow shallow(const integer_network& net) {
  dataflow flow = lower(net);
  for (dataflow_stream& link : flow.streams) link.depth = 2;
  return flow;
}

std::optional<deadlock_error> run(const dataflow& flow, const integer_tensor& inputs) {
  recorder events(0);
  try {
    run_cycle_engine(flow, inputs, events);
    return {};
  } catch (const deadlock_error& stuck) {
    return stuck;
  }
}

}  // namespace

TEST_CASE("a residual branch that is too shallow deadlocks, and the ring of waiting units is named") {
  const integer_network net = residual_network();
  const dataflow flow = shallow(net);
  const integer_tensor inputs = frames_of(net, 2);
  const auto stuck = run(flow, inputs);
  REQUIRE(stuck);
  const std::string message = stuck->what();
  CAPTURE(message);
  CHECK(message.starts_with("deadlock in cycle " + std::to_string(stuck->cycle) + ": "));
  // The duplicate waits for room on the short branch, whose reader waits for the long one, which waits for the
  // duplicate: every unit in the ring waits for the next.
  REQUIRE(stuck->ring.size() >= 3);
  CHECK(message.find("DuplicateStreams_0 waits for room in DuplicateStreams_0 -> AddStreams_0") != std::string::npos);
  CHECK(message.find("AddStreams_0 waits for a beat in MVAU_0 -> AddStreams_0") != std::string::npos);
  CHECK(message.find("DuplicateStreams_0 -> AddStreams_0 2/2") != std::string::npos);
  CHECK(stuck->levels.size() == flow.streams.size());
}

TEST_CASE("a deadlock is told in two lines: the ring, and the smallest change") {
  const integer_network net = residual_network();
  const dataflow flow = shallow(net);
  const integer_tensor inputs = frames_of(net, 2);
  const auto stuck = run(flow, inputs);
  REQUIRE(stuck);
  const std::string text = explain_deadlock(*stuck, flow, inputs);
  CAPTURE(text);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(text.starts_with("deadlock in cycle " + std::to_string(stuck->cycle) +
                         ": DuplicateStreams_0 waits for room in DuplicateStreams_0 -> AddStreams_0 (2/2 beats); "));
  const auto fix = smallest_fix(flow, inputs);
  REQUIRE(fix);
  CHECK(text.ends_with("\nexpected: a depth of " + std::to_string(fix->needed) + " instead of 2 for " + fix->link +
                       " (" + std::to_string(fix->bits) + " bits more) frees it"));
}

TEST_CASE("where no single stream frees a design, the change of several is told") {
  network_builder build({6, 6, 2});
  const int first = build.sum(build.matrix(build.window(build.padding(0, 1), 3), 2), 0);
  const int second = build.sum(build.matrix(build.window(build.padding(first, 1), 3), 2, 3), first);
  const integer_network net = build.finish(second);
  dataflow flow = shallow(net);
  const integer_tensor inputs = frames_of(net, 2);
  const auto stuck = run(flow, inputs);
  REQUIRE(stuck);
  REQUIRE_FALSE(smallest_fix(flow, inputs));
  const std::string text = explain_deadlock(*stuck, flow, inputs);
  CAPTURE(text);
  CHECK(text.find("\nexpected: depths of ") != std::string::npos);
  CHECK(text.find("DuplicateStreams_0 -> AddStreams_0") != std::string::npos);
  CHECK(text.find("DuplicateStreams_1 -> AddStreams_1") != std::string::npos);
  CHECK_FALSE(run(lower(net), inputs));  // those depths are the default
}

TEST_CASE("the smallest change frees the design, and one beat less does not") {
  const integer_network net = residual_network();
  dataflow flow = shallow(net);
  const integer_tensor inputs = frames_of(net, 3);
  const auto fix = smallest_fix(flow, inputs);
  REQUIRE(fix);
  CHECK(fix->link == "DuplicateStreams_0 -> AddStreams_0");
  CHECK(fix->depth == 2);
  const stream_shape shape = shape_of(flow, flow.streams[fix->stream]);
  CHECK(fix->bits == (fix->needed - 2) * shape.lanes * shape.type.bits);
  flow.streams[fix->stream].depth = fix->needed;
  CHECK_FALSE(run(flow, inputs));
  flow.streams[fix->stream].depth = fix->needed - 1;
  CHECK(run(flow, inputs));
}

TEST_CASE("a design that runs needs no change, and unlimited streams never deadlock") {
  network_builder build({1, 1, 8});
  const integer_network net = build.finish(build.matrix(0, 4));
  CHECK_FALSE(smallest_fix(lower(net), frames_of(net, 2)));
  const integer_network residual = residual_network();
  CHECK_FALSE(run(lower(residual), frames_of(residual, 3)));
  CHECK_FALSE(run(with_unlimited_streams(lower(residual)), frames_of(residual, 3)));
}
