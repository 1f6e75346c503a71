// SPDX-License-Identifier: Apache-2.0
// Drives clock and reset of a test bench that Verilator made of `--prefix Vbench`, until it is finished. Exit code 0 if
// it compared every beat and found no difference. Arguments that begin with + are the bench's. The bench reads the
// files of the folder above this program, where `make` put it, from wherever it is started.
#include <verilated.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "Vbench.h"

namespace {

namespace fs = std::filesystem;

/// The arguments, with absolute paths in +source_stalls=FILE and +sink_stalls=FILE.
std::vector<std::string> absolute_arguments(int argc, char** argv) {
  std::vector<std::string> arguments(argv, argv + argc);
  for (std::string& argument : arguments)
    for (const std::string option : {"+source_stalls=", "+sink_stalls="})
      if (argument.compare(0, option.size(), option) == 0)
        argument = option + fs::absolute(argument.substr(option.size())).string();
  return arguments;
}

void go_to_files(const std::string& program) {
  std::error_code failed;
  fs::path place = fs::read_symlink("/proc/self/exe", failed);
  if (failed) place = fs::absolute(program);
  const fs::path folder = place.parent_path().parent_path();
  if (fs::exists(folder / "Makefile", failed)) fs::current_path(folder, failed);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments = absolute_arguments(argc, argv);
  std::vector<const char*> texts;
  for (const std::string& argument : arguments) texts.push_back(argument.c_str());
  go_to_files(arguments.front());
  VerilatedContext context;
  context.commandArgs(argc, texts.data());
  Vbench bench{&context};
  const auto cycle = [&] {
    for (const int level : {0, 1}) {
      bench.clk = level;
      bench.eval();
      context.timeInc(5);
    }
  };
  bench.rst = 1;
  for (int i = 0; i < 4; ++i) cycle();
  // Resets end between two rising edges.
  bench.clk = 0;
  bench.rst = 0;
  while (!bench.finished && !context.gotFinish()) cycle();
  const bool passed = bench.finished && !bench.failed;
  bench.final();
  return passed ? 0 : 1;
}
