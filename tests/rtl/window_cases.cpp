// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "spillway/tests/rtl/cases.h"

namespace spillway::testing {

namespace {

const char* name_of(window_style style) {
  switch (style) {
    case window_style::serial:
      return "serial";
    case window_style::depthwise:
      return "depthwise";
    case window_style::parallel:
      return "parallel";
  }
  return "";
}

}  // namespace

std::vector<conformance_case> window_cases() {
  std::vector<conformance_case> all;
  const auto add = [&](integer_type type, std::int64_t height, std::int64_t width, std::int64_t channels, int simd,
                       window_shape g) {
    for (const window_style style : {window_style::serial, window_style::depthwise, window_style::parallel})
      all.push_back(random_case(fmt::format("sliding window, {}", name_of(style)),
                                fmt::format("{}x{}x{} x {}, kernel {}x{}, stride {}x{}, dilation {}x{}, SIMD {}",
                                            height, width, channels, to_string(type), g.kernel_h, g.kernel_w,
                                            g.stride_h, g.stride_w, g.dilation_h, g.dilation_w, simd),
                                chain({sliding_window{"Window", type, height, width, channels, g, style, simd}})));
  };
  add(unsigned_type(4), 7, 6, 4, 2, {3, 3});
  add(signed_type(3), 6, 9, 3, 1, {2, 3, 2, 3});
  add(bipolar_type(), 9, 7, 2, 2, {3, 2, 1, 2, 2, 3});
  add(unsigned_type(2), 5, 8, 6, 1, {1, 3, 1, 1});
  add(unsigned_type(8), 8, 5, 2, 1, {3, 1, 3, 2});
  add(unsigned_type(8), 6, 6, 3, 3, {1, 1, 2, 2});
  add(unsigned_type(5), 4, 4, 2, 1, {4, 4});
  add(unsigned_type(5), 11, 10, 2, 2, {2, 2, 3, 4});  // rows and columns that no window needs
  add(unsigned_type(70), 5, 5, 1, 1, {3, 3, 2, 1, 1, 1});
  add(unsigned_type(16), 6, 80, 2, 2, {3, 3, 1, 1, 1, 1});   // a delay in LUTRAM
  add(unsigned_type(16), 5, 150, 8, 4, {3, 3, 1, 1, 1, 1});  // block RAM
  return all;
}

}  // namespace spillway::testing
