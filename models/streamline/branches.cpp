// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "spillway/models/streamline/streamliner.h"

// Sums of branches, and parts of tensors.

namespace spillway {

namespace {

/// True if the scale of each channel of one is the negative of the other's.
bool are_opposite(const affine_step& a, const affine_step& b, std::int64_t channels) {
  for (std::int64_t c = 0; c < channels; ++c)
    if (!(of_channel(a.scale, c) == -of_channel(b.scale, c))) return false;
  return true;
}

constexpr std::int64_t most_factor = std::numeric_limits<std::int32_t>::max();  // an adder takes no greater ones

/// Whole numbers by which the integers of two scales are multiplied, so that both are of one scale.
struct common_scale {
  std::int64_t a = 1, b = 1;
  bracket unit;
};

std::optional<common_scale> common_scale_of(const bracket& a, const bracket& b) {
  if (a == b) return common_scale{1, 1, a};
  if (!a.is_exact() || !b.is_exact()) return std::nullopt;
  if (a.is_zero()) return common_scale{0, 1, b};
  if (b.is_zero()) return common_scale{1, 0, a};
  const rational ratio = a.low() / b.low();
  const big_int p = numerator(ratio), q = denominator(ratio);
  if (abs(p) > most_factor || q > most_factor) return std::nullopt;
  common_scale result{static_cast<std::int64_t>(p), static_cast<std::int64_t>(q), b / bracket(rational(q))};
  if (result.unit.sign() < 0) result = {-result.a, -result.b, -result.unit};
  return result;
}

bool all_are(const std::vector<std::int64_t>& values, std::int64_t value) {
  return std::all_of(values.begin(), values.end(), [&](std::int64_t any) { return any == value; });
}

}  // namespace

/// The other branch with its elements where those of the first are.
void streamliner::align(tensor_flow& b, const tensor_flow& a) {
  if (frame(a) == frame(b) && *a.places == *b.places && a.shape == b.shape) return;
  const std::vector<std::int64_t> of_a = channel_order(a, frame(a)), of_b = channel_order(b, frame(b));
  if (frame(a) != frame(b) || a.shape != b.shape || of_a.empty() || of_b.empty())
    refuse(fmt::format("adds [{}] and [{}], which do not lie alike in the hardware; right: two tensors of one shape",
                       fmt::join(a.shape, ", "), fmt::join(b.shape, ", ")));
  std::vector<std::int64_t> sources(of_a.size());
  for (std::size_t c = 0; c < of_a.size(); ++c) sources[static_cast<std::size_t>(of_a[c])] = of_b[c];
  select_channels(b, sources);
  b.places = a.places;
}

/// Channels times a factor each.
int streamliner::multiplied(int value, const std::vector<std::int64_t>& factors) {
  if (all_are(factors, 1)) return value;
  const auto [low, high] = std::minmax_element(factors.begin(), factors.end());
  depthwise_layer layer;
  layer.name = m_node->name + "_factors";
  layer.input_type = m_draft.value(value).type;
  layer.weights = integer_tensor::from(signed_type(bits_for(big_int(*low), big_int(*high), true)),
                                       {std::ssize(factors), 1}, {factors.begin(), factors.end()});
  return m_draft.add(std::move(layer), {value}, m_draft.value(value).shape);
}

tensor_flow streamliner::sum_of(tensor_flow a, tensor_flow b, const std::string& name) {
  settle_steps(a);
  settle_steps(b);
  broadcast(a, b);
  if (*a.places != *b.places) {
    move_pixels(a);
    move_pixels(b);
  }
  align(b, a);
  if (are_opposite(affine(a), affine(b), channels(a))) negate(b, a);
  const affine_step first = affine(a), second = affine(b);
  affine_step sum{{}, {}};
  std::vector<std::int64_t> of_a, of_b;
  for (std::int64_t c = 0; c < channels(a); ++c) {
    const bracket &a_scale = of_channel(first.scale, c), &b_scale = of_channel(second.scale, c);
    const std::optional<common_scale> found = common_scale_of(a_scale, b_scale);
    if (!found)
      refuse(fmt::format(
          "adds integers of the scales {} and {} (channel {}), which are no multiples of one scale by less "
          "than 2^31; right: scales whose ratio is one of small numbers, by one quantizer behind each branch",
          nearest_double(a_scale), nearest_double(b_scale), c));
    of_a.push_back(found->a);
    of_b.push_back(found->b);
    sum.scale.push_back(found->unit);
    sum.offset.push_back(of_channel(first.offset, c) + of_channel(second.offset, c));
  }
  add_layer layer{name};
  int left = a.value, right = b.value;
  if (all_are(of_a, of_a[0]) && of_a[0] != 0 && all_are(of_b, of_b[0]) && of_b[0] != 0) {
    layer.a_factor = of_a[0];
    layer.b_factor = of_b[0];
  } else {
    left = multiplied(left, of_a);
    right = multiplied(right, of_b);
  }
  tensor_flow made = a;
  made.value = m_draft.add(layer, {left, right}, frame(a));
  made.chain = value_chain(std::move(sum));
  if (!all_are(of_a, 1) || !all_are(of_b, 1)) note_width(made.value, a.value, b.value, of_a, of_b);
  return made;
}

/// What a common scale costs.
void streamliner::note_width(int sum, int a, int b, const std::vector<std::int64_t>& of_a,
                             const std::vector<std::int64_t>& of_b) {
  const auto most = [](const std::vector<std::int64_t>& factors) {
    return std::abs(*std::max_element(factors.begin(), factors.end(),
                                      [](std::int64_t x, std::int64_t y) { return std::abs(x) < std::abs(y); }));
  };
  const integer_value* const inputs[] = {&m_draft.value(a), &m_draft.value(b)};
  assume(m_node->name, "common scale", fmt::format("{} and {} times the integers", most(of_a), most(of_b)),
         fmt::format("its branches have different scales; {} bits instead of {}", m_draft.value(sum).type.bits,
                     smallest_type(output_range(add_layer{}, inputs)).bits));
}

void streamliner::take(const sum_op&) {
  std::optional<tensor_flow> sum;
  std::size_t branches = 0, done = 0;
  for (std::size_t i = 0; i < m_node->inputs.size(); ++i) branches += constant(i) == nullptr;
  for (std::size_t i = 0; i < m_node->inputs.size(); ++i) {
    if (constant(i) != nullptr) continue;
    ++done;
    tensor_flow part = branches > 1 ? integers(i) : flow(i);
    if (!sum)
      sum = std::move(part);
    else
      sum = sum_of(*sum, std::move(part), done == branches ? m_node->name : fmt::format("{}_{}", m_node->name, done));
  }
  for (std::size_t i = 0; i < m_node->inputs.size(); ++i) {
    const constant_value* by = constant(i);
    if (by == nullptr) continue;
    if (sum->on_host())
      host_step(*sum, input_step::kind::add, by->real.shape, reals_of(by->real));
    else
      sum->chain.add(parameter(*sum, by->real.shape, reals_of(by->real), "constant"));
  }
  put(std::move(*sum));
}

namespace {

constexpr std::int64_t no_source = -1;

}  // namespace

/// A matrix of one 1 a row, or none where a row has no source.
integer_tensor streamliner::selection_of(const std::vector<std::int64_t>& sources, std::int64_t columns) const {
  constexpr std::int64_t most_weights = std::int64_t{1} << 26;
  const auto rows = std::ssize(sources);
  if (rows > most_weights / columns)
    refuse(fmt::format("its {} channels come from {} others by a matrix of {}; right: 2^26 elements at most", rows,
                       columns, rows * columns));
  integer_tensor weights = integer_tensor::zeros(unsigned_type(1), {rows, columns});
  for (std::int64_t row = 0; row < rows; ++row)
    if (const std::int64_t source = sources[static_cast<std::size_t>(row)]; source != no_source)
      *weights.at(row * columns + source) = 1;
  return weights;
}

/// Channels of the hardware by the channel that each is a copy of, through a matrix of one 1 a row.
void streamliner::select_channels(tensor_flow& from, const std::vector<std::int64_t>& sources) {
  integer_layer layer;
  layer.name = m_node->name + "_order";
  layer.input_type = m_draft.value(from.value).type;
  layer.weights = selection_of(sources, channels(from));
  const frame_shape shape = frame(from);
  from.value = m_draft.add_selection(std::move(layer), from.value, {shape.height, shape.width, std::ssize(sources)});
  from.chain = from.chain.of_channels(sources);
}

/// Channels that are the same everywhere, before and behind those of the file: rows of a matrix that are 0, whose sums
/// stand for their numbers by their offset.
void streamliner::add_constant_channels(tensor_flow& from, const std::vector<bracket>& first,
                                        const std::vector<bracket>& last) {
  if (first.empty() && last.empty()) return;
  const frame_shape shape = frame(from);
  const std::vector<std::int64_t> order = channel_order(from, shape);
  if (order.empty())
    refuse(fmt::format("adds channels to [{}], whose channels do not lie together; right: before it is flattened",
                       fmt::join(from.shape, ", ")));
  std::vector<std::int64_t> sources(first.size(), no_source);
  sources.insert(sources.end(), order.begin(), order.end());
  sources.insert(sources.end(), last.size(), no_source);
  const affine_step old = affine(from);
  affine_step meaning{{}, first};
  for (const std::int64_t source : sources)
    meaning.scale.push_back(of_channel(old.scale, source == no_source ? order[0] : source));
  for (const std::int64_t source : order) meaning.offset.push_back(of_channel(old.offset, source));
  meaning.offset.insert(meaning.offset.end(), last.begin(), last.end());
  integer_layer layer;
  layer.name = m_node->name + "_channels";
  layer.input_type = m_draft.value(from.value).type;
  layer.weights = selection_of(sources, shape.channels);
  from.value = m_draft.add_selection(std::move(layer), from.value, {shape.height, shape.width, std::ssize(sources)});
  from.chain = value_chain(std::move(meaning));
  from.shape[1] = std::ssize(sources);
  from.places = places_channels_first(frame(from));
}

namespace {

/// Where along each dimension of a frame the elements of a tensor lie.
struct bounds {
  std::int64_t top, left, first, bottom = 0, right = 0, last = 0;

