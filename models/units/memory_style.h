// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// Where weights or thresholds live.
enum class memory_style : unsigned char { automatic, distributed, block, ultra };

}  // namespace spillway
