// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/against_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

namespace spillway {

namespace {

constexpr std::array against_names{"--against",          "--against-folding",    "--against-accumulator",
                                   "--against-hardware", "--against-device",     "--against-pe",
                                   "--against-simd",     "--against-multipliers"};

}  // namespace

void add_against_options(CLI::App& command, against_arguments& arguments) {
  constexpr const char* group = "A second design, to compare (what is left out is the first one's)";
  design_arguments& design = arguments.design;
  command.add_option("--against", design.model, "Its QONNX file")->group(group);
  command.add_option("--against-folding", design.folding, "Its folding file")->group(group);
  command.add_option("--against-accumulator", design.accumulators, "Its accumulators, as --accumulator")->group(group);
  command.add_option("--against-hardware", arguments.prices.hardware, "Its hardware")
      ->check(CLI::IsMember({"spillway", "finn-hls", "finn-rtl", "finn-formula"}))
      ->group(group);
  command.add_option("--against-device", arguments.prices.device, "Its device")->group(group);
  command.add_option("--against-pe", design.pe, "PE of its matrix units")->group(group);
  command.add_option("--against-simd", design.simd, "SIMD of its matrix units")->group(group);
  command.add_option("--against-multipliers", design.multipliers, "lut or dsp")
      ->check(CLI::IsMember({"lut", "dsp"}))
      ->group(group);
}

bool compares(const CLI::App& command) {
  return std::any_of(against_names.begin(), against_names.end(),
                     [&](const char* name) { return command.count(name) > 0; });
}

against_arguments second_of(const CLI::App& command, const against_arguments& said, const design_arguments& first,
                            const price_arguments& prices) {
  against_arguments second{first, prices};
  const auto take = [&](const char* name, auto& into, const auto& from) {
    if (command.count(name) > 0) into = from;
  };
  take("--against", second.design.model, said.design.model);
  take("--against-folding", second.design.folding, said.design.folding);
  take("--against-accumulator", second.design.accumulators, said.design.accumulators);
  take("--against-hardware", second.prices.hardware, said.prices.hardware);
  take("--against-device", second.prices.device, said.prices.device);
  take("--against-pe", second.design.pe, said.design.pe);
  take("--against-simd", second.design.simd, said.design.simd);
  take("--against-multipliers", second.design.multipliers, said.design.multipliers);
  return second;
}

std::string description_of(const design_arguments& design, const price_arguments& prices) {
  std::string text = design.model;
  if (!design.folding.empty()) text += fmt::format(", folding {}", design.folding);
  if (design.pe) text += fmt::format(", PE {}", *design.pe);
  if (design.simd) text += fmt::format(", SIMD {}", *design.simd);
  if (!design.multipliers.empty()) text += fmt::format(", multipliers {}", design.multipliers);
  if (!design.accumulators.empty()) text += fmt::format(", accumulators {}", fmt::join(design.accumulators, " "));
  return text + fmt::format("; {} on {}", prices.hardware, find_device(prices.device).name);
}

}  // namespace spillway
