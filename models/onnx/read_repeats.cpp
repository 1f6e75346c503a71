// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <utility>

#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/onnx/propagate_layout.h"
#include "spillway/models/support/text.h"

// Expand and Tile: tensors whose elements are repeated.

namespace spillway {

namespace {

std::vector<std::int64_t> expanded(const node_reader& reader, std::int64_t size, std::int64_t wanted) {
  if (size != 1 && wanted != 1 && wanted != size)
    reader.refuse("it expands a dimension of {} to {}; right: one of 1, or {} as it is", size, wanted, size);
  if (wanted == 1 || wanted == size) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(size));
    std::iota(all.begin(), all.end(), 0);
    return all;
  }
  return std::vector<std::int64_t>(static_cast<std::size_t>(wanted), 0);
}

std::vector<std::int64_t> tiled(std::int64_t size, std::int64_t times) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(size * times));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i) % size;
  return all;
}

}  // namespace

std::vector<std::vector<std::int64_t>> read_repeats(node_reader& reader, tensor_shape& from) {
  reader.inputs(2, 2);
  constexpr std::int64_t most = std::int64_t{1} << 27;
  const bool is_tile = reader.node.op_type() == "Tile";
  std::vector<std::int64_t> to = reader.integers(reader.node.input(1), is_tile ? "repeats" : "shape");
  for (const std::int64_t n : to)
    if (n < 1 || n > most)
      reader.refuse("its {} are {}; right: each 1 to 2^27", is_tile ? "repeats" : "sizes", text(to));
  if (is_tile && to.size() != from.size()) reader.refuse("it has {} repeats; right: {}", to.size(), from.size());
  if (to.size() < from.size()) to.insert(to.begin(), from.size() - to.size(), 1);
  from.insert(from.begin(), to.size() - from.size(), 1);
  std::vector<std::vector<std::int64_t>> result;
  for (std::size_t d = 0; d < from.size(); ++d) {
    if (is_tile && from[d] > most / to[d]) reader.refuse("it makes dimension {} too large; right: 2^27 at most", d);
    result.push_back(is_tile ? tiled(from[d], to[d]) : expanded(reader, from[d], to[d]));
  }
  return result;
}

/// Channels are taken several times; one row or one column becomes many.
read_operation read_repeat(node_reader& reader) {
  const std::string input = reader.inputs(2, 2)[0];
  tensor_shape from = reader.lookup.shape(input);
  const std::size_t rank = from.size();
  std::vector<std::vector<std::int64_t>> indices = read_repeats(reader, from);
  if (from.size() != rank)
    reader.refuse("it adds dimensions in front of {}; right: an Unsqueeze before it", text(from));
  const auto grows = [&](std::size_t d) { return d < rank && std::ssize(indices[d]) != from[d]; };
  bool repeats = false;
  for (std::size_t d = 0; d < rank; ++d) repeats = repeats || grows(d);
  if (!repeats) return {select_op{std::vector<std::vector<std::int64_t>>(rank)}, {input}};
  if (grows(0)) reader.refuse("it repeats the batch; right: dimension 0 as it is");
  // Of four dimensions, the channels are first unless the two behind the batch grow and the last does not.
  const bool copies_channels = grows(1) && (rank == 2 || (rank == 4 && (!grows(2) || grows(3))));
  const bool is_last = grows(1) && !copies_channels;
  layout_steps before;
  if (copies_channels) {
    select_op channels{std::vector<std::vector<std::int64_t>>(rank)};
    channels.indices[1] = indices[1];
    if (rank == 2 || (!grows(2) && !grows(3))) return {std::move(channels), {input}};
    before.push_back(std::move(channels));
    from[1] = std::ssize(indices[1]);
  }
  const image_view view = as_image(reader, from, is_last, "input");
  const std::size_t width = is_last ? rank - 2 : rank - 1, height = width - 1;
  upsample_op op{1, std::ssize(indices[width]) / from[width]};
  if (rank == 4) op.factor_h = std::ssize(indices[height]) / from[height];
  const auto one = [&](std::size_t d, std::int64_t factor) { return factor == 1 || from[d] == 1; };
  if (!one(width, op.factor_w) || (rank == 4 && !one(height, op.factor_h)))
    reader.refuse("it repeats images side by side; right: one row or one column, or a Resize that repeats pixels");
  read_operation result{op, {input}};
  before.insert(before.end(), view.steps.begin(), view.steps.end());
  result.before.push_back(std::move(before));
  tensor_shape made = view.shape;
  made[2] *= op.factor_h;
  made[3] *= op.factor_w;
  result.after = from_image(made, rank, is_last);
  return result;
}

}  // namespace spillway
