// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/stream_checker.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/value_text.h"

namespace spillway {

/// The values of a window of frames, made when they are first asked for and dropped when every stream is past them.
class stream_checker::expectation {
 public:
  expectation(const integer_network& net, const integer_tensor& inputs, std::set<int> wanted)
      : m_net(net), m_inputs(inputs), m_wanted(std::move(wanted)) {
    const frame_shape& shape = net.values[static_cast<std::size_t>(net.input_value)].shape;
    m_frame_elements = shape.elements();
    std::int64_t elements = 0;
    for (const int value : m_wanted) elements += net.values[static_cast<std::size_t>(value)].shape.elements();
    m_frames_a_chunk = std::clamp<std::int64_t>(most_elements / std::max<std::int64_t>(elements, 1), 1, 256);
  }

  /// The first word of a value's frame, in the network's order.
  const std::int64_t* frame(int value, std::uint64_t frame) {
    const std::uint64_t chunk = frame / static_cast<std::uint64_t>(m_frames_a_chunk);
    auto found = m_chunks.find(chunk);
    if (found == m_chunks.end()) found = m_chunks.emplace(chunk, make(chunk)).first;
    const integer_tensor& tensor = found->second.at(value);
    const std::int64_t elements = m_net.values[static_cast<std::size_t>(value)].shape.elements();
    return tensor.at((static_cast<std::int64_t>(frame) % m_frames_a_chunk) * elements);
  }

  /// No stream asks for frames before this one any more.
  void drop_before(std::uint64_t frame) {
    const std::uint64_t chunk = frame / static_cast<std::uint64_t>(m_frames_a_chunk);
    m_chunks.erase(m_chunks.begin(), m_chunks.lower_bound(chunk));
  }

  std::uint64_t frames() const { return static_cast<std::uint64_t>(m_inputs.size() / m_frame_elements); }
  integer_type type_of(int value) const { return m_types.at(value); }
  const integer_network& net() const { return m_net; }

 private:
  static constexpr std::int64_t most_elements = 1 << 23;
  using values = std::map<int, integer_tensor>;

  values make(std::uint64_t chunk) {
    const std::int64_t first = static_cast<std::int64_t>(chunk) * m_frames_a_chunk;
    const std::int64_t frames = m_inputs.size() / m_frame_elements;
    const std::int64_t count = std::min(m_frames_a_chunk, frames - first);
    const std::int64_t vectors = m_inputs.shape[0] / frames;
    const int words = m_inputs.type.words();
    integer_tensor part{m_inputs.type, {count * vectors, m_inputs.shape[1]}, {}};
    part.words.assign(m_inputs.at(first * m_frame_elements),
                      m_inputs.at(first * m_frame_elements) + count * m_frame_elements * words);
    values result;
    evaluate(m_net, part, [&](int value, const integer_tensor& tensor) {
      if (!m_wanted.contains(value)) return;
      m_types.insert_or_assign(value, tensor.type);
      result.emplace(value, tensor);
    });
    if (m_wanted.contains(m_net.input_value) && !result.contains(m_net.input_value)) {
      m_types.insert_or_assign(m_net.input_value, part.type);
      result.emplace(m_net.input_value, std::move(part));
    }
    return result;
  }

  const integer_network& m_net;
  const integer_tensor& m_inputs;
  std::set<int> m_wanted;
  std::int64_t m_frame_elements = 1, m_frames_a_chunk = 1;
  std::map<std::uint64_t, values> m_chunks;
  std::map<int, integer_type> m_types;
};

/// Compares one stream.
class stream_checker::tap final : public stream_tap {
 public:
  tap(stream_checker& owner, const dataflow& flow, const dataflow_stream& link, stream& watched)
      : m_owner(owner), m_flow(flow), m_link(link), m_stream(watched) {
    const integer_value& value = owner.m_expected->net().values[static_cast<std::size_t>(link.value)];
    m_frame_elements = value.shape.elements();
    m_channels = value.shape.channels;
    if (link.window_lanes > 0) m_window = window_of(link.value);
    watched.set_tap(this);
  }
  ~tap() override { m_stream.set_tap(nullptr); }

