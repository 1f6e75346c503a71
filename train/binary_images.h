// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace spillway {

/// Labelled 0/1 images, held as the positions of their ones.
struct binary_images {
  std::int64_t features = 0;
  std::vector<std::int64_t> offsets{0};  ///< image i has the ones offsets[i] .. offsets[i + 1] - 1
  std::vector<std::int64_t> ones;        ///< 0 to features - 1, ascending within an image
  std::vector<std::int64_t> labels;      ///< one an image

  std::int64_t frames() const { return static_cast<std::int64_t>(labels.size()); }

  /// Images first to last - 1.
  binary_images slice(std::int64_t first, std::int64_t last) const;
};

}  // namespace spillway
