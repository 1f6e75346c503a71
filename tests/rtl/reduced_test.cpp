// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/streamline/cyclic_reduction.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/rtl/cases.h"

// The comparison of reduced networks proves nothing if no sum of theirs overflows, or comes back over the reduction.

using namespace spillway;
using namespace spillway::testing;

namespace {

/// `flow` up to unit `name`, whose results leave it. Nothing before it is read behind it.
dataflow up_to(const dataflow& flow, const std::string& name) {
  const auto last = std::find_if(flow.units.begin(), flow.units.end(),
                                 [&](const dataflow_unit& unit) { return name_of(unit) == name; }) -
                    flow.units.begin();
  dataflow part{flow.name, {flow.units.begin(), flow.units.begin() + last + 1}, flow.stream_depth};
  for (dataflow_stream link : streams_of(flow)) {
    if (link.from > last || link.to > last) link.to = dataflow_stream::outside;
    if (link.from <= last && (link.from == last || link.to != dataflow_stream::outside)) part.streams.push_back(link);
  }
  return part;
}

}  // namespace

TEST_CASE("sums of the reduced networks' frames overflow, and pass the ends of the reduction") {
  const auto cases = network_cases();
  const auto wrapping =
      std::find_if(cases.begin(), cases.end(), [](const auto& each) { return each.what == "reduced, wrapping"; });
  REQUIRE(wrapping != cases.end());
  const std::map<std::string, cyclic_reduction> reductions{{"MVAU_0", {8, 1}}, {"MVAU_1", {7, 2}}};
  for (const auto& [unit, reduction] : reductions) {
    CAPTURE(unit);
    const dataflow part = up_to(wrapping->flow, unit);
    recorder events(0);
    const integer_tensor sums = run_cycle_engine(part, wrapping->inputs, events).outputs;
    CHECK(sums.type == signed_type(reduction.bits));
    CHECK(events.total(static_cast<std::uint32_t>(part.units.size() - 1)).persistent_dot_products > 5);
    const auto turned = std::count_if(sums.words.begin(), sums.words.end(), [&reduction = reduction](std::int64_t sum) {
      return reduced(sum, reduction) != sum;
    });
    CHECK(turned > sums.size() / 4);
  }
  // Registers that stop at their ends make another network.
  CHECK(evaluate(wrapping->flow, wrapping->inputs).words !=
        evaluate(reduced_accelerator(overflow_mode::saturate), wrapping->inputs).words);
}
