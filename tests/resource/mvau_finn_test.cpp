// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn/mvau.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>

#include "spillway/models/support/error.h"
#include "spillway/tests/resource/finn_units.h"

namespace spillway {
namespace {

using testing::make_unit;
using testing::unit_shape;

const finn_options distributed_thresholds{.thresholds = finn_options::threshold_style::distributed};
const finn_options finn_width{.accumulator = finn_options::accumulator_width::finn_minimum};
const finn_options in_dsps{.multipliers = finn_options::multiplier_style::dsp};
const finn_options embedded{.weights = finn_options::weight_mode::internal_embedded};
const finn_options external{.weights = finn_options::weight_mode::external};

double luts(const unit_shape& shape, const finn_options& options = {}) {
  return finn_cost(make_unit(shape), options).luts.amount;
}

double term(const unit_shape& shape, const char* name, const finn_options& options = {}) {
  return find_term(finn_cost(make_unit(shape), options).luts, name).value;
}

TEST_CASE("the terms of a unit of 576 x 64, PE = SIMD = 16, 8/8/8 bits, are those computed by hand") {
  const unit_shape shape{.output_bits = 8, .accumulator_bits = 32, .memory = memory_style::distributed};
  CHECK(term(shape, "base", distributed_thresholds) == 300);
  CHECK(term(shape, "mult", distributed_thresholds) == 1280);  // 16*(2*ceil(16/6) - 1)*16 = 16*5*16
  CHECK(term(shape, "tree", distributed_thresholds) == 496);   // 16*(2*16 - 1)
  CHECK(term(shape, "acc", distributed_thresholds) == 32);     // P
  CHECK(term(shape, "thr", distributed_thresholds) == 8160);   // 255*32*ceil(4/64)
  CHECK(term(shape, "comp", distributed_thresholds) == 8160);  // 255*32
  CHECK(term(shape, "c2", distributed_thresholds) == 6144);    // 16*16*8*ceil(144/64) = 2048*3
  CHECK(luts(shape, distributed_thresholds) == 325496);        // int(300 + 1.1*16*18128 + 6144) = int(325496.8)
}

TEST_CASE("the MNIST unit of 784 x 10, PE = 10, SIMD = 8, 8-bit weights, 1-bit inputs, is that computed by hand") {
  const unit_shape shape{.mw = 784, .mh = 10, .pe = 10, .simd = 8, .input = unsigned_type(1), .accumulator_bits = 19};
  CHECK(term(shape, "mult") == 216);  // 8*(2*ceil(9/6) - 1)*9 = 8*3*9
  CHECK(term(shape, "tree") == 135);  // 9*15
  CHECK(luts(shape) == 4370);         // int(300 + 11*370)
  const unit_cost cost = finn_cost(make_unit(shape));
  CHECK(cost.bram18.amount == 18);  // 640 bits by 98 words: ceil(98/512)*ceil(640/36)
  CHECK(cost.bram_efficiency == doctest::Approx(784.0 * 10 * 8 / (18 * 36 * 512)));
  CHECK(cost.cycles == 98);
}

TEST_CASE("a bit of accumulator costs 1.1 LUT a PE, and with fused thresholds what its thresholds take") {
  unit_shape narrow{.output_bits = 4, .accumulator_bits = 15}, wide{.output_bits = 4, .accumulator_bits = 25};
  CHECK(luts(wide) - luts(narrow) == doctest::Approx(10 * 1.1 * 16));
  CHECK(luts(wide, distributed_thresholds) - luts(narrow, distributed_thresholds) ==
        doctest::Approx(10 * 1.1 * 16 * (1 + 15 + 15)));
}

TEST_CASE("from 32 to 12 bits the published model saves what the literature says it does") {
  // reference: MW = 576, PE = SIMD = 16, threshold depth 4.
  const auto saving = [](int bits, int output_bits) {
    unit_shape shape{.weight_bits = bits, .input = unsigned_type(bits), .output_bits = output_bits};
    shape.accumulator_bits = 32;
    const double wide = luts(shape, distributed_thresholds);
    shape.accumulator_bits = 12;
    return wide / luts(shape, distributed_thresholds);
  };
  const auto hundredths = [&](int bits, int output_bits) { return std::lround(100 * saving(bits, output_bits)); };
  CHECK(hundredths(8, 8) == 229);
  CHECK(hundredths(4, 4) == 161);
  CHECK(hundredths(8, 0) == 101);
  CHECK(hundredths(4, 0) == 103);
  for (const int bits : {5, 6, 7}) CHECK((hundredths(bits, 0) >= 101 && hundredths(bits, 0) <= 103));
}

TEST_CASE("a given accumulator is priced as given, and at FINN's minimum only on demand") {
  // MW = 784, W = 8, A = 1 unsigned: data-type bound 19.
  unit_shape shape{.mw = 784, .mh = 10, .pe = 10, .simd = 8, .input = unsigned_type(1)};
  for (const auto& [bits, minimum] : {std::pair{32, 19}, {20, 19}, {19, 19}, {18, 18}, {8, 8}}) {
    shape.accumulator_bits = bits;
    CHECK(term(shape, "acc") == bits);
    CHECK(term(shape, "acc", finn_width) == minimum);
  }
  shape.accumulator_bits = 64;
  shape.input = bipolar_type();  // signed in FINN's sense: one bit less
  CHECK(term(shape, "acc", finn_width) == 18);
}

TEST_CASE("thresholds count only where FINN counts them") {
  unit_shape shape{.mw = 64, .mh = 130, .pe = 2, .simd = 16, .output_bits = 2, .accumulator_bits = 10};
  CHECK(term(shape, "thr") == 0);
  CHECK(term(shape, "comp") == 0);
  CHECK(term(shape, "thr", {.thresholds = finn_options::threshold_style::block}) == 0);
  CHECK(term(shape, "thr", distributed_thresholds) == 3 * 10 * 2);  // 65 deep: one more than 64
  CHECK(term(shape, "comp", distributed_thresholds) == 3 * 10);
  shape.mh = 128;
  CHECK(term(shape, "thr", distributed_thresholds) == 3 * 10);  // 64 deep
  shape.output_bits = 0;
  CHECK(term(shape, "thr", distributed_thresholds) == 0);
}

TEST_CASE("weights are priced where they live") {
  // 64 x 64, PE 8, SIMD 4, 8 bits: 256 bits by 128 words, the deepest that FINN embeds in LUTs.
  unit_shape shape{.mw = 64, .mh = 64, .pe = 8, .simd = 4};
  const auto priced = [&](memory_style memory, const finn_options& options) {
    shape.memory = memory;
    const unit_cost cost = finn_cost(make_unit(shape), options);
    return std::array<double, 3>{find_term(cost.luts, "c2").amount, cost.bram18.amount, cost.uram.amount};
  };
  CHECK(priced(memory_style::automatic, {}) == std::array<double, 3>{0, 8, 0});  // ceil(128/512)*ceil(256/36)
  CHECK(priced(memory_style::block, {}) == std::array<double, 3>{0, 8, 0});
  CHECK(priced(memory_style::distributed, {}) == std::array<double, 3>{512, 0, 0});  // 8*4*8*ceil(128/64)
  CHECK(priced(memory_style::ultra, {}) == std::array<double, 3>{0, 0, 4});          // ceil(256/72)*ceil(128/4096)
  CHECK(priced(memory_style::block, embedded) == std::array<double, 3>{512, 0, 0});
  CHECK(priced(memory_style::block, external) == std::array<double, 3>{0, 0, 0});
  shape.mw = 68;  // 136 words: beyond 128, where FINN counts both kinds of memory
  CHECK(priced(memory_style::block, embedded) == std::array<double, 3>{0, 8, 4});
}

TEST_CASE("multipliers in DSPs cost no LUTs, and a second DSP beyond 48 bits of operands") {
  unit_shape shape{.weight_bits = 24, .input = unsigned_type(24)};
  CHECK(term(shape, "mult", in_dsps) == 0);
  CHECK(finn_cost(make_unit(shape), in_dsps).dsp.amount == 256);
  shape.input = unsigned_type(25);
  CHECK(finn_cost(make_unit(shape), in_dsps).dsp.amount == 512);
  CHECK(finn_cost(make_unit(shape)).dsp.amount == 0);
  CHECK(term(shape, "tree", in_dsps) == term(shape, "tree"));
}

/// FINN's function once more, as its Python has it: real numbers, logarithms, one expression.
double finn_in_reals(const mvau& u, const finn_options& o) {
  const double p = u.pe, q = u.simd, mw = static_cast<double>(u.mw()), mh = static_cast<double>(u.mh());
  const double w = u.weights.type.bits, a = u.input_type.bits, wmem = mw * mh / (p * q);
  const bool by_lut =
      (o.weights == finn_options::weight_mode::internal_decoupled && u.weight_memory == memory_style::distributed) ||
      (o.weights == finn_options::weight_mode::internal_embedded && wmem <= 128);
  const double c2 = by_lut ? p * q * w * std::ceil(wmem / 64) : 0;
  const double mult =
      o.multipliers == finn_options::multiplier_style::dsp ? 0 : q * (2 * std::ceil((w + a) / 6) - 1) * (w + a);
  const double alpha = std::log2(mw) + w + a - 1 - (u.input_type.is_signed ? 1 : 0);
  double acc = u.accumulator.bits;
  if (o.accumulator == finn_options::accumulator_width::finn_minimum)
    acc = std::min(acc, std::ceil(alpha + std::log2(1 + std::pow(2, -alpha)) + 1));
  double thr = 0, comp = 0;
  if (u.thresholds && o.thresholds == finn_options::threshold_style::distributed) {
    const double levels = std::pow(2, u.output_type.bits) - 1;
    thr = levels * acc * std::ceil(mh / p / 64);
    comp = levels * acc;
  }
  return std::floor(300 + 1.1 * (p * (mult + (w + a) * (2 * q - 1) + acc + thr + comp)) + c2);
}

template <class... Choices>
auto pick(std::mt19937& random, Choices... choices) {
  const std::array all{choices...};
  return all[random() % all.size()];
}

TEST_CASE("20,000 random units cost what FINN's function says, terms and total") {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    unit_shape shape;
    shape.pe = 1 + static_cast<int>(random() % 32);
    shape.simd = 1 + static_cast<int>(random() % 32);
    shape.mh = shape.pe * (1 + random() % 200);
    shape.mw = shape.simd * (1 + random() % 200);
    shape.weight_bits = 1 + static_cast<int>(random() % 12);
    shape.input = pick(random, unsigned_type(1), unsigned_type(4), signed_type(8), signed_type(3), bipolar_type());
    shape.output_bits = static_cast<int>(random() % 9);
    shape.accumulator_bits = 1 + static_cast<int>(random() % 48);
    shape.memory = pick(random, memory_style::automatic, memory_style::distributed, memory_style::block);
    finn_options options;
    options.accumulator = pick(random, finn_width.accumulator, finn_options{}.accumulator);
    options.thresholds = pick(random, finn_options{}.thresholds, distributed_thresholds.thresholds);
    options.multipliers = pick(random, finn_options{}.multipliers, in_dsps.multipliers);
    options.weights = pick(random, finn_options{}.weights, embedded.weights, external.weights);
    const mvau unit = make_unit(shape);
    const unit_cost cost = finn_cost(unit, options);
    REQUIRE(cost.luts.amount == finn_in_reals(unit, options));
    double parts = 0;
    for (const cost_term& leaf : leaves(cost.luts)) parts += leaf.amount;
    REQUIRE(std::abs(parts - cost.luts.amount) < 1 + 1e-9 * parts);  // int() drops less than one LUT
  }
}

TEST_CASE("illegal folds and unpayable activations are refused in one line that says what is right") {
  const auto message = [](const unit_shape& shape) -> std::string {
    try {
      finn_cost(make_unit(shape));
    } catch (const config_error& e) {
      return e.what();
    }
    return "none";
  };
  CHECK(message({.mh = 10, .pe = 6}) == "MVAU_0.pe = 6 does not divide MH = 10; nearest: 5, 10");
  CHECK(message({.pe = 0}).starts_with("MVAU_0.pe = 0 does not divide MH = 64; nearest: "));
  CHECK(message({.simd = -4}).starts_with("MVAU_0.simd = -4 does not divide MW = 576; nearest: "));
  CHECK(message({.output_bits = 31}).starts_with("MVAU_0.output_type = UINT31 "));
  CHECK(message({.output_bits = 30}) == "none");
  CHECK_THROWS_AS(find_term(finn_cost(make_unit({})).luts, "multiplier"), config_error);
}

TEST_CASE("registers and inputs of 4096 bits are priced without a crash") {
  const unit_shape shape{.weight_bits = 4096, .input = unsigned_type(4096), .accumulator_bits = 4096};
  CHECK(luts(shape) == finn_in_reals(make_unit(shape), {}));
}

}  // namespace
}  // namespace spillway
