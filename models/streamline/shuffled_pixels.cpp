// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "spillway/models/streamline/streamliner.h"

// Images whose pixels a file makes of channels (DepthToSpace, a pixel shuffle), or channels of pixels (SpaceToDepth):
// the hardware sends an image position by position, so what a file only renames it has to move.

namespace spillway {

namespace {

/// Where a file's image lies in a frame whose channels and pixels it exchanges: each block of one holds a block of the
/// other, in the same way all over the image.
struct exchanged_blocks {
  std::int64_t height, width;            ///< pixels of a block of the frame
  std::int64_t file_height, file_width;  ///< of the file's image
  /// [channels of the file, file_height, file_width]: the element of a block [height, width, channels] of the frame.
  std::vector<std::int64_t> elements;
};

/// Those with `rows` x `columns` blocks.
std::optional<exchanged_blocks> blocks_of(const tensor_flow& from, const frame_shape& in, std::int64_t rows,
                                          std::int64_t columns) {
  const std::int64_t channels = from.shape[1], height = from.shape[2], width = from.shape[3];
  exchanged_blocks made{in.height / rows, in.width / columns, height / rows, width / columns, {}};
  made.elements.resize(static_cast<std::size_t>(channels * made.file_height * made.file_width));
  std::size_t i = 0;
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x) {
        const std::int64_t place = (*from.places)[i++], position = place / in.channels;
        const std::int64_t row = position / in.width - y / made.file_height * made.height;
        const std::int64_t column = position % in.width - x / made.file_width * made.width;
        if (row < 0 || row >= made.height || column < 0 || column >= made.width) return {};
        const std::int64_t element = (row * made.width + column) * in.channels + place % in.channels;
        std::int64_t& known = made.elements[static_cast<std::size_t>(
            (c * made.file_height + y % made.file_height) * made.file_width + x % made.file_width)];
        if (y < made.file_height && x < made.file_width) known = element;
        if (known != element) return {};
      }
  return made;
}

/// As many blocks, and so as small ones, as there are. One of several pixels on both sides is any order of them: none.
std::optional<exchanged_blocks> blocks_of(const tensor_flow& from, const frame_shape& in) {
  for (std::int64_t rows = std::gcd(in.height, from.shape[2]); rows > 0; --rows)
    for (std::int64_t columns = std::gcd(in.width, from.shape[3]); columns > 0; --columns) {
      if (in.height % rows != 0 || from.shape[2] % rows != 0 || in.width % columns != 0 || from.shape[3] % columns != 0)
        continue;
      if (rows * columns == 1 && in.positions() > 1 && from.shape[2] * from.shape[3] > 1) return {};
      if (auto found = blocks_of(from, in, rows, columns)) return found;
    }
  return {};
}

/// True if all channels have the same numbers, whether the chain has them once or for each.
bool are_alike(const value_chain& chain) {
  return std::ranges::all_of(chain.steps(), [](const chain_step& step) {
    if (const auto* linear = std::get_if<affine_step>(&step))
      return all_equal(linear->scale) && all_equal(linear->offset);
    if (const auto* bend = std::get_if<bend_step>(&step)) return all_equal(bend->alpha);
    if (const auto* join = std::get_if<join_step>(&step)) return are_alike(*join->other);
    return true;
  });
}

}  // namespace

/// Moves pixels where a file only renamed them, if that is what it did.
void streamliner::move_pixels(tensor_flow& from) {
  const frame_shape in = frame(from);
  if (from.shape.size() != 4 || !channel_order(from, in).empty() || from.size() != in.elements()) return;
  const auto blocks = blocks_of(from, in);
  if (!blocks) return;
  std::vector<std::int64_t> order = blocks->elements;
  if (blocks->height > 1 || blocks->width > 1) {
    gather_pixels(from, blocks->height, blocks->width, order);
    std::iota(order.begin(), order.end(), 0);
  }
  if (blocks->file_height > 1 || blocks->file_width > 1)
    spread_pixels(from, blocks->file_height, blocks->file_width, order);
  else
    from.places = places_channels_first(frame(from), order);
  assume(m_node->name, "pixels", fmt::format("{} x {} of its input", from.shape[2], from.shape[3]),
         "the file renames channels and pixels, which a stream of positions has to move");
}

/// Moves pixels of the node's inputs; false if there was nothing to move.
bool streamliner::move_input_pixels() {
  bool moved = false;
  for (const std::string& input : m_node->inputs) {
    const auto found = m_flows.find(input);
    if (found == m_flows.end() || found->second.on_host()) continue;
    const int before = found->second.value;
    move_pixels(found->second);
    moved = moved || found->second.value != before;
  }
  return moved;
}

/// A window of a block, a block further each time; then its elements in an order, by a matrix of one 1 a row.
void streamliner::gather_pixels(tensor_flow& from, std::int64_t block_h, std::int64_t block_w,
                                const std::vector<std::int64_t>& order) {
  const std::int64_t own = channels(from);
  window_shape window;
  window.kernel_h = window.stride_h = block_h;
  window.kernel_w = window.stride_w = block_w;
  std::vector<std::int64_t> sources;
  for (std::int64_t i = 0; i < block_h * block_w * own; ++i) sources.push_back(i % own);
  from.value = windowed(from.value, window);
  from.chain = from.chain.of_channels(sources);
  select_channels(from, order);
}

/// Zeros between and around the pixels, so that each window of a block's size holds one pixel; of its channels, a
/// matrix of ones takes that of the window's place in the block.
void streamliner::spread_pixels(tensor_flow& from, std::int64_t block_h, std::int64_t block_w,
                                const std::vector<std::int64_t>& of) {
  const frame_shape in = frame(from);
  const std::int64_t area = block_h * block_w, m = in.channels / area;
  std::vector<std::int64_t> first;
  for (std::int64_t row = 0; row < m; ++row) {
    const auto own = of.begin() + row * area;
    first.push_back(*own);
    if (!are_alike(from.chain.of_channels({own, own + area})))
      refuse("makes pixels of channels whose scales differ; right: one scale for all of them");
  }
  const integer_type type = m_draft.value(from.value).type;
  const std::int64_t between = type.is_bipolar ? -1 : 0;
  window_shape window;
  window.kernel_h = block_h;
  window.kernel_w = block_w;
  window.top = window.bottom = block_h - 1;
  window.left = window.right = block_w - 1;
  const int input = windowed(padded(from.value, window, between, block_h, block_w), window);
  integer_layer layer;
  layer.name = m_node->name + "_pixels";
  layer.input_type = type;
  layer.weights = integer_tensor::zeros(unsigned_type(1), {m, area * in.channels});
  for (std::int64_t row = 0; row < m; ++row)
    for (std::int64_t pixel = 0; pixel < area; ++pixel) {
      // A window that ends at pixel (y, x) of a block has the block's values y and x places before its end.
      const std::int64_t place = area - 1 - pixel;
      const std::int64_t channel = of[static_cast<std::size_t>(row * area + pixel)];
      *layer.weights.at((row * area + place) * in.channels + channel) = 1;
    }
  const frame_shape out{in.height * block_h, in.width * block_w, m};
  from.value = m_draft.add_selection(std::move(layer), input, out);
  from.chain = from.chain.of_channels(first).behind(affine_step{{1}, {bracket(rational(-between * (area - 1)))}});
  from.places = places_channels_first(out);
}

}  // namespace spillway
