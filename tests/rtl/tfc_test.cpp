// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/models/real_data.h"
#include "spillway/tests/rtl/cases.h"

// The fully connected networks of the QONNX zoo, where they are at hand, as whole accelerators.

using namespace spillway;
using namespace spillway::testing;

namespace {

dataflow tfc(const std::string& path, bool xnor_popcount, const accumulator_format& accumulator) {
  streamline_options streamlining;
  streamlining.xnor_popcount = xnor_popcount;
  lowering_options options;
  const std::array<std::pair<int, int>, 4> folds{{{16, 49}, {8, 8}, {8, 8}, {10, 8}}};
  for (std::size_t layer = 0; layer < folds.size(); ++layer) {
    unit_options& unit = options.units["MVAU_" + std::to_string(layer)];
    std::tie(unit.pe, unit.simd) = folds[layer];
    unit.accumulator = accumulator;
  }
  return lower(streamline(read_qonnx(path), nullptr, streamlining), options);
}

}  // namespace

TEST_CASE("TFC networks move every beat of every stream in the cycle in which the SystemC model does") {
  std::vector<conformance_case> cases;
  if (const auto path = shared("TFC_1W1A.onnx")) {
    cases.push_back(random_case("network", "TFC_1W1A", tfc(*path, false, {.bits = 18}), 2));
    cases.push_back(random_case("network", "TFC_1W1A, XNOR, 7-bit accumulators",
                                tfc(*path, true, {.bits = 7, .overflow = overflow_mode::wrap}), 2));
  }
  if (const auto path = shared("TFC_2W2A.onnx"))
    cases.push_back(random_case("network", "TFC_2W2A, saturating",
                                tfc(*path, false, {.bits = 7, .overflow = overflow_mode::saturate}), 2));
  if (cases.empty()) return;
  const verilated_model model(std::move(cases), std::filesystem::path(SPILLWAY_BINARY_DIR) / "rtl_tfc");
  for (const stall_options& stalls : {stall_options{}, stall_options{0.3, 0.4, 5}})
    for (const conformance_result& result : model.compare(stalls)) {
      CHECK(result.beats > 0);
      CHECK_MESSAGE(result.differences == 0, result.first);
      MESSAGE(result.cycles << " cycles, " << result.beats << " beats");
    }
}
