// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <limits>
#include <map>
#include <numeric>

#include "spillway/models/streamline/streamliner.h"

// Means of windows that have fewer elements at the border, because padding does not count: sums become multiples of one
// divisor by a factor for each row and column of the output.

namespace spillway {

namespace {

/// How many elements of a dimension each window has.
std::vector<std::int64_t> counts_of(std::int64_t size, std::int64_t windows, std::int64_t kernel, std::int64_t stride,
                                    std::int64_t before) {
  std::vector<std::int64_t> result;
  for (std::int64_t window = 0; window < windows; ++window) {
    const std::int64_t first = window * stride - before;
    result.push_back(std::min(first + kernel, size) - std::max<std::int64_t>(first, 0));
  }
  return result;
}

std::int64_t most_frequent(const std::vector<std::int64_t>& numbers) {
  std::map<std::int64_t, int> times;
  for (const std::int64_t number : numbers) ++times[number];
  return std::max_element(times.begin(), times.end(), [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

}  // namespace

/// The rows (or columns) of a value times a factor each: strips of other factors than most are cut out, put in zeros,
/// and added that many times more or less.
int streamliner::scaled_strips(int value, const std::vector<std::int64_t>& factors, bool are_rows) {
  const frame_shape shape = m_draft.value(value).shape;
  const std::int64_t usual = most_frequent(factors), size = std::ssize(factors);
  int result = value;
  std::int64_t times = usual;
  for (std::int64_t first = 0, last = 0; first < size; first = last) {
    const std::int64_t factor = factors[static_cast<std::size_t>(first)];
    for (last = first; last < size && factors[static_cast<std::size_t>(last)] == factor;) ++last;
    if (factor == usual) continue;
    const std::string name = fmt::format("{}_{}_{}", m_node->name, are_rows ? "rows" : "columns", first);
    padding_layer back{name + "_back", 0, 0, 0, 0, 0, 1, 1};
    (are_rows ? back.top : back.left) = first;
    (are_rows ? back.bottom : back.right) = size - last;
    crop_layer strip{name, back.top, back.left, back.bottom, back.right, 0, shape.channels};
    frame_shape in = shape;
    (are_rows ? in.height : in.width) = last - first;
    const integer_type type = m_draft.value(value).type;
    const int cut = m_draft.add(std::move(strip), {value}, in, type);
    const int padded_back = m_draft.add(std::move(back), {cut}, shape, type);
    result = m_draft.add(add_layer{name + "_add", times, factor - usual}, {result, padded_back}, shape);
    times = 1;
  }
  return result;
}

void streamliner::take_border_means(const average_pool_op& op, const tensor_flow& from, affine_step meaning) {
  const window_shape& w = op.window;
  const frame_shape in = frame(from);
  const bool is_bipolar = m_draft.value(from.value).type.is_bipolar;
  const int integers = is_bipolar ? widened(from.value, signed_type(2)) : from.value;
  const int windows = windowed(padded(integers, w, 0), w);
  const std::int64_t height = output_shape()[2], width = output_shape()[3];
  int sums = m_draft.add(pool_layer{m_node->name, pool_kind::sum, w.kernel_h * w.kernel_w, 0}, {windows},
                         {height, width, in.channels});
  std::int64_t divisor = 1;
  for (const bool are_rows : {true, false}) {
    std::vector<std::int64_t> factors = are_rows ? counts_of(in.height, height, w.kernel_h, w.stride_h, w.top)
                                                 : counts_of(in.width, width, w.kernel_w, w.stride_w, w.left);
    std::int64_t common = 1;
    for (const std::int64_t count : factors) {
      common = std::lcm(common, count);
      if (common > std::numeric_limits<std::int32_t>::max())
        refuse("the elements of its windows at the border have no small common multiple; right: padding that counts");
    }
    for (std::int64_t& count : factors) count = common / count;
    sums = scaled_strips(sums, factors, are_rows);
    divisor *= common;
  }
  assume(m_node->name, "divisor", fmt::to_string(divisor),
         "its windows have fewer elements at the border, where their sums are multiplied");
  for (bracket& scale : meaning.scale) scale = scale / bracket(rational(divisor));
  put_image(from, sums, value_chain(std::move(meaning)));
}

}  // namespace spillway
