// SPDX-License-Identifier: Apache-2.0
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <systemc>

#include "spillway/tests/rtl/table.h"

// test_rtl --table prints the table of docs/rtl.md after the tests.

namespace {

struct row {
  std::set<std::string> configurations;
  std::uint64_t runs = 0, cycles = 0, beats = 0, differences = 0;
};

std::map<std::string, row>& rows() {
  static std::map<std::string, row> all;
  return all;
}

void print_table() {
  fmt::print(
      "| unit | configurations | runs | cycles compared | beats compared | differences |\n"
      "|---|--:|--:|--:|--:|--:|\n");
  for (const auto& [kind, r] : rows())
    fmt::print("| {} | {} | {} | {} | {} | {} |\n", kind, r.configurations.size(), r.runs, r.cycles, r.beats,
               r.differences);
}

}  // namespace

void spillway::testing::add_to_table(const conformance_case& each, const conformance_result& result) {
  row& of = rows()[each.kind];
  of.configurations.insert(each.what);
  ++of.runs;
  of.cycles += result.cycles;
  of.beats += result.beats;
  of.differences += result.differences;
}

// libsystemc's `main` calls this, as it does in any SystemC program.
int sc_main(int argc, char* argv[]) {
  const bool table = std::any_of(argv, argv + argc, [](std::string_view arg) { return arg == "--table"; });
  const int result = doctest::Context(argc, argv).run();
  if (table) print_table();
  return result;
}
