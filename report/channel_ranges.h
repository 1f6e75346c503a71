// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "spillway/report/report_data.h"

namespace spillway {

/// Adds to the data of a run what the sums of each channel came to in a profile of its network (`spillway profile -o
/// DIR`): a table `channel_ranges` with `unit`, `channel`, `low` and `high` (the least and the greatest sum that the
/// register looks at, 0 included), `bits` (a register that holds both), `final_low` and `final_high` (of finished
/// sums); the tables of `add_profile_needs`; and the words `profile_frames` and `profile_dataset`. Throws `io_error` where there is no profile,
/// `input_error` where it is of other units, or, unless the register looks at finished sums alone, of other folds.
void add_channel_ranges(report_data& run, const std::filesystem::path& profile);

}  // namespace spillway
