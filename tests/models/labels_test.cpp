// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/labels.h"

#include <doctest/doctest.h>
#include <zip.h>

#include <string>
#include <utility>
#include <vector>

#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/npz.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/tests/models/hostile_bytes.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

integer_tensor classes(std::vector<std::int64_t> values, integer_type type = signed_type(64)) {
  const auto count = std::ssize(values);
  return integer_tensor::from(type, {count}, std::move(values));
}

float_tensor frames(std::int64_t count) {
  float_tensor result{{count, 2}, {}};
  for (std::int64_t i = 0; i < 2 * count; ++i) result.values.push_back(static_cast<float>(i) / 4);
  return result;
}

/// What numpy.savez (or savez_compressed) makes of arrays.
std::string archive(const temporary_directory& folder, const std::vector<std::pair<std::string, std::string>>& arrays,
                    bool compress) {
  const std::string path = folder.file("set.npz");
  zip_t* file = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  REQUIRE(file != nullptr);
  for (const auto& [name, bytes] : arrays) {
    const zip_int64_t at = zip_file_add(file, (name + ".npy").c_str(),
                                        zip_source_buffer(file, bytes.data(), bytes.size(), 0), ZIP_FL_OVERWRITE);
    zip_set_file_compression(file, static_cast<zip_uint64_t>(at), compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  REQUIRE(zip_close(file) == 0);
  return path;
}

}  // namespace

TEST_CASE("an archive of frames and their classes is a labelled data set, whatever the arrays are called") {
  const temporary_directory folder;
  for (const bool compress : {false, true}) {
    const dataset data = load_dataset(
        archive(folder, {{"a", npy_bytes(classes({2, 0, 1}))}, {"b", npy_bytes(frames(3))}}, compress));
    REQUIRE(data.reals);
    CHECK(data.reals->values == frames(3).values);
    CHECK(data.labels == std::vector<int>{2, 0, 1});
    const dataset second = select_frames(data, 1, 1);
    CHECK(second.labels == std::vector<int>{0});
    CHECK(second.reals->values == std::vector<float>{0.5F, 0.75F});
  }
  const dataset bare = load_dataset(
      archive(folder, {{"x", npy_bytes(integer_tensor::from(unsigned_type(8), {2, 2}, {1, 2, 3, 255}))}}, true));
  CHECK(bare.labels.empty());
  CHECK(bare.inputs.words == std::vector<std::int64_t>{1, 2, 3, 255});
}

TEST_CASE("an archive that is none, is cut or holds other arrays is refused in a line") {
  const temporary_directory folder;
  const auto refusal_of = [&](const std::vector<std::pair<std::string, std::string>>& arrays) {
    const std::string message = message_of<input_error>([&] { load_dataset(archive(folder, arrays, true)); });
    CHECK(is_one_line(message));
    return message.substr(message.find("set.npz") + 7);
  };
  CHECK(refusal_of({{"x", npy_bytes(frames(2))}, {"y", npy_bytes(classes({1}))}}) ==
        ": array y: holds 1 classes for 2 frames");
  CHECK(refusal_of({{"x", npy_bytes(frames(2))}, {"z", npy_bytes(frames(2))}}) ==
        ": holds the arrays x, z; one of frames [frames, ...], and one of classes [frames] or none, are right");
  CHECK(refusal_of({{"x", npy_bytes(frames(2))}, {"y", npy_bytes(classes({1, -1}))}}) ==
        ": array y: the class of frame 1 is -1; 0 to 2^31 - 1 is right");
  CHECK(refusal_of({{"x", "no array"}}).find("[x.npy]") != std::string::npos);
  const std::string path = archive(folder, {{"x", npy_bytes(frames(200))}}, true);
  const std::string whole = read_file(path, 1 << 20);
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    write_bytes(path, whole.substr(0, size));
    CHECK(message_of<input_error>([&] { load_dataset(path); }).find("set.npz") != std::string::npos);
  }
}

TEST_CASE("classes in a file of their own are those of the whole set") {
  const temporary_directory folder;
  write_npy(folder.file("x.npy"), frames(3));
  dataset data = load_dataset(folder.file("x.npy"));
  write_npy(folder.file("y.npy"), integer_tensor::from(unsigned_type(8), {3, 1}, {4, 5, 6}));
  read_labels(data, folder.file("y.npy"));
  CHECK(data.labels == std::vector<int>{4, 5, 6});
  write_npy(folder.file("y.npy"), classes({1, 2}));
  CHECK(message_of<input_error>([&] { read_labels(data, folder.file("y.npy")); }).ends_with("2 classes; x has 3 frames"));
  write_npy(folder.file("y.npy"), frames(3));
  CHECK(message_of<input_error>([&] {
          read_labels(data, folder.file("y.npy"));
        }).ends_with("holds floats; classes are integers"));
}