  bounds(const tensor_flow& of, const frame_shape& in) : top(in.height), left(in.width), first(in.channels) {
    for (const std::int64_t place : *of.places) {
      const std::int64_t c = place % in.channels, x = place / in.channels % in.width,
                         y = place / in.channels / in.width;
      top = std::min(top, y);
      bottom = std::max(bottom, y);
      left = std::min(left, x);
      right = std::max(right, x);
      first = std::min(first, c);
      last = std::max(last, c);
    }
  }
};

place_list moved(const tensor_flow& of, const frame_shape& in, const bounds& to) {
  const std::int64_t width = to.right - to.left + 1, channels = to.last - to.first + 1;
  std::vector<std::int64_t> places;
  for (const std::int64_t place : *of.places) {
    const std::int64_t c = place % in.channels, x = place / in.channels % in.width, y = place / in.channels / in.width;
    places.push_back(((y - to.top) * width + x - to.left) * channels + c - to.first);
  }
  return std::make_shared<const std::vector<std::int64_t>>(std::move(places));
}

}  // namespace

/// What lies around all elements of a tensor is cut off.
void streamliner::cut(tensor_flow& from) {
  const frame_shape in = frame(from);
  const bounds to(from, in);
  crop_layer layer{m_node->name,          to.top, to.left, in.height - 1 - to.bottom, in.width - 1 - to.right, to.first,
                   to.last - to.first + 1};
  const frame_shape out{to.bottom - to.top + 1, to.right - to.left + 1, layer.channels};
  if (out == in) return;
  from.places = moved(from, in, to);
  from.value = m_draft.add(std::move(layer), {from.value}, out, m_draft.value(from.value).type);
  std::vector<std::int64_t> sources(static_cast<std::size_t>(out.channels));
  std::iota(sources.begin(), sources.end(), to.first);
  from.chain = from.chain.of_channels(sources);
}

namespace {

/// An image of every n-th row and column of a frame, from the first one on, and of some of its channels.
struct sparse_image {
  std::int64_t stride_h = 1, stride_w = 1;
  std::vector<std::int64_t> channels;
};

std::int64_t stride_of(std::int64_t all, std::int64_t taken) { return taken > 1 ? (all - 1) / (taken - 1) : 1; }

std::optional<sparse_image> sparse_image_of(const tensor_flow& from, const frame_shape& in) {
  const bool is_flat = from.shape.size() == 2 && in.positions() == 1;
  if (from.shape.size() != 4 && !is_flat) return std::nullopt;
  const std::int64_t c = from.shape[1], h = is_flat ? 1 : from.shape[2], w = is_flat ? 1 : from.shape[3];
  sparse_image result{stride_of(in.height, h), stride_of(in.width, w), {}};
  for (std::int64_t channel = 0; channel < c; ++channel) {
    const std::int64_t first = (*from.places)[static_cast<std::size_t>(channel * h * w)];
    result.channels.push_back(first);
    for (std::int64_t p = 0; p < h * w; ++p) {
      const std::int64_t pixel = p / w * result.stride_h * in.width + p % w * result.stride_w;
      if ((*from.places)[static_cast<std::size_t>(channel * h * w + p)] != pixel * in.channels + first)
        return std::nullopt;
    }
    if (first >= in.channels) return std::nullopt;
  }
  return result;
}

/// True if every number from 0 to count - 1 is there once.
bool is_permutation(std::vector<std::int64_t> numbers, std::int64_t count) {
  std::sort(numbers.begin(), numbers.end());
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] != static_cast<std::int64_t>(i)) return false;
  return std::ssize(numbers) == count;
}

}  // namespace

