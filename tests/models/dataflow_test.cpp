// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/integer_network/ranges.h"

#include <doctest/doctest.h>

#include <cmath>

#include "spillway/models/support/error.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using spillway::testing::message_of;

namespace {

/// A chain of layers of these widths, 784-64-10 for instance, UINT2 between them.
integer_network chain(const std::vector<std::int64_t>& widths, std::int64_t positions = 1) {
  std::vector<integer_layer> layers;
  input_quantizer quantizer;
  quantizer.type = unsigned_type(2);
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    integer_layer layer;
    layer.name = "fc";
    layer.input_type = unsigned_type(2);
    layer.weights = integer_tensor::zeros(signed_type(8), {widths[l + 1], widths[l]});
    if (l + 2 < widths.size())
      layer.thresholds = integer_tensor::from(signed_type(8), {widths[l + 1], 3}, [&] {
        std::vector<std::int64_t> values;
        for (std::int64_t i = 0; i < 3 * widths[l + 1]; ++i) values.push_back(i % 3);
        return values;
      }());
    layer.output_type = unsigned_type(2);
    layers.push_back(layer);
  }
  return make_chain("net", quantizer, std::move(layers), {positions, 1, widths.front()});
}

unit_options folds(int pe, int simd) {
  unit_options options;
  options.pe = pe;
  options.simd = simd;
  return options;
}

const mvau& unit(const dataflow& flow, std::size_t u) { return std::get<mvau>(flow.units.at(u)); }
mvau& unit(dataflow& flow, std::size_t u) { return std::get<mvau>(flow.units.at(u)); }

}  // namespace

TEST_CASE("folds left open are the largest divisors up to SIMD 64 and PE 16") {
  const auto folds_of = [](std::int64_t columns, std::int64_t rows) {
    const dataflow flow = lower(chain({columns, rows}));
    return std::pair{unit(flow, 0).simd, unit(flow, 0).pe};
  };
  CHECK(folds_of(784, 10) == std::pair{56, 10});
  CHECK(folds_of(64, 16) == std::pair{64, 16});
  CHECK(folds_of(65, 17) == std::pair{13, 1});
  CHECK(folds_of(128, 32) == std::pair{64, 16});
  CHECK(folds_of(67, 34) == std::pair{1, 2});
  CHECK(folds_of(1, 1) == std::pair{1, 1});
}

TEST_CASE("a later unit's SIMD is the PE before it, where that divides") {
  const dataflow flow = lower(chain({784, 64, 32, 10}), {folds(8, 49)});
  CHECK(unit(flow, 1).simd == 8);
  CHECK(unit(flow, 1).pe == 16);
  CHECK(unit(flow, 2).simd == 16);
  CHECK(unit(flow, 2).pe == 10);
}

TEST_CASE(
    "a unit has its layer's numbers, its place's name, and the least accumulator that no input overflows unless "
    "another is given") {
  unit_options options = folds(5, 16);
  options.memory = memory_style::ultra;
  const integer_network net = chain({784, 10});
  const dataflow flow = lower(net, {options});
  CHECK(flow.name == "net");
  CHECK(unit(flow, 0).name == "MVAU_0");
  CHECK(unit(flow, 0).weights == matrix_layers(net)[0]->weights);
  const int least = minimal_accumulator_bits(*matrix_layers(net)[0]);
  CHECK(unit(flow, 0).accumulator == accumulator_format{least, overflow_mode::wrap, limit_scope::per_cycle});
  CHECK(flow.registers.at("MVAU_0").from == register_policy::certified);
  CHECK(unit(flow, 0).output_type == signed_type(least));
  CHECK(unit(flow, 0).weight_memory == memory_style::ultra);
  CHECK(unit(lower(net), 0).weight_memory == memory_style::automatic);
  options.accumulator = accumulator_format{14, overflow_mode::saturate, limit_scope::final};
  CHECK(unit(lower(net, {options}), 0).accumulator == options.accumulator->format);
  CHECK(unit(lower(net, {options}), 0).output_type == signed_type(14));
  CHECK(unit(lower(chain({8, 4, 2})), 0).output_type == unsigned_type(2));
}

