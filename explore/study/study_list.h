// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "spillway/explore/study/study_spec.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/dataflow/register_choice.h"

namespace spillway {

/// A network file of a study.
struct study_network {
  std::string key;   ///< hash of its bytes
  std::string path;  ///< that it is read from
  std::string file;  ///< as it was named, from the study's folder
  std::string name;  ///< folder and file without ending
  std::optional<double> float_accuracy;
};

/// The images of a study.
struct study_set {
  std::string key;  ///< hash of values, labels and targets
  study_data given;
  dataset values;
  std::optional<std::int64_t> held_back = {};  ///< images that training held back, where the name says `:validation`
};

/// What its registers are to be, before a network is looked at.
struct study_registers {
  std::vector<register_rule> rules;     ///< what was asked for: one rule, or several
  std::optional<register_choice> wide;  ///< of layers that training does not narrow
  std::vector<register_rule> always;    ///< behind both
  accumulator_format beyond;            ///< overflow and scope where no rule states them
  std::string words;                    ///< as people write it, without overflow and scope
};

/// A point of a study: registers of a group's design.
struct study_point {
  std::string key;  ///< hash of all that decides its results
  study_registers registers;
};

/// Points that share network, data and folding, and the hardware that they are priced as.
struct study_group {
  std::size_t network = 0, data = 0;
  std::optional<std::size_t> calibration;  ///< the data that registers are observed on
  std::optional<std::size_t> validation;   ///< the data that widths are searched on
  study_goal goal;
  std::string folding_key;
  std::string hardware, device;
  double clock_mhz = 200;
  std::int64_t count_frames = 0;
  std::string input, multipliers;
  bool xnor_popcount = false;
  std::vector<study_point> points;
};

/// All points of a study, each once, in the order of its parts: networks, then data, foldings, hardware, devices,
/// registers.
struct study_list {
  study_spec spec;
  std::vector<study_network> networks;
  std::vector<study_set> sets;
  std::vector<study_group> groups;

  /// How many there are.
  std::size_t points() const;
};

/// Expands a study: finds and hashes its files and loads its data. Networks are not looked into yet. Throws
/// `config_error`, `input_error` or `io_error` for whatever of it is not there or not legal.
study_list list_points(const study_spec& spec);

}  // namespace spillway
