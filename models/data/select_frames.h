// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/data/dataset.h"

namespace spillway {

/// Frames [skip, skip + frames) of a set; the rest of it if `frames` is 0. They keep their numbers (`first_frame`).
/// Throws `config_error` where that is none.
dataset select_frames(dataset all, std::int64_t skip, std::int64_t frames);

/// A copy of the inputs of frames [first, first + count), which are there.
dataset copy_frames(const dataset& all, std::int64_t first, std::int64_t count);

}  // namespace spillway
