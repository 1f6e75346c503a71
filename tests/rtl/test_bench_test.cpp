// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

#include "spillway/models/dataflow/evaluate.h"
#include "spillway/rtl/write.h"
#include "spillway/tests/rtl/cases.h"
#include "spillway/tests/rtl/shell.h"

// The test bench that is written with an accelerator, as its user runs it.

using namespace spillway;
using namespace spillway::testing;

TEST_CASE("the test bench that is written builds, passes, stalls as it is told, and says what is wrong") {
  const std::filesystem::path folder = std::filesystem::path(SPILLWAY_BINARY_DIR) / "rtl_bench";
  std::filesystem::remove_all(folder);
  const dataflow flow = chain({pool{"module", unsigned_type(4), unsigned_type(4), pool_kind::sum, 4, 4, 2, 1, 7}});
  rtl_options options;
  options.name = "1 pool";
  const integer_tensor inputs = random_inputs(flow, 3, 5);
  options.frames = {inputs, evaluate(flow, inputs)};
  const rtl_files made = make_rtl(flow, options);
  CHECK(made.top == "n1_pool");
  write_rtl(made, folder);

  const auto run_test_bench = [&](const std::string& arguments, int most) {
    const int code = run_in(folder, "./obj_dir/bench " + arguments, "run.log", most);
    return std::pair(code, load_text(folder / "run.log"));
  };
  run_in(folder, fmt::format("make lint VERILATOR={}", SPILLWAY_VERILATOR), "lint.log");
  run_in(folder, fmt::format("make VERILATOR={}", SPILLWAY_VERILATOR), "make.log");
  CHECK(load_text(folder / "make.log").find("PASS: 3 frames, 84 beats, 339 cycles") != std::string::npos);
  CHECK(run_test_bench("+sink_stall=50 +seed=3", 0).second.find("PASS: 3 frames") == 0);

  // The first cycle of the run, and of the output, is withheld: two cycles more.
  std::string ones = "1\n1\n", late;
  for (int i = 0; i < 338; ++i) late += "0\n";
  save_text(folder / "source.txt", ones);
  save_text(folder / "sink.txt", late + "1\n1\n1\n");
  CHECK(run_test_bench("+source_stalls=source.txt", 0).second.find(", 341 cycles") != std::string::npos);
  CHECK(run_test_bench("+sink_stalls=sink.txt", 0).second.find(", 342 cycles") != std::string::npos);

  std::string expected = load_text(folder / "n1_pool_expected.hex");
  const std::size_t place = 7;  // the second digit of the third word
  const std::string right = expected.substr(place, 1);
  expected[place] = right == "0" ? '1' : '0';
  save_text(folder / "n1_pool_expected.hex", expected);
  const auto [code, said] = run_test_bench("", 1);
  CHECK(code == 1);
  CHECK(said.find("FAIL: frame 0, beat 2, cycle") == 0);
  CHECK(said.find("found 0" + right) != std::string::npos);
}
