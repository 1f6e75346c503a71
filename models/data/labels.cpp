// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/labels.h"

#include <fmt/format.h>

#include <limits>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

std::vector<int> labels_of(const npy_array& array, const std::string& what) {
  const auto* integers = std::get_if<integer_tensor>(&array);
  if (integers == nullptr) throw input_error(fmt::format("{}: holds floats; classes are integers", what));
  const std::vector<std::int64_t>& shape = integers->shape;
  if (shape.size() != 1 && !(shape.size() == 2 && shape[1] == 1))
    throw input_error(
        fmt::format("{}: has the shape [{}]; one class a frame, [frames], is right", what, fmt::join(shape, ", ")));
  std::vector<int> result;
  for (const std::int64_t label : integers->words) {
    if (label < 0 || label > std::numeric_limits<int>::max())
      throw input_error(
          fmt::format("{}: the class of frame {} is {}; 0 to 2^31 - 1 is right", what, result.size(), label));
    result.push_back(static_cast<int>(label));
  }
  return result;
}

void read_labels(dataset& data, const std::string& path) {
  std::vector<int> labels = labels_of(read_any_npy(path), shown_path(path));
  if (std::ssize(labels) != data.frames())
    throw input_error(fmt::format("{}: holds {} classes; {} has {} frames", shown_path(path), labels.size(), data.name,
                                  data.frames()));
  data.labels = std::move(labels);
}

}  // namespace spillway
