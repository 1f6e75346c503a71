// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/numbers/accumulator_format.h"

namespace spillway {

/// Some frames of a data set.
struct study_data {
  std::string name;                   ///< as `load_dataset` takes it
  std::int64_t frames = 0, skip = 0;  ///< 0 frames: all

  friend bool operator==(const study_data&, const study_data&) = default;
};

/// What a folding is searched for.
struct study_goal {
  enum class kind : unsigned char {
    standard,  ///< nothing: the folds that `lower` gives by itself
    fps,       ///< frames a second at the study's clock
    cycles,    ///< cycles a frame
    budget,    ///< the highest rate with which the design takes at most so many percent of each kind of the device
    file,      ///< not at all: FINN's folding_config.json
  };
  kind of = kind::standard;
  double value = 0;  ///< frames, cycles or percent
  std::string file;

  friend bool operator==(const study_goal&, const study_goal&) = default;
};

/// "default", "100000 fps", "784 cycles", "60% of the device", "file NAME".
std::string to_string(const study_goal& goal);

/// Every combination of these is a point.
struct study_part {
  std::vector<std::string> networks;  ///< files, folders, globs
  study_data data;
  std::optional<study_data> calibration;  ///< what `observed` registers are observed on
  /// What widths of `searched` registers are searched on; left out, what training of the network held back, if its file
  /// says so (`validation_of`).
  std::optional<study_data> validation;
  /// Register choices: rules apart by blanks, `12 MVAU_0=32`, and alternatives: `8..16`, `8,12`. `@FILE` is one choice.
  std::vector<std::string> accumulators{"certified"};
  std::string wide;                 ///< what layers take that training does not narrow; empty: as `accumulators` says
  std::vector<std::string> always;  ///< rules behind all others
  std::vector<overflow_mode> overflow{overflow_mode::wrap};  ///< where the rules do not say it
  std::vector<limit_scope> scope{limit_scope::per_cycle};
  std::vector<study_goal> foldings{{}};
  std::vector<std::string> hardware{"spillway"}, devices{"xc7z020"};
  double clock_mhz = 200;
  std::int64_t count_frames = 0;  ///< overflows are counted on the first frames; 0: on all
  std::string input;              ///< of a file that does not quantize its input, as `--input`
  std::string multipliers;        ///< `lut`, `dsp` or as the folding says
  bool xnor_popcount = false;
  std::optional<double> float_accuracy;  ///< top-1 of the float network that the networks were trained from
};

/// What a study asks for.
struct study_spec {
  std::string name;
  std::vector<study_part> parts;
  std::filesystem::path folder;  ///< that relative paths are relative to; empty: the working directory
};

/// Reads a study file (docs/study.md): one JSON object, whose keys are those of a part, `name`, `folder` and `parts`; a
/// part has what the file says outside of parts unless it says otherwise itself. Paths are relative to `folder`, or to
/// that of the file. Throws
/// `input_error` that names the file, the key, its value and what would be right.
study_spec read_study(const std::string& path);

/// The same of the text of such a file, which messages call `name`; relative paths are relative to `folder`.
study_spec parse_study(const std::string& text, const std::string& name, const std::filesystem::path& folder);

/// The spec as such a file's JSON, in one line, with everything stated but the folder. Equal studies are equal texts.
std::string to_json(const study_spec& spec);

/// The same as a file that can be read from anywhere: with the folder, as an absolute path, and in many lines.
std::string to_study_file(const study_spec& spec);

/// Throws `config_error` for a part without networks, data or register choices, and for numbers that mean nothing.
void validate(const study_spec& spec);

}  // namespace spillway
