// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "spillway/bench/workloads.h"
#include "spillway/rtl/sources.h"
#include "spillway/rtl/twin.h"
#include "spillway/sim/engine.h"

// The cycle engine beside the Verilated twin of the same unit, in one run: processor time, one thread, the same frames.
// The twin is the unit alone, fed from an array; the engine pays for its source, its sink and two streams as well.

namespace {

using namespace spillway;
namespace fs = std::filesystem;

constexpr const char* driver = R"(#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include "Vtwin.h"
template <class T> void put(T& port, unsigned seed) {
  for (std::size_t at = 0; at < sizeof(T); at += 4) {
    seed = seed * 1664525u + 1013904223u;
    std::memcpy(reinterpret_cast<char*>(&port) + at, &seed, sizeof(T) - at < 4 ? sizeof(T) - at : 4);
  }
}
int main(int, char** argv) {
  const long cycles = std::atol(argv[1]);
  Vtwin unit;
  const auto tick = [&] { unit.clk = 0; unit.eval(); unit.clk = 1; unit.eval(); };
  unit.rst = 1; unit.in_valid = 0; unit.out_ready = 1; tick(); tick(); unit.rst = 0; unit.in_valid = 1;
  const std::clock_t begin = std::clock();
  for (long c = 0; c < cycles; ++c) {
    if (unit.in_ready) put(unit.in_data, static_cast<unsigned>(c));
    tick();
  }
  std::printf("%.9f\n", static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
}
)";

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

/// Builds the unit with `verilator -O3` and g++ -O3, and gives the seconds that `cycles` cycles take.
double twin_seconds(const mvau& unit, std::uint64_t cycles, const fs::path& folder) {
  fs::create_directories(folder);
  rtl_instance twin = twin_of(unit);
  for (const rtl_memory& memory : twin.memories) {
    std::ofstream file(folder / (memory.name + ".hex"));
    for (const std::string& word : memory.hex_words) file << word << "\n";
    twin.parameters.push_back(text_parameter(memory.name, memory.name + ".hex"));
  }
  std::string files;
  for (const rtl_source& source : rtl_sources())
    std::ofstream(folder / fmt::format("{}.sv", source.module)) << source.text;
  for (const std::string& module : modules_named_in(twin.module)) files += " " + module + ".sv";
  std::string parameters;
  for (const rtl_parameter& parameter : twin.parameters)
    parameters += fmt::format("{}.{}({})", parameters.empty() ? "" : ", ", parameter.name, parameter.value);
  std::ofstream(folder / "twin.sv") << fmt::format(
      "module twin(input logic clk, rst, in_valid, out_ready, output logic in_ready, out_valid,\n"
      "            input logic [{}:0] in_data, output logic [{}:0] out_data);\n  {} #({}) unit (.*);\nendmodule\n",
      unit.simd * unit.input_type.bits - 1, unit.pe * unit.output_type.bits - 1, twin.module, parameters);
  std::ofstream(folder / "driver.cpp") << driver;
  const std::string in_folder = fmt::format("cd '{}' && ", folder.string());
  run(in_folder +
      SPILLWAY_VERILATOR
      " --cc --exe --build -O3 --x-assign fast --x-initial fast -Wno-fatal -CFLAGS -O3 "
      "--top-module twin twin.sv driver.cpp" +
      files + " > build.log 2>&1");
  run(in_folder + fmt::format("./obj_dir/Vtwin {} > seconds.txt", cycles));
  double seconds = 0;
  std::ifstream(folder / "seconds.txt") >> seconds;
  return seconds;
}

}  // namespace

int main() {
  fmt::print("PE = SIMD   engine Mcycles/s   twin Mcycles/s   ratio\n");
  for (const int fold : {8, 16, 32}) {
    mvau unit = bench::mvau_4bit({16, overflow_mode::wrap, limit_scope::per_cycle});
    unit.pe = unit.simd = fold;
    const integer_tensor inputs =
        bench::random_tensor(unit.input_type, {512'000 / (unit.nf() * unit.sf()), unit.mw()}, 3);
    recorder events(0);
    const double begin = bench::processor_seconds();
    const std::uint64_t cycles = run_cycle_engine({"bench", {unit}, 2}, inputs, events).cycles;
    const double engine = bench::processor_seconds() - begin;
    const double twin = twin_seconds(unit, 100'000, fs::temp_directory_path() / fmt::format("spillway_twin_{}", fold));
    const double engine_rate = static_cast<double>(cycles) / engine, twin_rate = 100'000 / twin;
    fmt::print("{:9}   {:16.2f}   {:14.3f}   {:5.0f}\n", fold, engine_rate / 1e6, twin_rate / 1e6,
               engine_rate / twin_rate);
  }
}
