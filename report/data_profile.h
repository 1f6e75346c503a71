// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/load/design.h"
#include "spillway/sim/sum_profile.h"

namespace spillway {

/// What one unit's sums ask of its register: on some data, on any data, and by the file's claim.
struct unit_profile {
  std::string unit, layer;
  std::int64_t rows = 0, columns = 0;
  std::int64_t pe = 1, simd = 1;
  int certified_bits = 1;                 ///< no input overflows as many, in any order
  std::optional<int> claimed_bits;        ///< by the file
  std::vector<int> channel_certificates;  ///< the certified bits of each channel
  std::vector<channel_sums> channels;
  channel_sums total;
};

/// The sums of a design on a data set, exactly, with the folds that it has.
struct data_profile {
  std::string model, data;
  std::uint64_t frames = 0;
  bool stopped = false;  ///< before all frames were done
  std::vector<unit_profile> units;
};

/// One exact pass of `accelerator` over `data` (`profile_sums`). `options.on_progress` as there.
data_profile profile_data(const design& accelerator, const dataset& data, const profile_options& options);

/// A table of units, and the share of dot products that overflow at each P; the same, and every channel, as JSON
/// (docs/json.md); a line of CSV for each channel, scope and number of bits that some dot product needs.
std::string to_text(const data_profile& profile);
std::string to_json(const data_profile& profile);
std::string to_csv(const data_profile& profile);

}  // namespace spillway
