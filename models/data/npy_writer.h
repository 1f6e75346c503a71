// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/support/file_draft.h"

namespace spillway {

/// A NumPy file of float64 that is written part by part, and stands under its name when it is whole.
class npy_writer {
 public:
  /// Begins a file of this shape. Throws `io_error`.
  npy_writer(const std::string& path, const std::vector<std::int64_t>& shape);

  /// Adds the next elements. Throws `io_error`.
  void append(std::span<const double> values);

  /// Ends the file. Throws `io_error`, and `config_error` if it does not have as many elements as its shape.
  void keep();

 private:
  std::string m_path;
  file_draft m_draft;
  std::int64_t m_left = 1;  ///< elements that are to come
};

}  // namespace spillway
