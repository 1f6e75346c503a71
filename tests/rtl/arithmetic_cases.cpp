// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "spillway/tests/rtl/cases.h"

namespace spillway::testing {

namespace {

using cases = std::vector<conformance_case>;

/// a + max(a): the second operand has a type of its own and comes later.
dataflow add_to_copy(integer_type a, integer_type b, integer_type sum, std::int64_t channels, int pe,
                     std::int64_t vectors, std::int64_t a_factor = 1, std::int64_t b_factor = 1) {
  dataflow flow{"add_to_copy",
                {duplicate_streams{"Copy", a, channels, pe, vectors, 2},
                 pool{"Widen", a, b, pool_kind::max, channels, 1, 0, pe, vectors},
                 add_streams{"Add", a, b, sum, channels, pe, vectors, a_factor, b_factor}},
                2,
                {}};
  flow.streams = {{dataflow_stream::outside, 0, 0, 0},
                  {0, 0, 2, 0, 3},
                  {0, 1, 1, 0, 2},
                  {1, 0, 2, 1, 2},
                  {2, 0, dataflow_stream::outside, 0}};
  return flow;
}

void add_adds(cases& all) {
  const auto add = [&](integer_type a, integer_type b, integer_type sum, std::int64_t channels, int pe) {
    all.push_back(random_case("add", fmt::format("{} + {}, PE {}", to_string(a), to_string(b), pe),
                              add_to_copy(a, b, sum, channels, pe, 11)));
  };
  add(unsigned_type(4), unsigned_type(4), unsigned_type(5), 6, 2);
  add(signed_type(3), signed_type(7), signed_type(9), 5, 5);
  add(unsigned_type(4), signed_type(6), signed_type(7), 3, 1);
  add(bipolar_type(), signed_type(2), signed_type(3), 4, 4);
  add(bipolar_type(), signed_type(5), signed_type(6), 4, 2);
  add(signed_type(66), signed_type(67), signed_type(68), 2, 1);
  const auto add_multiples = [&](integer_type a, std::int64_t a_factor, integer_type b, std::int64_t b_factor,
                                 integer_type sum) {
    all.push_back(random_case("add multiples",
                              fmt::format("{} x {} + {} x {}", a_factor, to_string(a), b_factor, to_string(b)),
                              add_to_copy(a, b, sum, 4, 2, 11, a_factor, b_factor)));
  };
  add_multiples(unsigned_type(4), 2, unsigned_type(4), 1, unsigned_type(6));
  add_multiples(unsigned_type(4), 1, signed_type(5), -1, signed_type(7));
  add_multiples(signed_type(4), 7, signed_type(6), -11, signed_type(11));
  add_multiples(bipolar_type(), -3, signed_type(3), 100, signed_type(11));
  add_multiples(signed_type(5), 2147483647, signed_type(5), -2147483647, signed_type(37));
  add_multiples(signed_type(66), -1431655765, signed_type(67), 3, signed_type(98));
}

void add_pools(cases& all) {
  const auto add = [&](pool unit) {
    all.push_back(random_case(
        "pool",
        fmt::format("{} of {}, {} to {}, shift {}, PE {}", unit.kind == pool_kind::max ? "max" : "sum", unit.window,
                    to_string(unit.input_type), to_string(unit.output_type), unit.shift, unit.pe),
        chain({unit})));
  };
  add({"Pool", unsigned_type(4), unsigned_type(4), pool_kind::max, 6, 4, 0, 2, 7});
  add({"Pool", signed_type(5), signed_type(8), pool_kind::max, 3, 9, 0, 3, 5});
  add({"Pool", bipolar_type(), bipolar_type(), pool_kind::max, 4, 3, 0, 2, 5});
  add({"Pool", bipolar_type(), signed_type(2), pool_kind::max, 4, 3, 0, 4, 5});
  add({"Pool", bipolar_type(), signed_type(4), pool_kind::max, 4, 2, 0, 1, 5});
  add({"Pool", unsigned_type(4), unsigned_type(6), pool_kind::sum, 4, 4, 0, 2, 7});
  add({"Pool", unsigned_type(4), unsigned_type(4), pool_kind::sum, 4, 4, 2, 2, 7});
  add({"Pool", signed_type(4), signed_type(5), pool_kind::sum, 3, 5, 2, 1, 7});
  add({"Pool", signed_type(4), signed_type(20), pool_kind::sum, 3, 7, 1, 3, 5});
  add({"Pool", signed_type(3), signed_type(1), pool_kind::sum, 2, 2, 9, 1, 5});
  add({"Pool", bipolar_type(), signed_type(4), pool_kind::sum, 2, 5, 0, 2, 5});
  add({"Pool", unsigned_type(70), unsigned_type(71), pool_kind::sum, 1, 3, 1, 1, 5});
}

void add_global_sums(cases& all) {
  const auto add = [&](global_accumulate unit) {
    all.push_back(random_case("global accumulate",
                              fmt::format("{} positions of {} x {}, PE {}", unit.positions, unit.channels,
                                          to_string(unit.input_type), unit.pe),
                              chain({unit}), 4));
  };
  add({"Sum", unsigned_type(4), unsigned_type(8), 6, 9, 2});
  add({"Sum", signed_type(5), signed_type(12), 5, 7, 1});
  add({"Sum", signed_type(5), signed_type(9), 3, 5, 3});
  add({"Sum", bipolar_type(), signed_type(5), 4, 11, 2});
  add({"Sum", unsigned_type(3), unsigned_type(3), 4, 1, 1});
  add({"Sum", unsigned_type(8), unsigned_type(11), 80, 5, 2});
}

void add_selects(cases& all) {
  const auto add = [&](label_select unit) {
    all.push_back(
        random_case("label select",
                    fmt::format("top {} of {} x {}, PE {}", unit.k, unit.labels, to_string(unit.input_type), unit.pe),
                    chain({unit}), 9));
  };
  add({"Select", signed_type(9), unsigned_type(4), 10, 1, 1});
  add({"Select", unsigned_type(2), unsigned_type(8), 10, 3, 2});
  add({"Select", signed_type(2), unsigned_type(4), 9, 5, 3});
  add({"Select", bipolar_type(), unsigned_type(3), 7, 7, 7});
  add({"Select", unsigned_type(5), signed_type(6), 12, 2, 4});
  add({"Select", unsigned_type(5), unsigned_type(1), 1, 1, 1});
  add({"Select", signed_type(70), unsigned_type(3), 6, 2, 1});
}

conformance_case spoil(conformance_case each, std::string from, std::string to) {
  each.kind = "spoiled";
  each.spoiled = {std::move(from), std::move(to)};
  return each;
}

}  // namespace

std::vector<conformance_case> arithmetic_cases() {
  cases all;
  add_adds(all);
  add_pools(all);
  add_global_sums(all);
  add_selects(all);
  return all;
}

std::vector<conformance_case> spoiled_cases() {
  const pool sum{"Pool", unsigned_type(4), unsigned_type(4), pool_kind::sum, 4, 4, 2, 2, 7};
  sliding_window window{"Window", unsigned_type(4), 7, 7, 2, {3, 3, 1, 1, 1, 1, 0, 0, 0, 0}, window_style::serial, 1};
  const std::string depth = fmt::format(".DEPTH({})", window.buffer_depth()),
                    less = fmt::format(".DEPTH({})", window.buffer_depth() - 1);
  const padding border{"Pad", unsigned_type(4), 4, 5, 6, 1, 1, 1, 1, 1, 1, 0, 2};
  cases all;
  // Values that are wrong, a cycle that is late, a beat too many.
  all.push_back(spoil(random_case("", "a shift of 1 instead of 2", chain({sum})), ".SHIFT(2)", ".SHIFT(1)"));
  all.push_back(spoil(random_case("", "a window buffer a word too small", chain({window})), depth, less));
  all.push_back(spoil(random_case("", "a stream that is deeper", chain({sum})), ".DEPTH(2)", ".DEPTH(3)"));
  all.push_back(spoil(random_case("", "a border on the other side", chain({border})), ".LEFT(1)", ".LEFT(2)"));
  return all;
}

}  // namespace spillway::testing