TEST_CASE("constant weights unfold a unit, and nothing else may be asked of it") {
  unit_options options;
  options.constant_weights = true;
  const integer_network net = chain({24, 10});
  const dataflow flow = lower(net, {options});
  CHECK(unit(flow, 0).weight_memory == memory_style::constant);
  CHECK(unit(flow, 0).pe == 10);
  CHECK(unit(flow, 0).simd == 24);
  options.multipliers = multiplier_style::dsp;
  CHECK(unit(lower(net, {options}), 0).multipliers == multiplier_style::lut);
  options.constant_weights = false;
  CHECK(unit(lower(net, {options}), 0).multipliers == multiplier_style::dsp);
  mvau folded = unit(flow, 0);
  folded.pe = 5;
  CHECK_THROWS_WITH_AS(validate(folded, "MVAU_0"), "MVAU_0.pe = 5 folds constant weights; nearest: MH = 10",
                       config_error);
  folded.pe = 10;
  folded.simd = 12;
  CHECK_THROWS_WITH_AS(validate(folded, "MVAU_0"), "MVAU_0.simd = 12 folds constant weights; nearest: MW = 24",
                       config_error);
  folded.simd = 24;
  folded.multipliers = multiplier_style::dsp;
  CHECK_THROWS_WITH_AS(validate(folded, "MVAU_0"),
                       "MVAU_0.multipliers = dsp, but constant weights have no multipliers; nearest: lut",
                       config_error);
}

TEST_CASE("cycles a frame are vectors * MH/PE * MW/SIMD") {
  const dataflow flow = lower(chain({784, 10}, 3), {folds(5, 16)});
  CHECK(unit(flow, 0).nf() == 2);
  CHECK(unit(flow, 0).sf() == 49);
  CHECK(unit(flow, 0).cycles_per_frame() == 3 * 2 * 49);
}

TEST_CASE("latency is 2, plus ceil(log2 SIMD) for the tree, plus 1 for thresholds") {
  for (int simd = 1; simd <= 130; ++simd) {
    const dataflow flow = lower(chain({simd, 4, 2}), {folds(4, simd)});
    const int levels = static_cast<int>(std::ceil(std::log2(simd)));
    CAPTURE(simd);
    CHECK(unit(flow, 0).latency() == 2 + levels + 1);
    CHECK(unit(lower(chain({simd, 4}), {folds(4, simd)}), 0).latency() == 2 + levels);
  }
}

TEST_CASE("a fold that does not divide is refused with the nearest that do") {
  const auto with = [](int pe, int simd) {
    return message_of<config_error>([&] { lower(chain({784, 10}), {folds(pe, simd)}); });
  };
  CHECK(with(10, 784) == "no exception");
  CHECK(with(1, 1) == "no exception");
  CHECK(with(6, 16) == "MVAU_0.pe = 6 does not divide MH = 10; nearest: 5, 10");
  CHECK(with(11, 16) == "MVAU_0.pe = 11 does not divide MH = 10; nearest: 10");
  CHECK(with(0, 16) == "MVAU_0.pe = 0 does not divide MH = 10; nearest: 1");
  CHECK(with(-5, 16) == "MVAU_0.pe = -5 does not divide MH = 10; nearest: 1");
  CHECK(with(5, 17) == "MVAU_0.simd = 17 does not divide MW = 784; nearest: 16, 28");
  CHECK(with(5, 785) == "MVAU_0.simd = 785 does not divide MW = 784; nearest: 784");
}

TEST_CASE("the nearest divisors are right for every number and value up to 200") {
  for (std::int64_t n = 1; n <= 200; ++n)
    for (std::int64_t value = -1; value <= n + 2; ++value) {
      std::int64_t below = 0, above = 0;
      for (std::int64_t d = n; d >= 1; --d)
        if (n % d == 0 && d >= value) above = d;
      for (std::int64_t d = 1; d <= n; ++d)
        if (n % d == 0 && d <= value) below = d;
      const std::string expected = below == 0 || below == above ? std::to_string(above)
                                   : above == 0                 ? std::to_string(below)
                                                                : std::to_string(below) + ", " + std::to_string(above);
      CAPTURE(n);
      CAPTURE(value);
      CHECK(nearest_divisors(n, value) == expected);
    }
}

