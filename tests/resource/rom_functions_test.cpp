// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/rom_functions.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

#include "spillway/resource/estimate.h"
#include "spillway/tests/resource/matrix_unit.h"

using namespace spillway;

namespace {

/// Functions of the address that the bits of a memory are, one bit at a time.
std::size_t functions_one_by_one(const integer_tensor& values, std::int64_t depth, std::int64_t elements, int bits) {
  std::set<std::vector<bool>> functions;
  for (std::int64_t i = 0; i < elements; ++i)
    for (int bit = 0; bit < bits; ++bit) {
      std::vector<bool> column;
      for (std::int64_t word = 0; word < depth; ++word)
        column.push_back((*values.at(word * elements + i) >> bit & 1) != 0);
      const bool is_inverted = column.front();
      for (auto&& one : column) one = one != is_inverted;
      if (column != std::vector<bool>(column.size(), false)) functions.insert(column);
    }
  return functions.size();
}

/// A row of `values` a word.
rom_layout row_by_row(const integer_tensor& values, int bits) {
  rom_layout rom{values, {}, {}, bits};
  for (std::int64_t word = 0; word < values.shape[0]; ++word) rom.words.push_back(word * values.shape[1]);
  for (std::int64_t i = 0; i < values.shape[1]; ++i) rom.elements.push_back(i);
  return rom;
}

std::int64_t bits_of_address(std::int64_t depth) {
  std::int64_t bits = 0;
  for (; std::int64_t{1} << bits < depth; ++bits) {
  }
  return bits;
}

/// A unit of 128 folds of 7 thresholds each, where `threshold(fold, t)` stands.
template <class Threshold>
double luts_of_deep_unit(const Threshold& threshold) {
  mvau unit = testing::matrix_unit(12);
  unit.pe = 1;
  unit.weights = integer_tensor::zeros(signed_type(4), {128, 64});
  unit.output_type = unsigned_type(3);
  unit.thresholds = integer_tensor::zeros(signed_type(13), {128, 7});
  for (std::int64_t fold = 0; fold < 128; ++fold)
    for (std::int64_t t = 0; t < 7; ++t) *unit.thresholds->at(fold * 7 + t) = threshold(fold, t);
  double luts = 0;
  for (const priced_part& part : estimate(unit).parts) luts += part.amount.all_luts();
  return luts;
}

}  // namespace

TEST_CASE("the functions of a deep memory's bits are counted as one by one") {
  std::mt19937 random(5);
  for (const std::int64_t depth : {65, 72, 128, 200, 256}) {
    const std::int64_t elements = 9;
    integer_tensor values = integer_tensor::zeros(signed_type(8), {depth, elements});
    for (std::int64_t i = 0; i < values.size(); ++i) *values.at(i) = static_cast<std::int64_t>(random() % 16) - 8;
    for (std::int64_t word = 0; word < depth; ++word) {
      *values.at(word * elements + 1) = *values.at(word * elements);   // the same
      *values.at(word * elements + 2) = ~*values.at(word * elements);  // its complement
      *values.at(word * elements + 3) = -5;                            // no function at all
    }
    const auto counted = deep_rom_functions(row_by_row(values, 8));
    CHECK(counted.functions == static_cast<std::int64_t>(functions_one_by_one(values, depth, elements, 8)));
  }
}

TEST_CASE("the functions of a shallow memory's bits are counted as one by one, but for bits of the address") {
  std::mt19937 random(5);
  for (const int bits : {1, 2, 3, 7, 8, 9, 16, 17, 32, 40})
    for (const std::int64_t depth : {2, 3, 7, 8, 9, 16, 33, 63, 64}) {
      const std::int64_t elements = 11;
      integer_tensor values = integer_tensor::zeros(signed_type(bits == 1 ? 2 : bits), {depth, elements});
      const std::int64_t half = std::int64_t{1} << (bits - 1);
      for (std::int64_t i = 0; i < values.size(); ++i)
        *values.at(i) = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * half)) - half;
      for (std::int64_t word = 0; word < depth; ++word) *values.at(word * elements + 1) = ~*values.at(word * elements);
      const auto counted = rom_functions(row_by_row(values, bits));
      // A bit of the address in element 2 changes nothing: it is taken out of both.
      integer_tensor with_address = values;
      for (std::int64_t word = 0; word < depth; ++word) *with_address.at(word * elements + 2) = -(word & 1);
      const auto with = rom_functions(row_by_row(with_address, bits));
      CHECK(with <= counted);
      const auto all = static_cast<std::int64_t>(functions_one_by_one(values, depth, elements, bits));
      CHECK(counted <= all);
      CHECK(counted >= all - bits_of_address(depth));
      if (depth > 32 && bits > 1) CHECK(counted == all);  // nothing random is a bit of the address
    }
}

TEST_CASE("deep thresholds cost what their bits differ in") {
  std::mt19937 random(5);
  const double any = luts_of_deep_unit(
      [&](auto, std::int64_t t) { return 512 * (t - 4) + static_cast<std::int64_t>(random() % 512); });
  const double same = luts_of_deep_unit([](auto, std::int64_t t) { return 512 * (t - 4); });
  CHECK(any > same + 200);
}

TEST_CASE("a unit whose register reaches no threshold costs next to nothing") {
  mvau unit = testing::matrix_unit(12);
  unit.pe = 16;
  unit.output_type = unsigned_type(1);
  const auto luts = [&](std::int64_t threshold) {
    unit.thresholds = integer_tensor::zeros(signed_type(13), {16, 1});
    for (std::int64_t row = 0; row < 16; ++row) *unit.thresholds->at(row) = threshold;
    double sum = 0;
    for (const priced_part& part : estimate(unit).parts) sum += part.amount.all_luts();
    return sum;
  };
  CHECK(luts(2047) > 500);
  CHECK(luts(2048) < 30);   // above every value of 12 bits
  CHECK(luts(-2048) < 30);  // not above any
}
