// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/photograph.h"

#include <fmt/format.h>
#include <png.h>

#include <array>
#include <csetjmp>
#include <cstdio>

// It needs FILE, and does not say so.
#include <jpeglib.h>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"

namespace spillway {
namespace {

constexpr std::int64_t greatest_file = std::int64_t{1} << 28, most_pixels = std::int64_t{1} << 26;

/// Nothing, or what is wrong with an image of this size.
std::string defect_of_size(std::int64_t height, std::int64_t width) {
  if (height >= 1 && width >= 1 && width <= most_pixels / height) return "";
  return fmt::format("{} x {} pixels; right: at most {} in all", width, height, most_pixels);
}

void set_size(photograph& image, std::int64_t height, std::int64_t width) {
  image.height = height;
  image.width = width;
  image.pixels.resize(static_cast<std::size_t>(height * width * 3));
}

/// libjpeg reports an error by a function that must not return.
struct jpeg_errors {
  jpeg_error_mgr manager{};  // first: libjpeg knows nothing of the rest
  std::jmp_buf back{};
  std::array<char, JMSG_LENGTH_MAX> message{};
};

void jump_back(j_common_ptr info) {
  auto* errors = reinterpret_cast<jpeg_errors*>(info->err);
  info->err->format_message(info, errors->message.data());
  std::longjmp(errors->back, 1);
}

/// Keeps the first warning: what a truncated file has for an error.
void keep_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  auto* errors = reinterpret_cast<jpeg_errors*>(info->err);
  if (info->err->num_warnings++ == 0) info->err->format_message(info, errors->message.data());
}

/// No local of this function has a destructor, which a jump would pass by.
void decode(jpeg_decompress_struct& info, jpeg_errors& errors, const std::string& bytes, photograph& image,
            std::string& defect) {
  if (setjmp(errors.back) != 0) return;
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  defect = defect_of_size(info.image_height, info.image_width);
  if (!defect.empty()) return;
  info.out_color_space = JCS_RGB;
  info.dct_method = JDCT_ISLOW;
  set_size(image, info.image_height, info.image_width);
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = image.pixels.data() + std::size_t{info.output_scanline} * info.output_width * 3;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
}

std::string read_jpeg(const std::string& bytes, photograph& image) {
  jpeg_decompress_struct info{};
  jpeg_errors errors;
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = jump_back;
  errors.manager.emit_message = keep_message;
  std::string defect;
  decode(info, errors, bytes, image, defect);
  jpeg_destroy_decompress(&info);
  return defect.empty() ? errors.message.data() : defect;
}

std::string read_png(const std::string& bytes, photograph& image) {
  png_image from{};
  from.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&from, bytes.data(), bytes.size()) == 0) return from.message;
  const std::string defect = defect_of_size(from.height, from.width);
  if (!defect.empty()) {
    png_image_free(&from);
    return defect;
  }
  from.format = PNG_FORMAT_RGB;
  set_size(image, from.height, from.width);
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&from, &white, image.pixels.data(), 0, nullptr) == 0) return from.message;
  return "";
}

}  // namespace

photograph read_photograph(const std::string& path) {
  const std::string bytes = read_file(path, greatest_file);
  photograph image;
  std::string defect = "neither a PNG nor a JPEG file";
  if (bytes.starts_with("\xff\xd8\xff"))
    defect = read_jpeg(bytes, image);
  else if (bytes.starts_with("\x89PNG"))
    defect = read_png(bytes, image);
  if (!defect.empty()) throw input_error(fmt::format("{}: {}", shown_path(path), defect));
  return image;
}

void write_png(const std::string& path, const photograph& image) {
  png_image to{};
  to.version = PNG_IMAGE_VERSION;
  to.width = static_cast<png_uint_32>(image.width);
  to.height = static_cast<png_uint_32>(image.height);
  to.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(to);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&to, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr) == 0)
    throw io_error(fmt::format("{}: {}", shown_path(path), to.message));
  bytes.resize(size);
  write_file_atomically(path, bytes);
}

}  // namespace spillway
