// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "spillway/models/dataflow/units/exact_values.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/tests/rtl/cases.h"

namespace spillway::testing {

namespace {

using cases = std::vector<conformance_case>;

/// Numbers that depend on the seed alone (Knuth's MMIX generator, its upper half).
class numbers {
 public:
  explicit numbers(std::uint64_t seed) : m_state(seed) {}
  std::int64_t below(std::int64_t n) {
    m_state = m_state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int64_t>((m_state >> 33) % static_cast<std::uint64_t>(n));
  }

 private:
  std::uint64_t m_state;
};

/// Values of `type`, one in four an extreme.
integer_tensor random_values(integer_type type, std::vector<std::int64_t> shape, numbers& random) {
  integer_tensor values = integer_tensor::zeros(type, std::move(shape));
  const big_int low = min_value(type), high = max_value(type);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const std::int64_t kind = random.below(8);
    big_int value = low + (big_int(random.below(1 << 30)) << 30 | random.below(1 << 30)) % (high - low + 1);
    if (kind == 0 || (type.is_bipolar && kind < 4)) value = low;
    if (kind == 1 || (type.is_bipolar && kind >= 4)) value = high;
    detail::set_value(values, i, value);
  }
  return values;
}

/// Rows that ascend, some thresholds of which no value below `bits` reaches or misses.
integer_tensor random_thresholds(std::int64_t rows, std::int64_t steps, int bits, numbers& random) {
  integer_tensor thresholds = random_values(signed_type(bits), {rows, steps}, random);
  for (std::int64_t row = 0; row < rows; ++row)
    std::sort(thresholds.words.begin() + row * steps, thresholds.words.begin() + (row + 1) * steps);
  return thresholds;
}

struct dot_shape {
  std::int64_t rows, columns;
  int pe, simd;
  integer_type input, weight;
  accumulator_format accumulator;
  std::int64_t steps = 0, offset = 0;
  memory_style memory = memory_style::distributed;
  bool xnor = false;
  multiplier_style multipliers = multiplier_style::lut;
};

const char* name_of(memory_style style) {
  return style == memory_style::block ? ", block RAM" : style == memory_style::constant ? ", constant" : "";
}

template <class Unit>
void add_dot(cases& all, const char* kind, const dot_shape& shape) {
  numbers random(all.size() + 1);
  Unit unit;
  unit.name = "Dot";
  unit.input_type = shape.input;
  unit.weights = random_values(shape.weight, {shape.rows, shape.columns}, random);
  unit.accumulator = shape.accumulator;
  unit.output_type = signed_type(shape.accumulator.bits);
  unit.pe = shape.pe;
  unit.simd = shape.simd;
  unit.weight_memory = shape.memory;
  unit.multipliers = shape.multipliers;
  unit.vectors_per_frame = 3;
  if (shape.steps > 0) {
    const int bits = std::clamp(shape.accumulator.bits + 1, 2, 60);
    unit.thresholds = random_thresholds(shape.rows, shape.steps, bits, random);
    unit.output_offset = shape.offset;
    unit.output_type = signed_type(bits_for(shape.offset, shape.offset + shape.steps, true));
  }
  if constexpr (requires { unit.xnor_popcount; }) unit.xnor_popcount = shape.xnor;
  all.push_back(
      random_case(kind,
                  fmt::format("{}x{}, PE {}, SIMD {}, {} * {}, {}, {} thresholds{}{}{}", shape.rows, shape.columns,
                              shape.pe, shape.simd, to_string(shape.input), to_string(shape.weight),
                              to_string(shape.accumulator), shape.steps, name_of(shape.memory),
                              shape.xnor ? ", XNOR" : "", shape.multipliers == multiplier_style::dsp ? ", DSP" : ""),
                  chain({unit}), 4));
}

constexpr auto wrap = overflow_mode::wrap;
constexpr auto saturate = overflow_mode::saturate;
constexpr auto each_product = limit_scope::per_product;
constexpr auto each_cycle = limit_scope::per_cycle;
constexpr auto at_end = limit_scope::final;
constexpr auto block = memory_style::block;
constexpr auto constant = memory_style::constant;
constexpr auto plain = memory_style::distributed;
constexpr auto dsp = multiplier_style::dsp;

const std::initializer_list<dot_shape> mvau_shapes{
    {1, 1, 1, 1, unsigned_type(1), signed_type(1), {1, wrap, each_cycle}},
    {6, 12, 2, 4, unsigned_type(4), signed_type(4), {9, wrap, each_cycle}},
    {6, 12, 2, 4, unsigned_type(4), signed_type(4), {9, wrap, each_cycle}, 15, 0, block},
    {6, 15, 3, 5, unsigned_type(4), signed_type(4), {8, saturate, each_cycle}, 7, -4},
    {6, 15, 3, 5, signed_type(3), signed_type(5), {7, saturate, each_product}},
    {6, 15, 6, 3, signed_type(3), signed_type(5), {7, saturate, each_product}, 5, 1},
    {4, 9, 2, 3, unsigned_type(8), signed_type(8), {12, saturate, at_end}},
    {4, 6, 4, 3, unsigned_type(8), signed_type(8), {12, saturate, at_end}, 3, -2},
    {5, 9, 1, 1, signed_type(7), unsigned_type(3), {6, wrap, each_product}, 6},
    {2, 7, 2, 7, unsigned_type(5), unsigned_type(6), {20, wrap, each_cycle}},
    {2, 5, 2, 5, unsigned_type(5), unsigned_type(6), {13, saturate, each_cycle}, 9, 0},
    {8, 6, 2, 2, signed_type(6), signed_type(7), {40, saturate, each_cycle}},
    {8, 6, 4, 6, signed_type(8), bipolar_type(), {10, wrap, each_cycle}, 3, -2},
    {8, 6, 4, 3, bipolar_type(), signed_type(6), {7, saturate, at_end}},
    {8, 9, 4, 9, bipolar_type(), bipolar_type(), {3, wrap, each_cycle}},
    {8, 9, 2, 3, bipolar_type(), bipolar_type(), {3, saturate, each_product}, 1},
    {6, 13, 2, 13, unsigned_type(2), bipolar_type(), {5, wrap, each_cycle}, 3},
    {6, 49, 2, 49, unsigned_type(1), bipolar_type(), {6, wrap, each_cycle}, 1, 0, memory_style::distributed, true},
    {6, 14, 3, 7, unsigned_type(1), bipolar_type(), {4, saturate, each_cycle}, 0, 0, block, true},
    {6, 14, 3, 7, unsigned_type(1), bipolar_type(), {3, saturate, at_end}, 1, 0, block, true},
    {4, 8, 2, 2, signed_type(1), signed_type(2), {70, wrap, each_cycle}},
    {4, 200, 2, 1, unsigned_type(3), signed_type(3), {10, saturate, each_product}, 2, 0, memory_style::automatic},
    // Multipliers in DSPs, and weights that are constants.
    {6, 12, 2, 4, unsigned_type(4), signed_type(4), {9, wrap, each_cycle}, 0, 0, plain, false, dsp},
    {4, 10, 2, 5, signed_type(8), signed_type(7), {20, saturate, each_cycle}, 3, 0, plain, false, dsp},
    {1, 1, 1, 1, unsigned_type(4), signed_type(4), {6, wrap, each_cycle}, 0, 0, constant},
    {4, 8, 4, 8, unsigned_type(4), signed_type(4), {16, wrap, each_cycle}, 0, 0, constant},
    {6, 12, 6, 12, signed_type(5), signed_type(8), {9, wrap, each_product}, 7, -3, constant},
    {5, 9, 5, 9, unsigned_type(3), signed_type(6), {7, saturate, at_end}, 0, 0, constant},
    {5, 7, 5, 7, signed_type(8), signed_type(3), {10, saturate, each_cycle}, 3, 0, constant},
    {8, 16, 8, 16, unsigned_type(1), signed_type(6), {11, wrap, each_cycle}, 1, 0, constant},
    {6, 13, 6, 13, bipolar_type(), bipolar_type(), {6, wrap, each_cycle}, 0, 0, constant},
    {6, 11, 6, 11, bipolar_type(), signed_type(4), {9, wrap, each_cycle}, 2, 1, constant},
    {6, 20, 6, 20, unsigned_type(1), bipolar_type(), {5, wrap, each_cycle}, 1, 0, constant, true},
    {16, 32, 16, 32, unsigned_type(4), signed_type(2), {3, wrap, each_cycle}, 0, 0, constant},
};

const std::initializer_list<dot_shape> vvau_shapes{
    {6, 9, 2, 3, unsigned_type(4), signed_type(4), {9, wrap, each_cycle}},
    {4, 9, 2, 9, unsigned_type(4), signed_type(4), {8, saturate, each_product}, 7},
    {5, 9, 5, 1, signed_type(8), signed_type(8), {14, saturate, each_cycle}, 3, -2, block},
    {4, 25, 1, 5, unsigned_type(7), signed_type(3), {11, saturate, at_end}, 7},
    {4, 4, 4, 4, unsigned_type(2), bipolar_type(), {4, wrap, each_cycle}, 2},
    {1, 1, 1, 1, signed_type(5), signed_type(4), {6, saturate, each_cycle}},
};

void add_thresholdings(cases& all) {
  const auto add = [&](integer_type input, std::int64_t channels, int pe, std::int64_t rows, std::int64_t steps,
                       threshold_style style, std::vector<bool> descending, std::int64_t offset, memory_style memory) {
    numbers random(all.size() + 1);
    thresholding unit;
    unit.name = "Thresholding";
    unit.input_type = input;
    unit.channels = channels;
    unit.pe = pe;
    unit.thresholds = random_thresholds(rows, steps, input.bits + 2, random);
    unit.descending = std::move(descending);
    unit.output_offset = offset;
    unit.output_type = signed_type(bits_for(offset, offset + steps, true));
    unit.style = style;
    unit.memory = memory;
    unit.vectors_per_frame = 5;
    all.push_back(random_case(
        "thresholding",
        fmt::format("{}, {} channels, PE {}, {} rows of {}, {}{}{}", to_string(input), channels, pe, rows, steps,
                    style == threshold_style::parallel ? "parallel" : "binary search",
                    unit.descending.empty() ? "" : ", descending", memory == memory_style::block ? ", block RAM" : ""),
        chain({unit})));
  };
  for (const threshold_style style : {threshold_style::parallel, threshold_style::binary_search}) {
    add(unsigned_type(8), 6, 2, 6, 15, style, {}, 0, plain);
    add(signed_type(7), 6, 3, 6, 15, style, {}, -8, block);
    add(signed_type(5), 4, 4, 4, 6, style, {true, false, true, true}, 1, plain);
    add(unsigned_type(5), 4, 2, 4, 9, style, {true, false, false, true}, 0, block);
    add(unsigned_type(6), 6, 3, 1, 5, style, {}, 0, plain);
    add(unsigned_type(6), 6, 2, 1, 1, style, {true}, -1, plain);
    add(bipolar_type(), 3, 1, 3, 3, style, {false, true, false}, 0, plain);
  }
}

/// The same units with queues at their outputs.
void add_queues(cases& all) {
  const std::size_t count = all.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (!price_of_queue(all[i].flow.units[0])) continue;
    conformance_case queued = all[i];
    queued.kind += ", queue";
    queued.outputs = output_style::queue;
    all.push_back(std::move(queued));
  }
}

}  // namespace

std::vector<conformance_case> dot_cases() {
  cases all;
  for (const dot_shape& shape : mvau_shapes) add_dot<mvau>(all, "MVAU", shape);
  for (const dot_shape& shape : vvau_shapes) add_dot<vvau>(all, "VVAU", shape);
  add_thresholdings(all);
  add_queues(all);
  return all;
}

}  // namespace spillway::testing
