// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/channel_list.h"

#include <fmt/format.h>

#include <numeric>

#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/support/error.h"

namespace spillway {

std::int64_t sum_of_channels(const std::vector<std::int64_t>& channels) {
  return std::accumulate(channels.begin(), channels.end(), std::int64_t{0});
}

fold_sizes folds_of_channels(const std::vector<std::int64_t>& channels) {
  return {{"the channels' common divisor",
           std::accumulate(channels.begin(), channels.end(), std::int64_t{0}, std::gcd<std::int64_t, std::int64_t>)},
          {}};
}

void check_channels(const std::string& path, const std::vector<std::int64_t>& channels, int pe, const char* what) {
  if (channels.empty()) throw config_error(fmt::format("{}.channels is empty; at least one {} is right", path, what));
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string entry = fmt::format("channels[{}]", i);
    check_at_least(path, entry, channels[i], 1);
    check_fold(path, "pe", pe, entry, channels[i]);
  }
}

}  // namespace spillway
