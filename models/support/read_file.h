// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace spillway {

/// The most bytes of a file of tensors that is read whole: 1 GiB.
inline constexpr std::int64_t longest_tensor_file = std::int64_t{1} << 30;

/// The bytes of a file of at most `limit` bytes, a pipe included. Memory is taken as the bytes come, whatever size the
/// file claims. Throws `io_error` if it can't be read, `input_error` if it is longer.
std::string read_file(const std::string& path, std::int64_t limit);

}  // namespace spillway
