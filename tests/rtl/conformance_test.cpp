// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "spillway/tests/rtl/cases.h"
#include "spillway/tests/rtl/table.h"

// The twins, verilated, against the SystemC modules: every beat that enters or leaves any stream, in the same cycle.

using namespace spillway;
using namespace spillway::testing;

namespace {

const stall_options without_stalls{}, some_stalls{0.4, 0.3, 7}, busy_sink{0.1, 0.75, 8}, slow_source{0.8, 0.05, 9};

const verilated_model& model() {
  static const verilated_model made = [] {
    std::vector<conformance_case> all;
    for (auto* cases : {routing_cases, arithmetic_cases, window_cases, network_cases, spoiled_cases})
      for (conformance_case& each : cases()) all.push_back(std::move(each));
    return verilated_model(std::move(all), std::filesystem::path(SPILLWAY_BINARY_DIR) / "rtl_conformance");
  }();
  return made;
}

const verilated_model& dot_model() {
  static const verilated_model made(dot_cases(), std::filesystem::path(SPILLWAY_BINARY_DIR) / "rtl_dot_products");
  return made;
}

void check_all(const verilated_model& model) {
  for (const stall_options& stalls : {without_stalls, some_stalls, busy_sink, slow_source}) {
    const std::vector<conformance_result> results = model.compare(stalls);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const conformance_case& each = model.cases()[i];
      CHECK(results[i].beats > 0);
      if (each.spoiled) continue;
      CHECK_MESSAGE(results[i].differences == 0, results[i].first);
      add_to_table(each, results[i]);
    }
  }
}

}  // namespace

TEST_CASE("every twin moves the beats of the SystemC module, in the same cycles, with and without random stalls") {
  check_all(model());
}

TEST_CASE("so do those of MVAU, VVAU and thresholding, whether their accumulators wrap or saturate") {
  check_all(dot_model());
}

TEST_CASE("a twin that is wrong is found") {
  const std::vector<conformance_result> results = model().compare(busy_sink);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const conformance_case& each = model().cases()[i];
    if (!each.spoiled) continue;
    CHECK_MESSAGE(results[i].differences > 0, each.what);
    CHECK(!results[i].first.empty());
    MESSAGE(results[i].first);
  }
}
