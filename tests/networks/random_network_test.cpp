// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/networks/random_network.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "spillway/tests/networks/random_frames.h"
#include "spillway/tests/networks/random_values.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

bool has_thresholds(const integer_op& op) {
  if (const auto* layer = std::get_if<integer_layer>(&op)) return layer->thresholds.has_value();
  if (const auto* layer = std::get_if<depthwise_layer>(&op)) return layer->thresholds.has_value();
  return std::holds_alternative<threshold_layer>(op);
}

}  // namespace

TEST_CASE("random networks are valid, and every kind of node is common among them") {
  std::map<std::size_t, int> with_kind;
  int wide = 0, branching = 0, popcounts = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    const integer_network net = random_integer_network(seed);
    REQUIRE_NOTHROW(validate(net));
    std::set<std::size_t> kinds;
    std::map<int, int> readers;
    for (const integer_node& node : net.nodes) {
      kinds.insert(node.op.index());
      for (const int v : node.inputs) ++readers[v];
      if (const auto* layer = std::get_if<integer_layer>(&node.op)) popcounts += layer->xnor_popcount;
    }
    for (const std::size_t kind : kinds) ++with_kind[kind];
    for (const integer_value& value : net.values) wide += value.type.bits > 64;
    for (const auto& [value, count] : readers) branching += count > 1;
    // Whatever is made is read, or it is the output.
    CHECK(readers.size() + 1 == net.values.size());
    CHECK_FALSE(readers.contains(net.output_value));
  }
  CHECK(with_kind.size() == std::variant_size_v<integer_op>);
  for (const auto& [kind, count] : with_kind) {
    CAPTURE(kind);
    CHECK(count > 25);
  }
  CHECK(wide > 10);
  CHECK(branching > 100);
  CHECK(popcounts > 10);
}

TEST_CASE("a random network depends on its seed alone") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const integer_network a = random_integer_network(seed), b = random_integer_network(seed);
    const integer_tensor frames = random_frames(a, 2, seed);
    CHECK(frames == random_frames(b, 2, seed));
    CHECK(evaluate(a, frames) == evaluate(b, frames));
    CHECK(a.nodes.size() == b.nodes.size());
  }
}

TEST_CASE("most thresholds tell values apart") {
  int layers = 0, constant = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const integer_network net = random_integer_network(seed);
    std::map<int, std::set<big_int>> seen;
    evaluate(net, random_frames(net, 4, 1000 + seed), [&](int value, const integer_tensor& tensor) {
      for (std::int64_t i = 0; i < tensor.size(); ++i) seen[value].insert(random_values::get(tensor, i));
    });
    for (const integer_node& node : net.nodes) {
      if (!has_thresholds(node.op)) continue;
      ++layers;
      constant += seen.at(node.outputs[0]).size() == 1;
    }
  }
  CHECK(layers > 300);
  CHECK(constant * 5 < layers);
}
