// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "spillway/resource/finn/mvau.h"
#include "spillway/tests/resource/finn_units.h"

namespace spillway {
namespace {

using testing::make_unit;
using testing::unit_shape;

double luts(unit_shape shape, int accumulator_bits) {
  shape.accumulator_bits = accumulator_bits;
  return finn_cost(make_unit(shape), {.thresholds = finn_options::threshold_style::distributed}).luts.amount;
}

/// What a bit less of accumulator is worth, with and without fused thresholds: MW = 576, MH = 64, PE = SIMD = 16.
std::string savings_table() {
  std::string table =
      "| W / A / B bits | thresholds | LUT at P = 32 | LUT at P = 12 | ratio |\n"
      "|---|---|---|---|---|\n";
  for (const int bits : {8, 4})
    for (const int output_bits : {bits, 0}) {
      const unit_shape shape{.weight_bits = bits, .input = unsigned_type(bits), .output_bits = output_bits};
      const double wide = luts(shape, 32), narrow = luts(shape, 12);
      table += fmt::format("| {0} / {0} / {1} | {2} | {3:.0f} | {4:.0f} | {5:.2f} |\n", bits,
                           output_bits > 0 ? std::to_string(bits) : "-", output_bits > 0 ? "fused" : "none", wide,
                           narrow, wide / narrow);
    }
  return table;
}

/// The shipped MNIST network by P: MW = 784, MH = 10, PE = 10, SIMD = 8, 8-bit weights, 1-bit inputs.
std::string mnist_table() {
  std::string head = "| P |", rule = "|---|", row = "| LUT |";
  const unit_shape shape{.mw = 784, .mh = 10, .pe = 10, .simd = 8, .input = unsigned_type(1)};
  for (const int bits : {32, 20, 19, 16, 14, 12, 10, 8}) {
    head += fmt::format(" {} |", bits);
    rule += "---|";
    row += fmt::format(" {:.0f} |", luts(shape, bits));
  }
  return head + '\n' + rule + '\n' + row + '\n';
}

// With `-s`, doctest prints the tables as they should stand in the page.
TEST_CASE("the tables of docs/cost.md are what the model says") {
  std::ostringstream page;
  page << std::ifstream(SPILLWAY_SOURCE_DIR "/docs/cost.md").rdbuf();
  for (const std::string& table : {savings_table(), mnist_table()}) {
    INFO(table);
    CHECK(page.str().find(table) != std::string::npos);
  }
}

}  // namespace
}  // namespace spillway
