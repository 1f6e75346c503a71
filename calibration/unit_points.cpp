// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "spillway/calibration/point_lists.h"
#include "spillway/models/numbers/integer_math.h"

namespace spillway {

using json = nlohmann::ordered_json;

namespace {

/// What a list draws from. The two lists have no size of frames or windows in common.
struct unit_box {
  const char* prefix;
  std::uint64_t seed;
  std::int64_t count;  ///< points of a kind
  std::array<int, 8> bits, pe, folds, size, window, depth;
};

constexpr unit_box calibrated{"u",
                              11,
                              12,
                              {1, 2, 3, 4, 6, 8, 12, 16},
                              {1, 1, 2, 3, 4, 8, 12, 16},
                              {1, 1, 2, 4, 7, 8, 16, 32},
                              {6, 7, 8, 12, 14, 16, 28, 32},
                              {2, 4, 4, 8, 9, 16, 49, 64},
                              {2, 3, 8, 16, 32, 64, 128, 512}};
constexpr unit_box unseen{"h",
                          12,
                          8,
                          {2, 3, 5, 5, 7, 9, 10, 14},
                          {1, 1, 2, 5, 6, 7, 9, 10},
                          {1, 1, 3, 5, 6, 10, 12, 20},
                          {5, 9, 10, 11, 13, 18, 20, 24},
                          {3, 6, 9, 12, 25, 25, 36, 36},
                          {2, 5, 12, 24, 40, 96, 200, 1000}};

/// Sizes of both and others, for bands.
constexpr unit_box unseen_by_bands{"b",
                                   13,
                                   10,
                                   {1, 2, 4, 5, 7, 8, 11, 13},
                                   {1, 2, 2, 3, 4, 6, 7, 8},
                                   {1, 2, 3, 4, 6, 9, 12, 16},
                                   {6, 8, 9, 11, 14, 15, 20, 26},
                                   {3, 4, 8, 9, 16, 20, 25, 49},
                                   {2, 3, 6, 20, 32, 72, 160, 600}};

/// The same sizes, other draws, and enough of a kind for the tails of its errors: eight units show their range alone.
constexpr unit_box tails = [] {
  unit_box box = unseen_by_bands;
  box.prefix = "t";
  box.seed = 14;
  box.count = 20;
  return box;
}();

/// Draws of one list; each number as likely as another.
class draws {
 public:
  explicit draws(const unit_box& box) : m_box(box), m_random(box.seed) {}

  int bits() { return one_of(m_box.bits, m_random); }
  int pe() { return one_of(m_box.pe, m_random); }
  int folds() { return one_of(m_box.folds, m_random); }
  int size() { return one_of(m_box.size, m_random); }
  int window() { return one_of(m_box.window, m_random); }
  int depth() { return one_of(m_box.depth, m_random); }
  std::int64_t below(std::int64_t n) { return m_random.below(n); }
  bool is_one_of(std::int64_t n) { return below(n) == 0; }

  /// A point of this kind, its number `n`.
  json point(const char* kind, std::int64_t n, const char* stratum) const {
    return {{"name", fmt::format("{}_{}_{:02}", m_box.prefix, stratum, n)}, {"stratum", stratum}, {"unit", kind}};
  }
  std::int64_t count() const { return m_box.count; }

