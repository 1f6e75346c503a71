// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/select_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Keeps frames [skip, skip + count) of what has `a_frame` entries for each.
template <class T>
void keep_frames(std::vector<T>& entries, std::int64_t skip, std::int64_t count, std::int64_t a_frame) {
  entries.erase(entries.begin(), entries.begin() + skip * a_frame);
  entries.resize(static_cast<std::size_t>(count * a_frame));
}

}  // namespace

dataset select_frames(dataset all, std::int64_t skip, std::int64_t frames) {
  const std::int64_t available = all.frames(), features = all.features();
  if (skip < 0 || skip >= available)
    throw config_error(fmt::format("--skip {} leaves no frame of {}, which has {}", skip, all.name, available));
  const std::int64_t count = frames > 0 ? std::min(frames, available - skip) : available - skip;
  all.first_frame += skip;
  if (!all.labels.empty()) keep_frames(all.labels, skip, count, 1);
  if (all.targets) {
    keep_frames(all.targets->words, skip, count, all.targets->shape[1]);
    all.targets->shape[0] = count;
  }
  if (all.reals) {
    keep_frames(all.reals->values, skip, count, features);
    all.reals->shape[0] = count;
    return all;
  }
  keep_frames(all.inputs.words, skip, count, features * all.inputs.type.words());
  all.inputs.shape[0] = count;
  return all;
}

dataset copy_frames(const dataset& all, std::int64_t first, std::int64_t count) {
  dataset part;
  part.name = all.name;
  part.first_frame = all.first_frame + first;
  const std::int64_t features = all.features();
  if (all.reals) {
    part.reals = float_tensor{all.reals->shape, {}};
    part.reals->shape[0] = count;
    const auto begin = all.reals->values.begin() + first * features;
    part.reals->values.assign(begin, begin + count * features);
    return part;
  }
  const int words = all.inputs.type.words();
  part.inputs = {all.inputs.type, all.inputs.shape, {}};
  part.inputs.shape[0] = count;
  part.inputs.words.assign(all.inputs.at(first * features), all.inputs.at(first * features) + count * features * words);
  return part;
}

}  // namespace spillway
