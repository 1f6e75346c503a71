// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "spillway/models/data/data_split.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;

namespace {

void put_bytes(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

/// Images of one pixel that is their number, and labels that are it modulo 10.
void write_mnist(const testing::temporary_directory& folder, const std::string& prefix, int frames) {
  using std::string_literals::operator""s;
  std::string images = "\0\0\x08\x03\0\0\0"s + static_cast<char>(frames) + "\0\0\0\x01\0\0\0\x01"s;
  std::string labels = "\0\0\x08\x01\0\0\0"s + static_cast<char>(frames);
  for (int f = 0; f < frames; ++f) {
    images += static_cast<char>(f);
    labels += static_cast<char>(f % 10);
  }
  put_bytes(folder.file(prefix + "-images-idx3-ubyte"), images);
  put_bytes(folder.file(prefix + "-labels-idx1-ubyte"), labels);
}

/// Batches of two images whose first pixel is their number from 0.
void write_cifar(const testing::temporary_directory& folder) {
  for (int batch = 1; batch <= 5; ++batch) {
    std::string bytes;
    for (int f = 0; f < 2; ++f) {
      const int number = 2 * (batch - 1) + f;
      bytes += static_cast<char>(number % 10);
      bytes += static_cast<char>(number);
      bytes += std::string(3071, '\0');
    }
    put_bytes(folder.file("data_batch_" + std::to_string(batch) + ".bin"), bytes);
  }
}

void check_last(const dataset& data, std::int64_t count, std::int64_t all) {
  REQUIRE(data.frames() == count);
  CHECK(data.first_frame == all - count);
  for (std::int64_t f = 0; f < count; ++f) {
    CHECK(data.inputs.words[static_cast<std::size_t>(f * data.features())] == all - count + f);
    CHECK(data.labels[static_cast<std::size_t>(f)] == (all - count + f) % 10);
  }
}

}  // namespace

TEST_CASE("the images that training held back are the last ones of the training set") {
  const testing::temporary_directory mnist, cifar;
  write_mnist(mnist, "train", 30);
  write_mnist(mnist, "t10k", 4);
  write_cifar(cifar);
  for (const auto& [folder, all] : {std::pair(&mnist, 30), std::pair(&cifar, 10)}) {
    check_last(load_dataset(folder->path() + "/:train"), all, all);
    for (const int last : {1, 3, 4, all}) check_last(load_dataset(folder->path() + "/:validation", last), last, all);
    CHECK_THROWS_AS(load_dataset(folder->path() + "/:validation", all + 1), config_error);
    CHECK_THROWS_WITH_AS(load_dataset(folder->path() + "/:validation"), doctest::Contains(":train"), config_error);
  }
  check_last(load_dataset(mnist.path() + "/:test"), 4, 4);
  const testing::temporary_directory nothing;
  CHECK_THROWS_WITH_AS(load_dataset(nothing.path() + "/:train"), doctest::Contains("no training images"), input_error);
  CHECK_THROWS_AS(load_dataset(nothing.path() + "/none:train"), io_error);
}

TEST_CASE("a file says how many images its training held back, and of what") {
  network file;
  CHECK_FALSE(images_held_back(file));
  file.metadata["spillway.training.command"] = "cifar10 --network resnet18 --validate 5000 --from a.ckpt";
  CHECK(images_held_back(file) == 5000);
  CHECK_FALSE(validation_of(file));
  file.metadata["spillway.training.data"] = "CIFAR-10, 50,000 training images";
  CHECK(validation_of(file) == "cifar10:validation");
  file.metadata["spillway.training.data"] = "MNIST, 60,000 training images";
  CHECK(validation_of(file) == "mnist:validation");
  file.metadata["spillway.training.data"] = "MNIST, 60,000 training images, pixel >= 128 is 1";
  CHECK_FALSE(validation_of(file));
  for (const char* none : {"cifar10 --validate", "cifar10 --validate 0", "cifar10 --validate 5k", "cifar10"}) {
    file.metadata["spillway.training.command"] = none;
    CHECK_FALSE(images_held_back(file));
  }
}