/// Rows, columns and channels between those that the tensor has are taken out.
void streamliner::thin_out(tensor_flow& from) {
  const std::optional<sparse_image> found = sparse_image_of(from, frame(from));
  if (!found) return;
  window_shape every;
  every.stride_h = found->stride_h;
  every.stride_w = found->stride_w;
  if (every.stride_h > 1 || every.stride_w > 1) {
    const int taken = windowed(from.value, every);
    const frame_shape shape = m_draft.value(taken).shape;
    from.value = m_draft.add(pool_layer{m_node->name + "_taken", pool_kind::max, 1, 0}, {taken}, shape,
                             m_draft.value(taken).type);
    from.places = places_channels_first(shape, found->channels);
  }
  if (is_permutation(found->channels, channels(from))) return;
  select_channels(from, found->channels);
  from.places = places_channels_first(frame(from));
}

void streamliner::take(const select_op& op) {
  if (flow(0).on_host()) refuse("takes a part of the input before its quantizer; right: behind it");
  if (!op.indices[0].empty() && op.indices[0] != std::vector<std::int64_t>{0})
    refuse("it takes frames of the batch; right: dimension 0 as it is");
  tensor_flow made = flow(0);
  tensor_shape shape = made.shape;
  shape[0] = 1;
  std::vector<std::int64_t> places;
  for (const std::int64_t source : selected_indices(shape, op.indices))
    places.push_back((*made.places)[static_cast<std::size_t>(source)]);
  made.places = std::make_shared<const std::vector<std::int64_t>>(std::move(places));
  made.shape = output_shape();
  cut(made);
  thin_out(made);
  put(std::move(made));
}

/// Elements that are copies of one integer each get one of their own, for a product of all elements.
void streamliner::part_copies(tensor_flow& from) {
  if (std::set<std::int64_t>(from.places->begin(), from.places->end()).size() == from.places->size()) return;
  const std::int64_t c = channels(from);
  std::vector<std::int64_t> channel_of;
  for (std::int64_t i = 0; i < frame(from).elements(); ++i) channel_of.push_back(i % c);
  from.value = flattened(from);
  from.chain = from.chain.of_channels(channel_of);
  select_channels(from, *from.places);
  from.places = places_in_order(from.size());
}

/// An output's channels come in the order of the file.
void streamliner::put_channels_in_order(tensor_flow& from) {
  const std::vector<std::int64_t> order = channel_order(from, frame(from));
  if (order.empty() || std::is_sorted(order.begin(), order.end())) return;
  select_channels(from, order);
  from.places = places_channels_first(frame(from));
}

}  // namespace spillway
