// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>

#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/load/design.h"
#include "spillway/rtl/sources.h"
#include "spillway/rtl/write.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/rtl/cases.h"
#include "spillway/tests/rtl/shell.h"

// What is written, in the tools of those who take it: Icarus, Verilator's lint, Yosys, and folders other than its own.

using namespace spillway;
using namespace spillway::testing;

namespace {

namespace fs = std::filesystem;

fs::path empty_folder(const std::string& name) {
  const fs::path folder = fs::path(SPILLWAY_BINARY_DIR) / "rtl_simulators" / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

rtl_files make(const dataflow& flow, const std::string& name, std::int64_t frames) {
  rtl_options options;
  options.name = name;
  const integer_tensor inputs = random_inputs(flow, frames, 5);
  options.frames = {inputs, evaluate(flow, inputs)};
  return make_rtl(flow, options);
}

/// A thresholding unit of any values: `steps` thresholds of 24 bits for each of `channels`, all at once.
dataflow thresholds(std::int64_t channels, std::int64_t steps, threshold_style style) {
  thresholding unit;
  unit.name = "Thresholds";
  unit.input_type = signed_type(23);
  unit.output_type = unsigned_type(8);
  unit.channels = channels;
  unit.pe = static_cast<int>(channels);
  unit.style = style;
  unit.thresholds = integer_tensor::zeros(signed_type(24), {channels, steps});
  for (std::int64_t i = 0; i < unit.thresholds.size(); ++i)
    unit.thresholds.words[static_cast<std::size_t>(i)] = -4'000'000 + (i % steps) * 31'000 + i / steps * 7;
  return chain({unit});
}

/// 4 x 8 weights; constants of the logic, or in a memory.
dataflow small_matrix(bool constant = false) {
  mvau unit;
  unit.name = "MVAU_0";
  unit.input_type = unsigned_type(4);
  unit.weights = integer_tensor::zeros(signed_type(4), {4, 8});
  for (std::size_t i = 0; i < 32; ++i) unit.weights.words[i] = static_cast<std::int64_t>(i * 7 % 16) - 8;
  unit.accumulator = {.bits = 11};
  unit.output_type = signed_type(11);
  unit.weight_memory = constant ? memory_style::constant : memory_style::distributed;
  unit.pe = constant ? 4 : 2;
  unit.simd = constant ? 8 : 4;
  return chain({unit});
}

int run(const fs::path& folder, const std::string& command, std::string* said = nullptr) {
  const int code = run_in(folder, command, "run.log", 255);
  if (said) *said = load_text(folder / "run.log");
  return code;
}

/// The widest literal of a text: the greatest N of N'h, N'd and N'b.
long widest_literal_of(const std::string& text) {
  static const std::regex literals("([0-9]+)'s?[hdb]");
  long widest = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), literals), end; at != end; ++at)
    widest = std::max(widest, std::stol((*at)[1]));
  return widest;
}

}  // namespace

TEST_CASE("the bench passes in Icarus, in as many cycles as in Verilator, with the same stalls") {
  if (!SPILLWAY_HAS_ICARUS) return;
  const fs::path folder = empty_folder("icarus");
  write_rtl(make(small_matrix(), "net", 5), folder);
  run_in(folder, fmt::format("make VERILATOR={}", SPILLWAY_VERILATOR), "make.log");
  std::string icarus, verilator;
  for (const char* stalls : {"", "+source_stall=40 +sink_stall=30 +seed=9"}) {
    CHECK(run(folder, fmt::format("make -s icarus ARGS='{}'", stalls), &icarus) == 0);
    CHECK(run(folder, fmt::format("./obj_dir/bench {}", stalls), &verilator) == 0);
    CHECK(icarus.find("PASS: 5 frames, ") == 0);
    CHECK(icarus == verilator);
  }
}

TEST_CASE("wherever the bench is started it tests, or fails and names the file that is missing") {
  const fs::path folder = empty_folder("elsewhere"), other = empty_folder("elsewhere_other");
  write_rtl(make(small_matrix(), "net", 5), folder);
  run_in(folder, fmt::format("make VERILATOR={}", SPILLWAY_VERILATOR), "make.log");
  const std::string bench = (folder / "obj_dir/bench").string();
  std::string said;
  CHECK(run(other, bench, &said) == 0);
  CHECK(said.find("PASS: 5 frames") == 0);
  save_text(other / "ones.txt", "1\n1\n");
  CHECK(run(other, bench + " +source_stalls=ones.txt", &said) == 0);
  CHECK(run(other, bench + " +source_stalls=nowhere.txt", &said) == 1);
  CHECK(said.find("nowhere.txt") != std::string::npos);
  if (SPILLWAY_HAS_ICARUS) {
    run_in(folder, "make -s icarus", "icarus.log");
    CHECK(run(other, fmt::format("vvp -n '{}'", (folder / "net_bench.vvp").string()), &said) != 0);
    CHECK(said.find("FAIL: net_input.hex is not there") != std::string::npos);
    CHECK(said.find("PASS") == std::string::npos);
  }
  for (const char* file : {"net_input.hex", "net_expected.hex", "net_MVAU_0_W_FILE.hex"}) {
    CAPTURE(file);
    fs::rename(folder / file, folder / "away");
    CHECK(run(folder, bench, &said) == 1);
    CHECK(said.find(fmt::format("FAIL: {} is not there", file)) != std::string::npos);
    CHECK(said.find("PASS") == std::string::npos);
    save_text(folder / file, "");
    CHECK(run(folder, bench, &said) == 1);
    CHECK(said.find(fmt::format("FAIL: {} has 0 words", file)) != std::string::npos);
    fs::rename(folder / "away", folder / file);
  }
  CHECK(run(folder, bench, &said) == 0);
}

