// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/fast_plan.h"

#include <algorithm>
#include <utility>

#include "spillway/models/dataflow/outputs.h"

namespace spillway::detail {

class fast_plan::builder {
 public:
  builder(fast_plan& plan, std::span<const std::int64_t> order, bool profiles)
      : m_plan(plan),
        m_flow(plan.m_flow),
        m_order(order),
        m_profiles(profiles),
        m_links(streams_of(m_flow)),
        m_carries(m_links.size(), -1) {}

  void build() {
    for (std::size_t s = 0; s < m_links.size(); ++s)
      if (m_links[s].from == dataflow_stream::outside) m_plan.m_input = m_carries[s] = new_value(m_links[s]);
    for (std::size_t u = 0; u < m_flow.units.size(); ++u) add_unit(u);
    m_plan.m_outputs.resize(output_shapes(m_flow).size());
    for (std::size_t s = 0; s < m_links.size(); ++s)
      if (m_links[s].to == dataflow_stream::outside)
        m_plan.m_outputs[static_cast<std::size_t>(m_links[s].to_port)] = m_carries[s];
    drop_unread_windows();
    for (std::size_t at = 0; at < m_plan.m_steps.size(); ++at)
      for (const int input : m_plan.m_steps[at].inputs)
        m_plan.m_values[static_cast<std::size_t>(input)].last_reader = static_cast<int>(at);
    for (const int output : m_plan.m_outputs) m_plan.m_values[static_cast<std::size_t>(output)].last_reader = -1;
  }

 private:
  int new_value(const dataflow_stream& link) {
    const stream_shape shape = shape_of(m_flow, link);
    m_plan.m_values.push_back({shape.type, shape.beats * shape.lanes});
    m_windows.push_back(nullptr);
    m_sources.push_back(-1);
    return static_cast<int>(m_plan.m_values.size()) - 1;
  }

  void add_unit(std::size_t u) {
    const dataflow_unit& unit = m_flow.units[u];
    step made;
    made.unit = u;
    made.inputs.resize(ports_of(unit).inputs.size());
    for (std::size_t s = 0; s < m_links.size(); ++s)
      if (m_links[s].to == static_cast<int>(u))
        made.inputs[static_cast<std::size_t>(m_links[s].to_port)] = m_carries[s];
    if (passes_on(unit)) {
      for (std::size_t s = 0; s < m_links.size(); ++s)
        if (m_links[s].from == static_cast<int>(u)) m_carries[s] = made.inputs[0];
      return;
    }
    made.outputs.resize(ports_of(unit).outputs.size());
    for (std::size_t s = 0; s < m_links.size(); ++s)
      if (m_links[s].from == static_cast<int>(u))
        made.outputs[static_cast<std::size_t>(m_links[s].from_port)] = m_carries[s] = new_value(m_links[s]);
    if (const auto* window = std::get_if<sliding_window>(&unit)) {
      m_windows.back() = window;
      m_sources.back() = made.inputs[0];
    }
    make_runner(made);
    m_plan.m_steps.push_back(std::move(made));
  }

  static bool passes_on(const dataflow_unit& unit) {
    return std::holds_alternative<width_converter>(unit) || std::holds_alternative<duplicate_streams>(unit);
  }

  void make_runner(step& of) {
    const dataflow_unit& any = m_flow.units[of.unit];
    const auto index = static_cast<std::uint32_t>(of.unit);
    if (const auto* unit = std::get_if<mvau>(&any)) {
      const sliding_window* window = take_windows(of, [&](const sliding_window& w) {
        return (w.style == window_style::serial || w.folds() == 1) && elements_of(w) == unit->mw();
      });
      const window_reader reader = window ? window_reader(*window) : window_reader(unit->mw());
      const bool ordered = unit->mw() == std::ssize(m_order);
      of.dots = make_dot_unit(*unit, index, reader, ordered ? m_order : std::span<const std::int64_t>(), m_profiles);
    } else if (const auto* channels = std::get_if<vvau>(&any)) {
      const sliding_window* window = take_windows(of, [&](const sliding_window& w) {
        return lanes_of(w) == channels->pe && w.channels == channels->channels() &&
               elements_of(w) == w.channels * channels->window();
      });
      of.dots = make_dot_unit(*channels, index,
                              window ? depthwise_reader(*window)
                                     : depthwise_reader(channels->channels(), channels->window(), channels->pe));
    } else if (const auto* reduced = std::get_if<pool>(&any)) {
      const sliding_window* window = take_windows(of, [&](const sliding_window& w) {
        return reads_windows(*reduced) && lanes_of(w) == reduced->pe && w.channels == reduced->channels &&
               elements_of(w) == w.channels * reduced->window;
      });
      of.plain = make_plain_unit(any, window);
    } else {
      of.plain = make_plain_unit(any, nullptr);
    }
  }

  static std::int64_t elements_of(const sliding_window& window) {
    return window.geometry.kernel_h * window.geometry.kernel_w * window.channels;
  }

