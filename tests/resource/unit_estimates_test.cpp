// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <variant>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/spillway_model.h"
#include "spillway/tests/models/real_data.h"
#include "spillway/tests/networks/described.h"
#include "spillway/tests/networks/random_folding.h"
#include "spillway/tests/networks/random_network.h"

// Prices of the units without accumulators and of streams, and of whole networks.

using namespace spillway;
using namespace spillway::testing;

namespace {

/// Every unit and every stream is priced once, under a name of its own, and the totals are their sums.
void check_network(const dataflow& flow, std::set<std::string>& kinds) {
  const network_cost cost = spillway_cost(flow);
  REQUIRE(cost.units.size() == flow.units.size() + streams_of(flow).size());
  std::map<std::string, int> names;
  double luts = 0, ff = 0;
  for (const unit_cost& unit : cost.units) {
    CAPTURE(unit.unit);
    CHECK(++names[unit.unit] == 1);
    CHECK(unit.luts.amount >= 1);
    REQUIRE(unit.ff);
    // Forks have no state; a crop or a padding of one pixel on all sides has nothing to count.
    const bool may_have_none = unit.kind == "duplicate_streams" || unit.kind == "crop" || unit.kind == "padding";
    CHECK((unit.ff->amount >= 1 || may_have_none));
    luts += unit.luts.amount;
    ff += unit.ff->amount;
    kinds.insert(unit.kind);
  }
  CHECK(cost.luts == doctest::Approx(luts));
  CHECK(cost.ff == doctest::Approx(ff));
}

}  // namespace

TEST_CASE("a network's price has every unit and every stream of it") {
  std::set<std::string> kinds;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    const integer_network net = random_integer_network(seed);
    check_network(lower(net, random_folding(net, seed)), kinds);
  }
  for (const dataflow_unit& any :
       std::array<dataflow_unit, 15>{mvau{}, vvau{}, sliding_window{}, padding{}, thresholding{}, pool{},
                                     global_accumulate{}, add_streams{}, duplicate_streams{}, upsample{},
                                     concat_streams{}, split_stream{}, label_select{}, width_converter{}, crop{}})
    if (!std::holds_alternative<width_converter>(any)) {
      CAPTURE(kind_of(any));
      CHECK(kinds.contains(std::string(kind_of(any))));
    }
  network_options narrow = small_options();
  narrow.width_multiplier = 1.0 / 32;
  check_network(lower(streamline(cnv(narrow))), kinds);
  if (const auto path = shared("TFC_2W2A.onnx")) check_network(lower(streamline(read_qonnx(*path))), kinds);
}

TEST_CASE("a stream is built as its depth says") {
  const resources registers = estimate_stream(8, 2).total(), shifting = estimate_stream(8, 32).total();
  CHECK(registers.ff == 18);
  CHECK(registers.all_luts() == 12);
  CHECK(shifting.srl == 8);
  CHECK(shifting.lutram == 0);
  CHECK(estimate_stream(8, 33).total().lutram == 12);  // three bits of 64 words in four LUTs
  CHECK(estimate_stream(8, 256).total().bram18 == 0);
  CHECK(estimate_stream(8, 257).total().bram18 == 1);
}
