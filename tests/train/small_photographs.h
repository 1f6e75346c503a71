// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <png.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

// It needs FILE, and does not say so.
#include <jpeglib.h>

namespace spillway {

/// A folder with four generated images, a.png, b.jpg, c.png and d.jpg. They stand for the formats, not for photographs.
struct small_photographs {
  static constexpr int height = 50, width = 80;
  std::filesystem::path path;

  small_photographs() {
    std::string name = (std::filesystem::temp_directory_path() / "spillway-photographs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = name;
    write_png("a.png", pixels(1));
    write_jpeg("b.jpg", pixels(2));
    write_png("c.png", pixels(3));
    write_jpeg("d.jpg", pixels(4));
  }
  ~small_photographs() { std::filesystem::remove_all(path); }
  small_photographs(const small_photographs&) = delete;
  small_photographs& operator=(const small_photographs&) = delete;

  std::string operator/(const std::string& file) const { return (path / file).string(); }

  /// Waves, of another direction in each image and colour.
  static std::vector<std::uint8_t> pixels(int seed) {
    std::vector<std::uint8_t> result;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        for (int c = 0; c < 3; ++c)
          result.push_back(static_cast<std::uint8_t>(127 + 120 * std::sin(0.1 * seed * y + 0.13 * (c + 1) * x)));
    return result;
  }

 private:
  void write_png(const std::string& file, const std::vector<std::uint8_t>& from) const {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGB;
    if (png_image_write_to_file(&image, (path / file).c_str(), 0, from.data(), 0, nullptr) == 0)
      throw std::runtime_error(image.message);
  }

  void write_jpeg(const std::string& file, std::vector<std::uint8_t> from) const {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    std::FILE* out = std::fopen((path / file).c_str(), "wb");
    if (out == nullptr) throw std::runtime_error("no temporary file");
    jpeg_stdio_dest(&info, out);
    info.image_width = width;
    info.image_height = height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 95, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      JSAMPROW row = from.data() + std::size_t{info.next_scanline} * width * 3;
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    std::fclose(out);
  }
};

}  // namespace spillway
