// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/npy_writer.h"

#include <fmt/format.h>

#include <bit>

#include "spillway/models/data/npy_header.h"
#include "spillway/models/support/error.h"

namespace spillway {

npy_writer::npy_writer(const std::string& path, const std::vector<std::int64_t>& shape) : m_path(path), m_draft(path) {
  for (const std::int64_t n : shape) m_left *= n;
  const std::string header = npy_header_bytes('f', sizeof(double), shape);
  m_draft.write(header.data(), header.size());
}

void npy_writer::append(std::span<const double> values) {
  std::string bytes;
  bytes.reserve(values.size() * sizeof(double));
  for (const double value : values) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (unsigned shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(bits >> shift & 0xff));
  }
  m_draft.write(bytes.data(), bytes.size());
  m_left -= std::ssize(values);
}

void npy_writer::keep() {
  if (m_left != 0) throw config_error(fmt::format("{}: {} elements more than were written", m_path, m_left));
  m_draft.keep();
}

}  // namespace spillway
