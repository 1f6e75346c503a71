// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spillway/calibration/synthesis_point.h"
#include "spillway/resource/devices.h"
#include "spillway/resource/resources.h"

namespace spillway {

/// What synthesis says of a point, and which tool said it.
struct synthesis_result {
  std::string name, stratum;
  std::string spec;  ///< of the point
  std::string rtl;   ///< SHA-256 of the SystemVerilog that was read, 12 digits
  resources counted;
};

/// What is synthesised for. With DSPs, synthesis takes them for products of nine bits and more.
struct synthesis_target {
  fpga_family family = fpga_family::series7;
  bool with_dsp = false;
};

/// How points are synthesised: stated in every file of results.
std::string synthesis_recipe(synthesis_target target = {});

/// The version line of the Yosys that is installed. Throws `io_error` if there is none.
std::string yosys_version();

/// Synthesises points, each by itself and out of context: a unit without the streams at its ends. One run of Yosys
/// takes them all, for half of a small point's time is the tool's own. Files are made in `scratch`, which must exist.
/// Throws `io_error` if Yosys fails, with the line that says why.
std::vector<synthesis_result> synthesise(std::span<const synthesis_point> points, const std::filesystem::path& scratch,
                                         synthesis_target target = {});

/// A file of results: a line of JSON a point, after one with the tool and the recipe.
struct result_file {
  std::string tool, recipe;
  std::vector<synthesis_result> results;
};

/// Nothing if the file is not there. Throws `input_error` for what is not a file of results; a last line that was cut
/// off is left away, for its point was not finished.
std::optional<result_file> read_results(const std::filesystem::path& file);

/// A result, and the first line of a file, as they are stored.
std::string to_line(const synthesis_result& result);
std::string header_line(const std::string& tool, synthesis_target target = {});

}  // namespace spillway
