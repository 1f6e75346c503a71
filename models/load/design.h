// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/lowering_options.h"
#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/network.h"
#include "spillway/models/streamline/streamline.h"

namespace spillway {

/// What can be chosen on the way from a file to an accelerator. Everything left open has a default.
struct design_options {
  streamline_options streamline;  ///< the format of an input without quantizer; whether bipolar layers count agreements
  std::string folding;            ///< path of FINN's folding_config.json; empty: none
  lowering_options lowering;      ///< units, registers; before what the folding file says of the same unit
  std::string folding_text = {};  ///< what such a file holds, in the place of a file
};

/// A network on its way from the file to the hardware: file -> network -> integers -> dataflow.
struct design {
  std::string model;  ///< the path, as it was given
  network file;
  streamline_options streamlining;  ///< as they were asked for
  integer_network integers;
  file_output output;                   ///< how the integers' output lies in the file's
  std::vector<assumption> assumptions;  ///< what was decided where the file leaves something open
  lowering_options choices;             ///< of the folding file and the options together: what `lower` took
  dataflow flow;                        ///< with the origin of each register
};

/// Reads a QONNX or QCDQ file, streamlines it into integers, and lowers these to units and streams. A register that the
/// options leave open has the width that the file says, else the least proven one (`resolve_register`).
/// Throws `config_error` for a choice that the network does not have, `input_error` or `io_error` for the files.
design load_design(const std::filesystem::path& model, const design_options& options = {});

/// The first part of it, for a network that is read already and that messages call `model`: its integers. There are
/// no units yet.
design streamline_design(network file, std::string model, const streamline_options& options = {});

/// Gives a design the choices of the options and of the folding file that they name, and no units.
void take_choices(design& of, const design_options& options);

/// The second part: gives a design its units, whatever it had before. The options' `streamline` does not count.
void lower_design(design& of, const design_options& options);

/// The lines about claims that their proofs refute, in the order of the units: "MVAU_0 (layer MatMul_0): claim refuted:
/// 12 bits are claimed (needs 13)". Empty where all claims that were taken hold.
std::vector<std::string> refuted_claims(const dataflow& flow);

}  // namespace spillway