TEST_CASE("accumulators of 1 and 4096 bits are legal, 0 and 4097 are not") {
  const auto with = [](int bits) {
    unit_options options;
    options.accumulator = accumulator_format{.bits = bits};
    return message_of<config_error>([&] { lower(chain({8, 4}), {options}); });
  };
  CHECK(with(1) == "no exception");
  CHECK(with(4096) == "no exception");
  CHECK(with(0) == "MVAU_0.accumulator: P = 0 is outside 1 to 4096; nearest: 1");
  CHECK(with(4097) == "MVAU_0.accumulator: P = 4097 is outside 1 to 4096; nearest: 4096");
}

TEST_CASE("options for more units than there are layers are refused, for fewer they leave defaults") {
  CHECK(message_of<config_error>([] {
          lower(chain({8, 4}), {folds(4, 8), folds(1, 1)});
        }) == "options for 2 units, but the network has 1 layers");
  CHECK(unit(lower(chain({8, 4, 2}), {folds(4, 8)}), 1).pe == 2);
}

TEST_CASE("a width converter stands between neighbours whose beats differ") {
  const dataflow flow = lower(chain({8, 4, 2}), {folds(4, 8), folds(2, 2)});
  REQUIRE(flow.units.size() == 3);
  const auto& converter = std::get<width_converter>(flow.units[1]);
  CHECK(converter.name == "StreamingDataWidthConverter_0");
  CHECK(converter.from == 4);
  CHECK(converter.to == 2);
  CHECK(converter.elements == 4);
  CHECK(lower(chain({8, 4, 2}), {folds(2, 8), folds(2, 2)}).units.size() == 2);
}

TEST_CASE("neighbours that do not fit together are refused, naming both") {
  dataflow flow = lower(chain({8, 4, 2}));
  unit(flow, 1).input_type = unsigned_type(3);
  CHECK(message_of<config_error>([&] { validate(flow); }) == "MVAU_0 emits UINT2, but MVAU_1 takes UINT3");
  flow = lower(chain({8, 4, 2}));
  unit(flow, 1).vectors_per_frame = 2;
  CHECK(message_of<config_error>([&] { validate(flow); }) == "MVAU_0 emits 1 beats a frame, but MVAU_1 takes 2");
  flow = lower(chain({8, 4, 2}));
  unit(flow, 1).weights = integer_tensor::zeros(signed_type(8), {2, 8});
  CHECK(message_of<config_error>([&] { validate(flow); }) == "MVAU_0 emits 1 beats a frame, but MVAU_1 takes 2");
  flow = lower(chain({8, 4, 2}));
  unit(flow, 1).simd = 2;
  CHECK(message_of<config_error>([&] { validate(flow); }) ==
        "MVAU_0 emits beats of 4 lanes, but MVAU_1 takes 2: set both to one value, or put a width converter between "
        "them");
}

TEST_CASE("streams that are bound wrongly are refused") {
  const dataflow good = lower(chain({8, 4, 2}));
  const auto after = [&](auto&& change) {
    dataflow flow = good;
    change(flow.streams);
    return message_of<config_error>([&] { validate(flow); });
  };
  using links = std::vector<dataflow_stream>;
  CHECK(after([](links&) {}) == "no exception");
  CHECK(after([](links& s) { s.pop_back(); }) ==
        "dataflow net has 1 streams from outside and 0 to outside; right: one of each");
  CHECK(after([](links& s) { s.push_back(s[1]); }) ==
        "output port 0 of MVAU_0 has two streams; right: one (a duplicate unit copies)");
  CHECK(after([](links& s) { s.erase(s.begin() + 1); }) == "output port 0 of MVAU_0 has no stream");
  CHECK(after([](links& s) { s[1].to_port = 1; }) ==
        "streams[1] is bound to input port 1 of unit 1, which is not there");
  CHECK(after([](links& s) { s[1].from = 7; }) == "streams[1] is bound to output port 0 of unit 7, which is not there");
  CHECK(after([](links& s) { s[1].depth = 1; }) ==
        "streams[1].depth = 1 must be at least 2 (registered ready and valid)");
  CHECK(after([](links& s) { std::swap(s[1].from, s[1].to); }).starts_with("streams[1] goes back from MVAU_1"));
}