  /// Channels that come together in a depthwise window.
  static std::int64_t lanes_of(const sliding_window& window) {
    return window.style == window_style::serial ? window.channels : window.simd;
  }

  /// The sliding window unit that makes the step's input, if `fits` says that its frames can be read instead; then they
  /// are the input.
  template <class Fits>
  const sliding_window* take_windows(step& of, const Fits& fits) {
    const auto input = static_cast<std::size_t>(of.inputs[0]);
    const sliding_window* window = m_windows[input];
    if (!window || !fits(*window)) return nullptr;
    of.inputs[0] = m_sources[input];
    return window;
  }

  /// Windows that everybody reads out of frames need not be made.
  void drop_unread_windows() {
    std::vector<bool> is_read(m_plan.m_values.size());
    for (const int output : m_plan.m_outputs) is_read[static_cast<std::size_t>(output)] = true;
    for (const step& of : m_plan.m_steps)
      for (const int input : of.inputs) is_read[static_cast<std::size_t>(input)] = true;
    std::erase_if(m_plan.m_steps, [&](const step& of) {
      return std::holds_alternative<sliding_window>(m_flow.units[of.unit]) &&
             !is_read[static_cast<std::size_t>(of.outputs[0])];
    });
  }

  fast_plan& m_plan;
  const dataflow& m_flow;
  std::span<const std::int64_t> m_order;
  bool m_profiles;
  std::vector<dataflow_stream> m_links;
  std::vector<int> m_carries;                    ///< by stream: its value
  std::vector<const sliding_window*> m_windows;  ///< by value: what made it, if that is such a unit
  std::vector<int> m_sources;                    ///< and the value that it was made of
};

fast_plan::fast_plan(const dataflow& flow, std::span<const std::int64_t> order, bool profiles) : m_flow(flow) {
  builder(*this, order, profiles).build();
}

std::int64_t fast_plan::frame_bytes() const {
  const auto bytes = [&](int v) {
    const value& of = m_values[static_cast<std::size_t>(v)];
    return of.elements * value_block(of.type, 0).element_bytes();
  };
  std::int64_t alive = bytes(m_input), most = alive;
  for (std::size_t at = 0; at < m_steps.size(); ++at) {
    for (const int output : m_steps[at].outputs) alive += bytes(output);
    most = std::max(most, alive);
    for (std::size_t v = 0; v < m_values.size(); ++v)
      if (m_values[v].last_reader == static_cast<int>(at)) alive -= bytes(static_cast<int>(v));
  }
  return most;
}

std::vector<value_block> fast_plan::run(value_block inputs, const run_context& context,
                                        std::vector<std::vector<channel_counts>>& counts) const {
  std::vector<value_block> values(m_values.size());
  values[static_cast<std::size_t>(m_input)] = std::move(inputs);
  for (std::size_t at = 0; at < m_steps.size(); ++at) {
    const step& of = m_steps[at];
    std::vector<const value_block*> in;
    for (const int input : of.inputs) in.push_back(&values[static_cast<std::size_t>(input)]);
    std::vector<value_block> out;
    for (const int output : of.outputs) {
      const value& made = m_values[static_cast<std::size_t>(output)];
      out.emplace_back(made.type, made.elements * context.frames);
    }
    if (of.dots)
      of.dots->run(*in[0], context, out[0], counts[of.unit]);
    else
      of.plain->run(in, out, context.frames);
    for (std::size_t port = 0; port < out.size(); ++port)
      values[static_cast<std::size_t>(of.outputs[port])] = std::move(out[port]);
    for (std::size_t v = 0; v < values.size(); ++v)
      if (m_values[v].last_reader == static_cast<int>(at)) values[v] = {};
  }
  std::vector<value_block> outputs;
  for (auto output = m_outputs.begin(); output != m_outputs.end(); ++output) {
    value_block& made = values[static_cast<std::size_t>(*output)];
    if (std::count(output, m_outputs.end(), *output) > 1)
      outputs.push_back(made);
    else
      outputs.push_back(std::move(made));
  }
  return outputs;
}

std::vector<std::vector<channel_counts>> fast_plan::no_counts() const {
  std::vector<std::vector<channel_counts>> counts;
  for (const dataflow_unit& unit : m_flow.units) {
    const auto dots = dot_products_of(unit);
    counts.emplace_back(static_cast<std::size_t>(dots ? dots->rows() : 0));
  }
  return counts;
}

void add_counts(std::span<channel_counts> to, std::span<const channel_counts> from) {
  for (std::size_t channel = 0; channel < to.size(); ++channel) {
    to[channel].dot_products += from[channel].dot_products;
    to[channel].events += from[channel].events;
    to[channel].overflowing_dot_products += from[channel].overflowing_dot_products;
    to[channel].persistent_dot_products += from[channel].persistent_dot_products;
  }
}

}  // namespace spillway::detail
