// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace spillway {

/// 18 Kbit block memories of a memory of `depth` words of `width` bits, as FINN counts them
/// (MVAU.bram_estimation, simple dual port, UG573 table 1-10):
/// width 1: ceil(depth/16384); 2: ceil(depth/8192); <= 4: ceil(depth/4096)*ceil(width/4);
/// <= 9: ceil(depth/2048)*ceil(width/9); <= 18, or deeper than 512: ceil(depth/1024)*ceil(width/18);
/// else ceil(depth/512)*ceil(width/36).
std::int64_t finn_bram18(std::int64_t width, std::int64_t depth);

/// UltraRAMs (72 bits by 4096 words): ceil(width/72)*ceil(depth/4096). (MVAU.uram_estimation.)
std::int64_t finn_uram(std::int64_t width, std::int64_t depth);

}  // namespace spillway