TEST_CASE("an output that is X is a failure") {
  if (!SPILLWAY_HAS_ICARUS) return;
  const fs::path folder = empty_folder("x");
  write_rtl(make(small_matrix(), "net", 2), folder);
  std::string words = load_text(folder / "net_MVAU_0_W_FILE.hex");
  words[0] = 'x';
  save_text(folder / "net_MVAU_0_W_FILE.hex", words);
  std::string said;
  CHECK(run(folder, "make -s icarus", &said) != 0);
  CHECK(said.find("FAIL: frame 0") != std::string::npos);
  CHECK(said.find("PASS") == std::string::npos);
}

TEST_CASE("thresholds that no literal may hold are files, or several literals, and the simulators take them") {
  for (const threshold_style style : {threshold_style::parallel, threshold_style::binary_search}) {
    const dataflow flow = thresholds(12, 255, style);  // 12 * 255 * 24 bits: 73,440
    const rtl_files made = make(flow, "wide", 3);
    CHECK(widest_literal_of(made.files[0].text) <= 65'536);
    const fs::path folder = empty_folder("wide");
    write_rtl(made, folder);
    CHECK(fs::exists(folder / "wide_Thresholds_T_FILE.hex") == (style == threshold_style::parallel));
    run_in(folder, fmt::format("make lint VERILATOR={}", SPILLWAY_VERILATOR), "lint.log");
    if (!SPILLWAY_HAS_ICARUS) continue;
    std::string said;
    CHECK(run(folder, "make -s icarus", &said) == 0);
    CHECK(said.find("PASS: 3 frames") != std::string::npos);
  }
}

TEST_CASE("two accelerators in one folder have no file in common but those that are the same in both") {
  std::map<std::string, std::string> files;
  for (const char* name : {"one", "two"})
    for (const rtl_file& file : make(small_matrix(), name, 2).files) {
      if (file.name == "Makefile" || file.name == "synth.ys" || file.name.ends_with(".tcl")) continue;  // of the last one
      CAPTURE(file.name);
      const auto [there, is_new] = files.emplace(file.name, file.text);
      CHECK((is_new || there->second == file.text));
    }
  CHECK(files.contains("one_MVAU_0_W_FILE.hex"));
}

TEST_CASE(
    "a top is never called as one of its modules or ports, and no function's variable is called as a user's top") {
  const dataflow flow = small_matrix();
  for (const char* name : {"spillway_mvau", "spillway_bench_sink", "clk", "m_axis_tdata", "TOP"})
    CHECK(make_rtl(flow, {name, {}, {}, {}}).top == std::string(name) + "_2");
  // Verilator says that an argument hides a module of its name at the top.
  static const std::regex function("function automatic([^;]*);([^]*?)endfunction"),
      variable("([A-Za-z_][A-Za-z0-9_]*)");
  std::size_t functions = 0;
  for (const rtl_source& source : rtl_sources()) {
    const std::string text(source.text);
    for (std::sregex_iterator at(text.begin(), text.end(), function), end; at != end; ++at, ++functions) {
      const std::string head = (*at)[1], arguments = head.substr(head.rfind('('));
      for (std::sregex_iterator word(arguments.begin(), arguments.end(), variable); word != end; ++word) {
        const std::string name = (*word)[1];
        const std::set<std::string> words{"input", "integer", "logic", "signed"};
        CAPTURE(source.module);
        CHECK_MESSAGE((words.contains(name) || name.starts_with("fn_")), name);
      }
    }
  }
  CHECK(functions > 5);
}

TEST_CASE("synth.ys is run by Yosys as it is, and counts cells") {
  if (!SPILLWAY_HAS_YOSYS) return;
  for (const bool constant : {false, true}) {
    const fs::path folder = empty_folder("yosys");
    write_rtl(make(small_matrix(constant), "net", 2), folder);
    run_in(folder, "yosys -q -s synth.ys", "yosys.log");
    const std::string counts = load_text(folder / "net.stat");
    CHECK(counts.find("=== net ===") != std::string::npos);
    CHECK(counts.find("FDRE") != std::string::npos);
    CHECK(fs::file_size(folder / "net.json") > 1000);
  }
}

TEST_CASE("trained networks lint without a warning") {
  std::vector<std::string> files{"espcn-photographs/a2q-w4a4-p10"};
  if (effort() > 1) files.insert(files.end(), {"resnet18-cifar10/a2q_plus-w4a4-p12", "mobilenet_v1-cifar10/qat-w4a4"});
  for (const std::string& file : files) {
    CAPTURE(file);
    const fs::path folder = empty_folder("lint");
    write_rtl(make_rtl(load_design(SPILLWAY_SOURCE_DIR "/models/zoo/" + file + ".onnx", {}).flow), folder);
    std::string top;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".f") top = entry.path().stem().string();
    run_in(folder, fmt::format("{0} --lint-only -Wall --top-module {1} -f {1}.f", SPILLWAY_VERILATOR, top), "lint.log");
  }
}
