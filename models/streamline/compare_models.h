// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/models/streamline/comparable_model.h"

namespace spillway {

/// What differs first between two files of one network.
enum class compared_kind : unsigned char {
  sums,    ///< of a product, in whole numbers
  levels,  ///< of a quantizer, in whole numbers
  tensor,  ///< numbers of a tensor that both files make in the same way
  output,  ///< numbers of the output
  labels,  ///< classes, where a file ends in TopK or ArgMax
};

/// "sums", "levels", "tensor", "output", "labels".
std::string_view to_string(compared_kind what);

/// One side of a difference: what one file has.
struct compared_element {
  std::string node, tensor;            ///< of the file; the node is empty for an output
  std::optional<double> value;         ///< as the file scales it; none where the element is not known in the file
  std::optional<std::int64_t> number;  ///< sum, level or label as it is compared: `value_forms`
};

/// The first place at which a file differs from the one that it is compared with.
struct model_difference {
  compared_kind what = compared_kind::levels;
  compared_element expected, found;     ///< in the file that is compared with, and in the other
  std::int64_t frame = 0, channel = 0;  ///< the frame's number in the data
  std::int64_t position = 0;            ///< row * width + column
  std::optional<std::int64_t> element;  ///< of a frame of `expected.tensor`, in the file's order
};

/// How two files of one network compare.
struct model_comparison {
  std::int64_t frames = 0;
  std::int64_t sums = 0, levels = 0;  ///< that were compared
  std::int64_t tensors = 0;           ///< compared by name
  std::int64_t not_compared = 0;      ///< sums and levels of either that have no counterpart
  bool labels = false;                ///< of the outputs only the classes could be compared
  std::optional<model_difference> first;
  bool stopped = false;
};

/// Compares two files on the same frames, which the digests are of. `expected_data` and `found_data` are these frames,
/// each in its file's order.
///
/// Sums and levels are compared in whole numbers, in whatever way the files scale, number and name them; those that
/// both files have as many of, by kind and shape, in their order. Files that have the same operators under the same
/// names are compared by the names of all tensors, too. The first difference is that of the first tensor, in the order
/// of the expected file, and of its first frame.
model_comparison compare_models(const comparable_model& expected, const value_digests& expected_digests,
                                const dataset& expected_data, const comparable_model& found,
                                const value_digests& found_digests, const dataset& found_data,
                                const std::function<bool(std::uint64_t frames)>& on_progress = {});

/// True if two files have the same operators on the same tensors, whatever their constants are.
bool same_structure(const network& a, const network& b);

}  // namespace spillway