  void beat(const std::int64_t* words, std::uint64_t cycle) override {
    // A padding unit begins the next frame's border without its input: beats of a frame that is not there.
    if (m_frame == m_owner.m_expected->frames()) return;
    if (m_element == 0) m_owner.m_expected->drop_before(m_owner.slowest_frame());
    const std::int64_t* frame = m_owner.m_expected->frame(m_link.value, m_frame);
    const integer_type expected = m_owner.m_expected->type_of(m_link.value), found = m_stream.shape().type;
    bool differs = false;
    for (int lane = 0; lane < m_stream.shape().lanes; ++lane, ++m_element) {
      const std::int64_t place = place_of(m_element);
      const std::int64_t *want = frame + place * expected.words(), *have = words + lane * found.words();
      if (expected.words() == 1 && found.words() == 1 ? *want == *have : value(want, expected) == value(have, found))
        continue;
      differs = true;
      if (!m_first) note(place, want, have, cycle);
    }
    ++m_beats;
    m_differing += differs ? 1 : 0;
    if (m_element < m_frame_elements) return;
    m_element = 0;
    ++m_frame;
  }

  std::uint64_t frame() const { return m_frame; }
  std::uint64_t beats() const { return m_beats; }
  std::uint64_t differing() const { return m_differing; }
  const std::optional<stream_difference>& first() const { return m_first; }

 private:
  static big_int value(const std::int64_t* words, integer_type type) {
    return load({words, static_cast<std::size_t>(type.words())}, type);
  }

  std::int64_t window_of(int value) const {
    for (const integer_node& node : m_owner.m_expected->net().nodes)
      if (node.outputs[0] == value)
        if (const auto* window = std::get_if<window_layer>(&node.op))
          return window->geometry.kernel_h * window->geometry.kernel_w;
    return 1;
  }

  /// The place in the value's frame of the element that comes `n`th: [.., C / lanes, window, lanes] in depthwise order.
  std::int64_t place_of(std::int64_t n) const {
    if (m_link.window_lanes == 0) return n;
    const std::int64_t lanes = m_link.window_lanes, in_vector = n % m_channels;
    const std::int64_t fold = in_vector / (m_window * lanes), element = in_vector / lanes % m_window;
    return n - in_vector + element * (m_channels / m_window) + fold * lanes + in_vector % lanes;
  }

  void note(std::int64_t place, const std::int64_t* want, const std::int64_t* have, std::uint64_t cycle) {
    const integer_type expected = m_owner.m_expected->type_of(m_link.value);
    stream_difference& first = m_first.emplace();
    first.unit = m_link.from == dataflow_stream::outside ? "source"
                                                         : name_of(m_flow.units[static_cast<std::size_t>(m_link.from)]);
    first.link = name_of(m_flow, m_link);
    first.value = m_owner.m_expected->net().values[static_cast<std::size_t>(m_link.value)].name;
    first.cycle = cycle;
    first.frame = m_frame;
    first.position = place / m_channels;
    first.channel = place % m_channels;
    first.expected = value_text(want, expected);
    first.found = value_text(have, m_stream.shape().type);
  }

  stream_checker& m_owner;
  const dataflow& m_flow;
  dataflow_stream m_link;
  stream& m_stream;
  std::int64_t m_frame_elements = 1, m_channels = 1, m_window = 1;
  std::int64_t m_element = 0;
  std::uint64_t m_frame = 0, m_beats = 0, m_differing = 0;
  std::optional<stream_difference> m_first;
};

stream_checker::stream_checker(const integer_network& net, const dataflow& flow, const integer_tensor& inputs,
                               accelerator& top) {
  const std::vector<dataflow_stream> links = streams_of(flow);
  std::set<int> wanted;
  for (const dataflow_stream& link : links)
    if (link.value >= 0) wanted.insert(link.value);
  m_expected = std::make_unique<expectation>(net, inputs, std::move(wanted));
  for (std::size_t s = 0; s < links.size(); ++s)
    if (links[s].value >= 0) m_taps.push_back(std::make_unique<tap>(*this, flow, links[s], *top.streams()[s]));
}

stream_checker::~stream_checker() = default;

std::uint64_t stream_checker::slowest_frame() const {
  std::uint64_t slowest = UINT64_MAX;
  for (const auto& each : m_taps) slowest = std::min(slowest, each->frame());
  return slowest;
}

std::size_t stream_checker::streams() const { return m_taps.size(); }

std::uint64_t stream_checker::beats() const {
  std::uint64_t sum = 0;
  for (const auto& each : m_taps) sum += each->beats();
  return sum;
}

std::uint64_t stream_checker::differing() const {
  std::uint64_t sum = 0;
  for (const auto& each : m_taps) sum += each->differing();
  return sum;
}

std::optional<stream_difference> stream_checker::first() const {
  std::optional<stream_difference> earliest;
  for (const auto& each : m_taps)
    if (each->first() && (!earliest || each->first()->cycle < earliest->cycle)) earliest = each->first();
  return earliest;
}

}  // namespace spillway
