// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/fuzz/checks.h"
#include "spillway/tests/fuzz/json_mutator.h"
#include "spillway/tests/fuzz/memory_file.h"

// Any bytes are read as the dataset.json of a folder with an array of images and one of labels, or refused. What is
// read has as many labels as frames, or none.

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using namespace spillway;
using namespace spillway::fuzz;
namespace fs = std::filesystem;

/// A folder of this process, in memory where there is one.
const fs::path& folder() {
  static const fs::path made = [] {
    std::string name =
        (fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) / "fuzz_dataset_XXXXXX";
    check(::mkdtemp(name.data()) != nullptr, "no folder");
    std::atexit([] {
      std::error_code ignored;
      fs::remove_all(folder(), ignored);
    });
    write_npy(name + "/images.npy", integer_tensor::from(unsigned_type(8), {3, 2}, {0x80, 0, 255, 0, 7, 0}));
    write_npy(name + "/labels.npy", integer_tensor::from(unsigned_type(8), {3}, {0, 1, 2}));
    return fs::path(name);
  }();
  return made;
}

constexpr std::array<std::string_view, 17> words{
    "name",       "description",      "source", "attribution", "threshold",   "frames",
    "features",   "bits_per_feature", "images", "labels",      "sha256",      "images.npy",
    "labels.npy", "nowhere.npy",      "..",     "/",           "dataset.json"};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  if (seed % 8 == 0) return LLVMFuzzerMutate(data, size, most);
  return give_back(mutated_json(text_of(data, size), words, seed), data, most);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::ofstream(folder() / "dataset.json", std::ios::binary) << text_of(data, size);
  try {
    const dataset read = load_dataset(folder().string());
    check(read.frames() > 0, "a dataset without frames");
    check(read.labels.empty() || static_cast<std::int64_t>(read.labels.size()) == read.frames(),
          "a dataset with more or fewer labels than frames");
  } catch (const error& refusal) {
    check_message(refusal.what());
  }
  return 0;
}
