// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// The outputs of an unfinished run, word by word, in a file that grows with it: what `outputs.npy` is made of in the
/// end, and what a run that goes on begins with. Words are as wide as in outputs.npy.
class output_log {
 public:
  /// A new file, with room on the disk for `words` words, so that what people come for is never what does not fit.
  /// Throws `io_error` where that room is not there.
  static output_log create(const std::string& path, integer_type type, std::size_t words);

  /// The file of an earlier run, with its first `words` words. Throws `input_error` if it holds fewer.
  static output_log resume(const std::string& path, integer_type type, std::size_t words);

  output_log(output_log&& other) noexcept;
  ~output_log();

  /// Words that were stored.
  std::size_t size() const { return m_words; }

  /// Adds words and waits until the disk has them. Throws `io_error`.
  void append(std::span<const std::int64_t> words);

  /// The stored words.
  std::vector<std::int64_t> read() const;

 private:
  output_log(std::string path, integer_type type, int flags);

  std::string m_path;
  bool m_is_signed;
  int m_width;  ///< bytes a word
  int m_descriptor = -1;
  std::size_t m_words = 0;
};

}  // namespace spillway
