// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "spillway/report/finished_run.h"
#include "spillway/report/save_run.h"
#include "spillway/resource/amounts.h"

namespace spillway {

/// How a design is simulated.
struct simulation_options {
  /// cycle: the SystemC model; fast: the same results without a clock; auto: fast, unless something asks for a clock
  /// (stalls, waves, a comparison, modules of the user).
  std::string engine = "auto";
  std::uint64_t max_events = 1'000'000;  ///< that the log keeps; counts are always exact
  bool compare = false;                  ///< every stream with the integer network (cycle engine)
  run_options run;                       ///< stalls, waves, threads, progress
  bool real_outputs = false;             ///< save what the outputs stand for, too (outputs_real.npy)
  bool exact = true;                     ///< compare with registers of full width
  /// Called in that comparison with the frames that are done, and how many there are; false stops it.
  std::function<bool(std::uint64_t done, std::uint64_t all)> on_exact = {};
  /// Called with a line about how the run directory is used, where it should be known.
  std::function<void(const std::string& line)> on_note = {};
  /// Tensors of the file that a run directory shall hold (`parse_dump`); empty: none.
  std::vector<std::string> dump = {};
  /// Called while they are written with the frames that are done; false stops it.
  std::function<bool(std::uint64_t done)> on_dump = {};
  std::string command;     ///< for the manifest
  price_list prices = {};  ///< that a run directory's report shows
};

/// Runs a design on a data set: quantizes the inputs, simulates, and scores the outputs against registers of full
/// width. With a `saver` the run directory is written on the way, and an interrupted run of the same content goes on;
/// what could not be written is in its `failure()`. Throws `protocol_error` that names the smallest change where the
/// design deadlocks, `config_error` for data that does not fit the network.
finished_run simulate(design accelerator, dataset data, const simulation_options& options = {},
                      run_saver* saver = nullptr);

}  // namespace spillway
