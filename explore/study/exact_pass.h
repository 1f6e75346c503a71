// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "spillway/models/dataflow/lowering_options.h"
#include "spillway/models/integer_network/integer_network.h"
#include "spillway/sim/sum_profile.h"

namespace spillway {

/// The same choices with registers that hold every sum: all `certified`.
lowering_options with_exact_registers(lowering_options choices);

/// What an exact pass looks at.
struct exact_options {
  std::int64_t counted = 0;   ///< the first frames, of which all sums are looked at
  bool partial_sums = false;  ///< of the others, too; else finished ones alone
  unsigned threads = 1;
  std::function<bool(std::uint64_t frames_done)> on_progress = {};  ///< false stops
};

/// The sums of all frames in registers that hold them: outputs; by frame and unit the bits that are needed; by unit and
/// channel how many dot products need how many, of finished sums in all frames, of others in the counted ones.
/// Nothing if it was stopped.
std::optional<sum_profile> run_exact_pass(const dataflow& flow, const integer_tensor& inputs,
                                          const exact_options& options);

/// The rules of `choices` with every `observed` replaced by the widths that `inputs` ask for, unit by unit, and the
/// margin: the least in which no sum of its scope leaves the register, with the folds that the choices give. Nothing
/// if `on_progress` stopped it.
std::optional<lowering_options> observe_registers(const integer_network& net, lowering_options choices,
                                                  const integer_tensor& inputs, const profile_options& options = {});

/// Whether some register of the choices is to be observed.
bool asks_for_observed(const lowering_options& choices);

}  // namespace spillway
