// SPDX-License-Identifier: Apache-2.0
#include "train/binary_images.h"

namespace spillway {

binary_images binary_images::slice(std::int64_t first, std::int64_t last) const {
  binary_images result{features, {}, {}, {labels.begin() + first, labels.begin() + last}};
  const auto from = offsets[static_cast<std::size_t>(first)], to = offsets[static_cast<std::size_t>(last)];
  result.ones.assign(ones.begin() + from, ones.begin() + to);
  for (auto i = first; i <= last; ++i) result.offsets.push_back(offsets[static_cast<std::size_t>(i)] - from);
  return result;
}

}  // namespace spillway