TEST_CASE("a unit that is no hardware is refused by its name") {
  lowering_options wide;
  wide.defaults.accumulator = accumulator_format{32};
  const dataflow good = lower(chain({8, 4, 2}), wide);
  const auto after = [&](auto&& change) {
    dataflow flow = good;
    change(flow);
    return message_of<config_error>([&] { validate(flow); });
  };
  CHECK(after([](dataflow&) {}) == "no exception");
  CHECK(after([](dataflow& flow) { flow.units.clear(); }) == "dataflow net has no units");
  CHECK(after([](dataflow& flow) { flow.stream_depth = 2; }) == "no exception");
  CHECK(after([](dataflow& flow) { flow.stream_depth = 1; }) ==
        "stream_depth = 1 must be at least 2 (registered ready and valid)");
  CHECK(after([](dataflow& flow) { unit(flow, 1).pe = 3; }) == "MVAU_1.pe = 3 does not divide MH = 2; nearest: 2");
  CHECK(after([](dataflow& flow) { unit(flow, 1).vectors_per_frame = 0; }) ==
        "MVAU_1.vectors_per_frame = 0 must be at least 1");
  CHECK(after([](dataflow& flow) { unit(flow, 0).weights = {}; }) ==
        "MVAU_0.weights: the shape is empty; nearest: [1]");
  CHECK(after([](dataflow& flow) { unit(flow, 0).weights.shape = {32}; }) ==
        "MVAU_0.weights must be [MH, MW], but have 1 dimensions");
  CHECK(after([](dataflow& flow) { unit(flow, 0).weights.words[0] = 128; }) ==
        "MVAU_0.weights[0] = 128 is not a value of INT8; its range is -128 to 127");
  CHECK(after([](dataflow& flow) { unit(flow, 0).input_type.bits = 0; }).starts_with("MVAU_0.input_type"));
  CHECK(after([](dataflow& flow) { unit(flow, 1).output_type = signed_type(31); }) ==
        "MVAU_1.output_type INT31 must be that of its accumulator, INT32");
}

TEST_CASE("a unit's thresholds must be its rows', ascending, and within its output type") {
  const dataflow good = lower(chain({8, 4, 2}));
  const auto with = [&](integer_tensor thresholds, std::int64_t offset = 0) {
    dataflow flow = good;
    unit(flow, 0).thresholds = std::move(thresholds);
    unit(flow, 0).output_offset = offset;
    return message_of<config_error>([&] { validate(flow); });
  };
  const auto rows = [](std::int64_t count, const std::vector<std::int64_t>& row) {
    std::vector<std::int64_t> values;
    for (std::int64_t r = 0; r < count; ++r) values.insert(values.end(), row.begin(), row.end());
    return integer_tensor::from(signed_type(8), {count, static_cast<std::int64_t>(row.size())}, values);
  };
  CHECK(with(rows(4, {0, 0, 1})) == "no exception");
  CHECK(with(rows(3, {0, 1, 2})) == "MVAU_0.thresholds must be [MH, steps] with MH = 4, but has 3 rows");
  CHECK(with(rows(4, {0, 2, 1})) == "MVAU_0.thresholds[0] is not ascending at step 2");
  CHECK(with(rows(4, {0, 1, 2, 3})) == "MVAU_0.output_type UINT2 does not hold the levels 0 to 4 of its thresholds");
  CHECK(with(rows(4, {0, 1}), 1) == "no exception");
  CHECK(with(rows(4, {0, 1}), 2) == "MVAU_0.output_type UINT2 does not hold the levels 2 to 4 of its thresholds");
  CHECK(with(rows(4, {0, 1}), -1) == "MVAU_0.output_type UINT2 does not hold the levels -1 to 1 of its thresholds");
}
