// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/cifar.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {

namespace {

constexpr std::size_t pixels = 3 * 32 * 32, record = 1 + pixels;

std::int64_t records_of(std::uintmax_t bytes, const std::string& path) {
  if (bytes == 0 || bytes % record != 0)
    throw input_error(
        fmt::format("{}: {} bytes are no whole number of CIFAR-10's records of {}", shown_path(path), bytes, record));
  return static_cast<std::int64_t>(bytes / record);
}

}  // namespace

std::int64_t count_cifar_records(const std::string& path) {
  std::error_code failed;
  const std::uintmax_t bytes = std::filesystem::file_size(path, failed);
  if (failed) throw_io_error(path, "read the data", failed.value());
  return records_of(bytes, path);
}

dataset read_cifar_batch(const std::string& path) {
  const std::string content = read_file(path, std::int64_t{1} << 30);
  const std::int64_t frames = records_of(content.size(), path);
  dataset data{std::filesystem::path(path).stem().string(),
               integer_tensor::zeros(unsigned_type(8), {frames, static_cast<std::int64_t>(pixels)}),
               {}};
  auto to = data.inputs.words.begin();
  for (std::size_t begin = 0; begin < content.size(); begin += record) {
    const int label = static_cast<unsigned char>(content[begin]);
    if (label > 9)
      throw input_error(
          fmt::format("{}: record {} has the label {}; 0 to 9 are right", shown_path(path), begin / record, label));
    data.labels.push_back(label);
    for (std::size_t i = 1; i < record; ++i) *to++ = static_cast<unsigned char>(content[begin + i]);
  }
  return data;
}

}  // namespace spillway
