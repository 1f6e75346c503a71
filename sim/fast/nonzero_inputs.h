// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/sim/fast/register_lanes.h"
#include "spillway/sim/units/lane_kernels.h"

namespace spillway::detail {

/// Entries behind the last that `list_nonzero` may write.
inline constexpr std::int64_t list_padding = 16;

/// Lists those of `columns` bytes (`is_signed`: they are signed) that are not zero, each in the step of its column, and
/// returns the end of the list. `to` has room for as many as there are columns, and `list_padding` more.
dot_input* list_nonzero(const std::uint8_t* bytes, std::int64_t columns, bool is_signed, dot_input* to);
/// By the instructions of `target`, which this processor has.
dot_input* list_nonzero(const std::uint8_t* bytes, std::int64_t columns, bool is_signed, dot_input* to,
                        lane_target target);

}  // namespace spillway::detail
