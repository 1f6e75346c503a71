// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/npz.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <memory>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

using archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using archive_entry = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

[[noreturn]] void refuse_archive(const std::string& path, const std::string& what) {
  throw input_error(fmt::format("{}: {}; a file of numpy.savez is right", shown_path(path), what));
}

/// The archive in `content`, which outlives it.
archive opened(const std::string& content, const std::string& path) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(content.data(), content.size(), 0, &error);
  zip_t* made = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (made == nullptr) {
    if (source != nullptr) zip_source_free(source);
    refuse_archive(path, fmt::format("is no zip archive ({})", printable(reason)));
  }
  return {made, &zip_discard};
}

/// As many as are there, since what the archive says of their number may be a lie; and the end, where their check sum
/// is looked at.
std::string bytes_of(zip_t* from, zip_uint64_t index, const zip_stat_t& about, const std::string& path) {
  constexpr zip_uint64_t at_once = zip_uint64_t{1} << 20;
  const archive_entry entry(zip_fopen_index(from, index, 0), &zip_fclose);
  std::string bytes;
  bool is_read = entry != nullptr;
  while (is_read && bytes.size() < about.size) {
    const zip_uint64_t next = std::min<zip_uint64_t>(about.size - bytes.size(), at_once);
    bytes.resize(bytes.size() + next);
    is_read = zip_fread(entry.get(), bytes.data() + (bytes.size() - next), next) == static_cast<zip_int64_t>(next);
  }
  char end = 0;
  if (!is_read || zip_fread(entry.get(), &end, 1) != 0)
    refuse_archive(
        path, fmt::format("its entry {} can't be unpacked ({})", printable(about.name), printable(zip_strerror(from))));
  return bytes;
}

}  // namespace

std::map<std::string, npy_array> read_npz(const std::string& path) {
  const std::string content = read_file(path, longest_tensor_file);
  const archive from = opened(content, path);
  std::map<std::string, npy_array> result;
  std::int64_t left = longest_tensor_file;
  const zip_int64_t count = zip_get_num_entries(from.get(), 0);
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    zip_stat_t about;
    zip_stat_init(&about);
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE;
    if (zip_stat_index(from.get(), i, 0, &about) != 0 || (about.valid & needed) != needed)
      refuse_archive(path, fmt::format("its entry {} has no name or size", i));
    if (about.size > static_cast<zip_uint64_t>(left)) refuse_archive(path, "its arrays are larger than 1 GiB");
    left -= static_cast<std::int64_t>(about.size);
    std::string name = about.name;
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    const std::string bytes = bytes_of(from.get(), i, about, path);
    result.insert_or_assign(std::move(name), parse_npy(bytes, fmt::format("{}[{}]", path, about.name)));
  }
  return result;
}

}  // namespace spillway
