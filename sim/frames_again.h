// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/sum_profile.h"

namespace spillway {

// Which frames of an exact pass tell nothing of narrower registers, so that they are to be run again.

/// Whether the values of `flow` depend on sums before the last one: some register of it saturates, and not only the
/// finished sum.
bool asks_for_partial_sums(const dataflow& flow);

/// The frames in which some register of `flow` can hold something else than the exact sum: where it wraps, those with a
/// finished sum that does not fit, where it saturates, those with a sum of its scope that does not. `exact` is of the
/// same units and folds; it has partial sums where `asks_for_partial_sums`.
std::vector<std::int64_t> frames_that_can_differ(const dataflow& flow, const sum_profile& exact);

/// The frames in which some register of `flow` overflows. `exact` has partial sums.
std::vector<std::int64_t> frames_that_overflow(const dataflow& flow, const sum_profile& exact);

/// The exact outputs in the type that the outputs of `flow` have. Throws `config_error` with `refusal` where these have
/// other words, which is so beyond 64 bits.
integer_tensor as_outputs_of(const dataflow& flow, const integer_tensor& exact, const char* refusal);

/// Some frames of a tensor that has `frames` of them, one behind the other.
integer_tensor frames_of(const integer_tensor& all, std::int64_t frames, std::span<const std::int64_t> which);

/// Puts the values of these frames into the tensor that they were taken from. Both have types of as many words.
void put_frames(integer_tensor& all, const integer_tensor& some, std::span<const std::int64_t> which);

}  // namespace spillway
