// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace spillway {

/// Writes a whole file or nothing: under another name first, synchronized, then renamed, so that neither a crash nor a
/// full disk leaves half a file or destroys what stood there. Throws `io_error`.
void write_file_atomically(const std::string& path, std::string_view content);

/// A path as messages show it: one line, of bearable length.
std::string shown_path(std::string path);

/// Throws the `io_error` of a failed system call: `PATH: cannot ACTION: REASON`, a full disk with what to do.
/// `number` is its errno.
[[noreturn]] void throw_io_error(const std::string& path, std::string_view action, int number);

}  // namespace spillway
