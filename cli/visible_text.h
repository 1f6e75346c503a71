// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace spillway {

/// Text as a terminal may show it: control characters, and bytes that are no UTF-8, as escapes. Names come from files
/// and from other people, and a terminal obeys what it is sent. Tabs stay, and so do ends of lines if `lines` is true.
/// DEL and the controls from U+0080 to U+009F become the escapes of JSON, so that a document stays one.
std::string visible(std::string_view text, bool lines);

/// While it is alive, everything that is printed on `stdout` passes through `visible`. Errors of the stream are those
/// of the descriptor: a full disk, a closed pipe.
class visible_stdout {
 public:
  visible_stdout();
  ~visible_stdout();
  visible_stdout(const visible_stdout&) = delete;
  visible_stdout& operator=(const visible_stdout&) = delete;

 private:
  std::FILE* m_before;
  std::FILE* m_filtered;
};

}  // namespace spillway