 private:
  const unit_box& m_box;
  seeded_random m_random;
};

json of_type(draws& from, json point, int most_bits = 16) {
  int bits = from.bits();
  while (bits > most_bits) bits = from.bits();
  point["input"] = type_text(bits > 1 && from.is_one_of(2), bits);
  return point;
}

/// Frames whose word and memory are of a size that somebody would build.
void add_frame(draws& from, json& point, const char* fold) {
  const int pe = from.pe(), folds = from.folds();
  point["height"] = from.size();
  point["width"] = from.size();
  point["channels"] = pe * folds;
  point[fold] = pe;
}

void windows(draws& from, const char* style) {
  for (std::int64_t n = 0; n < from.count();) {
    json point = of_type(from, from.point("sliding_window", n, style), 8);
    add_frame(from, point, "simd");
    const std::int64_t kernel = 2 + from.below(4), stride = 1 + from.below(2), dilation = from.is_one_of(4) ? 2 : 1;
    const std::int64_t height = point["height"].get<int>(), width = point["width"].get<int>();
    const std::int64_t words = width * point["channels"].get<int>() / point["simd"].get<int>();
    const std::int64_t reach = (kernel - 1) * dilation + 1;
    if (reach > std::min(height, width) || point["simd"].get<int>() > 8 || words * kernel > 2000) continue;
    point["kernel"] = kernel;
    point["stride"] = stride;
    point["dilation"] = dilation;
    point["style"] = style;
    print_point(point);
    ++n;
  }
}

void paddings(draws& from) {
  for (std::int64_t n = 0; n < from.count(); ++n) {
    json point = of_type(from, from.point("padding", n, "padding"), 8);
    add_frame(from, point, "simd");
    point["border"] = 1 + from.below(3);
    if (from.is_one_of(3)) point["bottom"] = 0;
    if (from.is_one_of(4)) point["stride"] = 2;
    print_point(point);
  }
}

void upsamplings(draws& from) {
  for (std::int64_t n = 0; n < from.count(); ++n) {
    json point = of_type(from, from.point("upsample", n, "upsample"), 8);
    add_frame(from, point, "pe");
    point["factor"] = 2 + from.below(3);
    if (from.is_one_of(4)) point["factor_w"] = 1;
    print_point(point);
  }
}

/// Thresholds in more than 64 words of LUTs are what nobody wants, and synthesis takes minutes for them.
void thresholdings(draws& from, const char* style) {
  const std::string stratum = std::string("thresholding_") + style;
  for (std::int64_t n = 0; n < from.count(); ++n) {
    json point = of_type(from, from.point("thresholding", n, stratum.c_str()));
    while (point["input"].get<std::string>().ends_with("T1")) point = of_type(from, point);
    const int pe = std::min(from.pe(), 8), folds = from.folds();
    const auto output = 1 + from.below(4);
    point["channels"] = pe * folds;
    point["pe"] = pe;
    point["output"] = type_text(false, static_cast<int>(pe * folds > 64 ? std::min<std::int64_t>(output, 3) : output));
    point["style"] = style;
    point["memory"] = from.is_one_of(3) ? "block" : "distributed";
    if (from.is_one_of(4)) point["per_tensor"] = 1;
    point["seed"] = 1 + from.below(1000000);
    print_point(point);
  }
}

/// "max", or "sum" with a shift now and then.
void pools(draws& from) {
  for (const char* function : {"max", "sum"})
    for (std::int64_t n = 0; n < from.count(); ++n) {
      const std::string stratum = std::string("pool_") + function;
      const int bits = from.bits(), window = from.window(), pe = from.pe();
      const bool is_signed = bits > 1 && from.is_one_of(2), is_max = stratum == "pool_max";
      json point = from.point("pool", n, stratum.c_str());
      const int sum = bits + static_cast<int>(ceil_log2(window));
      const auto shift = is_max ? 0 : static_cast<int>(from.below(3));
      point["input"] = type_text(is_signed, bits);
      point["output"] = type_text(is_signed, is_max ? bits : std::max(sum - shift, 1));
      point["function"] = function;
      point["channels"] = pe * 2;
      point["pe"] = pe;
      point["window"] = window;
      if (shift > 0) point["shift"] = shift;
      print_point(point);
    }
}

void accumulations(draws& from) {
  for (std::int64_t n = 0; n < from.count(); ++n) {
    json point = of_type(from, from.point("global_accumulate", n, "global_accumulate"), 10);
    const std::string input = point["input"];
    const int pe = from.pe(), positions = from.window();
    const int bits = std::stoi(input.substr(input.find('T') + 1)) + static_cast<int>(ceil_log2(positions));
    point["output"] = type_text(input.starts_with("INT"), bits);
    point["channels"] = pe * from.folds() * static_cast<int>(1 + from.below(4));
    point["positions"] = positions;
    point["pe"] = pe;
    print_point(point);
  }
}

void additions(draws& from) {
  for (std::int64_t n = 0; n < from.count(); ++n) {
    const int a = from.bits(), b = from.bits(), pe = from.pe();
    const bool a_signed = a > 1 && from.is_one_of(2), b_signed = b > 1 && from.is_one_of(2);
    json point = from.point("add_streams", n, "add_streams");
    point["input"] = type_text(a_signed, a);
    point["input_b"] = type_text(b_signed, b);
    point["output"] = type_text(a_signed || b_signed, std::max(a, b) + (a_signed == b_signed ? 1 : 2));
    point["channels"] = 4 * pe;
    point["pe"] = pe;
    print_point(point);
  }
}

/// Duplicate, concat and split.
void routes(draws& from) {
  for (std::int64_t n = 0; n < from.count(); ++n) {
    json copies = of_type(from, from.point("duplicate_streams", n, "duplicate_streams"));
    copies["channels"] = copies["pe"] = from.pe();
    copies["copies"] = 2 + from.below(7);
    print_point(copies);
    for (const char* kind : {"concat_streams", "split_stream"}) {
      json point = of_type(from, from.point(kind, n, kind));
      const int pe = from.pe();
      std::vector<int> channels(2 + static_cast<std::size_t>(from.below(3)));
      for (int& one : channels) one = pe * from.folds();
      point["channels"] = channels;
      point["pe"] = pe;
      print_point(point);
    }
  }
}

void selections(draws& from) {
  for (std::int64_t n = 0; n < from.count(); ++n) {
    json point = of_type(from, from.point("label_select", n, "label_select"));
    const int pe = 1 + static_cast<int>(from.below(3)), labels = pe * (1 + from.folds());
    const int k = from.is_one_of(3) ? std::min(3, labels) : 1;
    point["labels"] = labels;
    point["k"] = k;
    point["pe"] = pe;
    point["output"] = type_text(false, std::max(1, static_cast<int>(ceil_log2(labels))));
    print_point(point);
  }
}

/// Two thirds of them between widths of which one divides the other.
void converters(draws& from) {
  for (std::int64_t n = 0; n < from.count() * 3 / 2; ++n) {
    json point = of_type(from, from.point("width_converter", n, "width_converter"), 8);
    const int narrow = from.pe(), wide = n % 3 == 2 ? from.pe() + 1 : narrow * (1 + from.folds());
    const bool widens = from.is_one_of(2);
    point["from"] = widens ? narrow : wide;
    point["to"] = widens ? wide : narrow;
    point["elements"] = std::lcm(narrow, wide) * 2;
    print_point(point);
  }
}

void streams(draws& from) {
  for (std::int64_t n = 0; n < 2 * from.count(); ++n) {
    json point = from.point("stream", n, "stream");
    point["bits"] = from.bits() * from.pe();
    point["depth"] = from.depth() + from.below(2) * from.below(4);
    print_point(point);
  }
}

void print_units_of(const unit_box& box) {
  draws from(box);
  for (const char* style : {"serial", "depthwise", "parallel"}) windows(from, style);
  for (const char* style : {"parallel", "binary_search"}) thresholdings(from, style);
  paddings(from);
  pools(from);
  accumulations(from);
  additions(from);
  routes(from);
  upsamplings(from);
  selections(from);
  converters(from);
  streams(from);
}

}  // namespace

void print_units() { print_units_of(calibrated); }
void print_units_held_out() { print_units_of(unseen); }
void print_units_of_tails() {
  draws from(tails);
  for (const char* style : {"parallel", "binary_search"}) thresholdings(from, style);
  selections(from);
  converters(from);
  streams(from);
}
void print_units_for_bands() { print_units_of(unseen_by_bands); }

}  // namespace spillway
