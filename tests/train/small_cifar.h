// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

namespace spillway {

/// A folder with CIFAR-10's six files, of a few generated images: the class sets the mean of the colours. It stands for
/// the format of the files, not for their images.
struct small_cifar {
  std::filesystem::path path;
  static constexpr int images_a_batch = 24;

  small_cifar() {
    std::string name = (std::filesystem::temp_directory_path() / "spillway-cifar-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = name;
    for (int batch = 1; batch <= 5; ++batch) write("data_batch_" + std::to_string(batch) + ".bin", batch);
    write("test_batch.bin", 6);
  }
  ~small_cifar() { std::filesystem::remove_all(path); }
  small_cifar(const small_cifar&) = delete;
  small_cifar& operator=(const small_cifar&) = delete;

  std::string operator/(const std::string& file) const { return (path / file).string(); }

 private:
  void write(const std::string& file, unsigned seed) const {
    std::mt19937_64 bits(seed);
    std::ofstream out(path / file, std::ios::binary);
    for (int i = 0; i < images_a_batch; ++i) {
      const auto label = bits() % 10;
      out.put(static_cast<char>(label));
      for (unsigned k = 0; k < 3072; ++k) out.put(static_cast<char>(bits() % 128 + (k / 1024 == label % 3 ? 100 : 0)));
    }
  }
};

}  // namespace spillway
