// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/traces/table.h"

namespace spillway {

/// Writes a table row by row, in the forms of `to_text`, `to_csv` and `to_json`, so that a table of any length takes
/// the memory of a row: measure every row (text alone needs it), begin, add every row, end.
class table_printer {
 public:
  enum class format : unsigned char { text, csv, json };
  using output = std::function<void(std::string_view)>;  ///< takes the next part of the text

  /// A table with these headings, in the form `as`. Nothing is written yet.
  table_printer(std::vector<std::string> columns, format as, output out);

  /// Looks how wide a row is, and whether its cells are numbers.
  void measure(const std::vector<cell>& row);

  /// Writes what stands in front of the rows.
  void begin();

  /// Writes a row, with as many cells as there are columns.
  void add(const std::vector<cell>& row);

  /// Writes what stands behind the rows.
  void end();

 private:
  std::vector<std::string> m_columns;
  format m_format;
  output m_out;
  std::vector<std::size_t> m_widths;
  std::vector<bool> m_numeric;
  bool m_empty = true;
};

}  // namespace spillway
