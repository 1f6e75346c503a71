// SPDX-License-Identifier: Apache-2.0
#include "models/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "models/error.h"
#include "models/lowering_folds.h"

namespace spillway {

namespace {

constexpr int widest_default_simd = 64, widest_default_pe = 16;

/// Where a value comes from in hardware.
struct supply {
  int unit = dataflow_stream::outside;
  int port = 0;
  std::int64_t lanes = 0;  ///< 0: the source, which sends as many as its first reader wants
  integer_type type;
  std::int64_t window_lanes = 0;
};

/// FINN's name of a node's unit.
const char* kind_of(const integer_op& op) {
  constexpr std::array names{"MVAU",
                             "VVAU",
                             "Thresholding",
                             "FMPadding",
                             "ConvolutionInputGenerator",
                             "Pool",
                             "GlobalAccPool",
                             "AddStreams",
                             "UpsampleNearestNeighbour",
                             "StreamingConcat",
                             "StreamingSplit",
                             "LabelSelect"};
  static_assert(names.size() == std::variant_size_v<integer_op>);
  return names[op.index()];
}

int narrow(std::int64_t lanes) { return static_cast<int>(lanes); }

/// Makes the units of one network, node by node.
class lowering {
 public:
  lowering(const integer_network& net, const lowering_options& options)
      : m_net(net), m_options(options), m_choices(options), m_readers(net.values.size()), m_supply(net.values.size()) {
    for (std::size_t n = 0; n < net.nodes.size(); ++n) {
      for (const int value : net.nodes[n].inputs) m_readers[index(value)].push_back(static_cast<int>(n));
      m_names.push_back(is_flat(net.nodes[n]) ? "" : m_choices.next_name(kind_of(net.nodes[n].op)));
    }
  }

  dataflow run() {
    m_flow.name = m_net.name;
    m_flow.stream_depth = m_options.stream_depth;
    offer(m_net.input_value, {.type = m_net.values[index(m_net.input_value)].type});
    for (const integer_node& node : m_net.nodes) {
      m_node = &node;
      std::visit([this](const auto& layer) { make(layer); }, node.op);
    }
    const supply last = take(m_net.output_value, 0);
    connect(last, dataflow_stream::outside, 0, m_net.output_value);
    m_choices.require_all_used();
    apply_depths();
    validate(m_flow);
    return std::move(m_flow);
  }

 private:
  /// A window that is the whole frame, read by a matrix: flattening, which the order of a stream does by itself.
  bool is_flat(const integer_node& node) const {
    const auto* window = std::get_if<window_layer>(&node.op);
    if (window == nullptr) return false;
    const frame_shape& from = shape(node.inputs[0]);
    const window_shape& g = window->geometry;
    if (g.kernel_h != from.height || g.kernel_w != from.width || g.dilation_h != 1 || g.dilation_w != 1) return false;
    return std::all_of(m_net.nodes.begin(), m_net.nodes.end(), [&](const integer_node& reader) {
      return std::find(reader.inputs.begin(), reader.inputs.end(), node.outputs[0]) == reader.inputs.end() ||
             std::holds_alternative<integer_layer>(reader.op);
    });
  }

  const std::string& node_name() const { return m_names[static_cast<std::size_t>(m_node - m_net.nodes.data())]; }
  static std::size_t index(int value) { return static_cast<std::size_t>(value); }
  int input(std::size_t port = 0) const { return m_node->inputs[port]; }
  int output(std::size_t port = 0) const { return m_node->outputs[port]; }
  const frame_shape& shape(int value) const { return m_net.values[index(value)].shape; }

  /// Lanes in which a value arrives now; 0 if that is still open.
  std::int64_t lanes_of(int value) const { return m_supply[index(value)].front().lanes; }
  integer_type type_of(int value) const { return m_supply[index(value)].front().type; }

  /// The lanes that arrive where they divide `n`; else the most that both have in common.
  int following(int value, std::int64_t n) const {
    const std::int64_t lanes = lanes_of(value);
    return lanes == 0 ? largest_divisor(n, widest_default_simd) : narrow(std::gcd(lanes, n));
  }

  /// Makes a value available, one copy for each of its readers.
  void offer(int value, supply from) {
    const std::size_t readers = m_readers[index(value)].size() + (value == m_net.output_value ? 1 : 0);
    if (readers == 0) throw config_error(fmt::format("value {} is read by nothing", m_net.values[index(value)].name));
    auto& copies = m_supply[index(value)];
    if (readers == 1) {
      copies = {from};
      return;
    }
    duplicate_streams unit;
    unit.name = m_choices.next_name("DuplicateStreams");
    const unit_options choice = m_choices.of(unit.name, {.pe = true});
    unit.type = from.type;
    unit.channels = shape(value).channels;
    unit.pe = choice.pe.value_or(from.lanes > 0 ? narrow(std::gcd(from.lanes, unit.channels))
                                                : largest_divisor(unit.channels, widest_default_simd));
    unit.vectors_per_frame = shape(value).positions();
    unit.copies = static_cast<int>(readers);
    const std::int64_t lanes = unit.pe;
    validate(unit, unit.name);
    from = convert(from, lanes, value);
    const int made = add(std::move(unit), choice);
    connect(from, made, 0, value);
    for (int port = 0; port < static_cast<int>(readers); ++port)
      copies.push_back({made, port, lanes, from.type, from.window_lanes});
  }

  /// One copy of a value, in beats of `lanes` (0: as it comes), behind a width converter if it needs one.
  supply take(int value, std::int64_t lanes) {
    auto& copies = m_supply[index(value)];
    supply from = copies.back();
    copies.pop_back();
    if (copies.empty()) copies.push_back(from);  // for questions that come later
    return convert(from, lanes, value);
  }

  supply convert(supply from, std::int64_t lanes, int value) {
    if (from.lanes == 0) from.lanes = lanes;
    if (lanes == 0 || lanes == from.lanes) return from;
    width_converter unit;
    unit.name = m_choices.next_name("StreamingDataWidthConverter");
    const unit_options choice = m_choices.of(unit.name, {});
    unit.type = from.type;
    unit.from = narrow(from.lanes);
    unit.to = narrow(lanes);
    unit.elements = shape(value).elements();
    validate(unit, unit.name);
    const int made = add(std::move(unit), choice);
    connect(from, made, 0, value);
    return {made, 0, lanes, from.type, from.window_lanes};
  }

  template <class Unit>
  int add(Unit unit, const unit_options& choice) {
    m_flow.units.emplace_back(std::move(unit));
    m_depths.push_back({choice.input_depths, choice.output_depths});
    return static_cast<int>(m_flow.units.size()) - 1;
  }

  void connect(const supply& from, int to, int to_port, int value) {
    m_flow.streams.push_back({from.unit, from.port, to, to_port, m_options.stream_depth, value, from.window_lanes});
  }

  /// A unit of one input and one output.
  template <class Unit>
  void chain(Unit unit, const unit_options& choice, std::int64_t lanes_in, std::int64_t lanes_out, integer_type type,
             std::int64_t window_lanes = 0) {
    const std::string path = unit.name;
    validate(unit, path);
    const supply from = take(input(), lanes_in);
    const int made = add(std::move(unit), choice);
    connect(from, made, 0, input());
    offer(output(), {made, 0, lanes_out, type, window_lanes});
  }

  int default_simd(const integer_layer& layer, int value) const {
    if (const window_layer* window = window_behind(value))
      return largest_divisor(shape(value).channels / (window->geometry.kernel_h * window->geometry.kernel_w),
                             widest_default_simd);
    const std::int64_t lanes = lanes_of(value);
    return lanes > 0 && layer.columns() % lanes == 0 ? narrow(lanes)
                                                     : largest_divisor(layer.columns(), widest_default_simd);
  }

  const window_layer* window_behind(int value) const {
    for (const integer_node& node : m_net.nodes)
      if (node.outputs[0] == value && !is_flat(node)) return std::get_if<window_layer>(&node.op);
    return nullptr;
  }

  void make(const integer_layer& layer) {
    mvau unit;
    unit.name = node_name();
    const unit_options choice =
        m_choices.of(unit.name, {.pe = true, .simd = true, .accumulator = true, .memory = true});
    unit.input_type = layer.input_type;
    unit.weights = layer.weights;
    unit.thresholds = layer.thresholds;
    unit.output_offset = layer.output_offset;
    unit.xnor_popcount = layer.xnor_popcount;
    unit.accumulator = choice.accumulator.value_or(accumulator_format{});
    unit.output_type = layer.thresholds ? layer.output_type : signed_type(unit.accumulator.bits);
    unit.pe = choice.pe.value_or(largest_divisor(layer.rows(), widest_default_pe));
    unit.simd = choice.simd.value_or(default_simd(layer, input()));
    unit.weight_memory = choice.memory.value_or(memory_style::automatic);
    unit.vectors_per_frame = shape(output()).positions();
    const auto lanes_in = unit.simd, lanes_out = unit.pe;
    chain(std::move(unit), choice, lanes_in, lanes_out, unit.output_type);
  }

  void make(const depthwise_layer& layer) {
    vvau unit;
    unit.name = node_name();
    const unit_options choice = depthwise_choice(unit.name);
    unit.input_type = layer.input_type;
    unit.weights = layer.weights;
    unit.thresholds = layer.thresholds;
    unit.output_offset = layer.output_offset;
    unit.accumulator = choice.accumulator.value_or(accumulator_format{});
    unit.output_type = layer.thresholds ? layer.output_type : signed_type(unit.accumulator.bits);
    unit.pe = narrow(m_supply[index(input())].front().window_lanes);  // the window's unit asked for it
    unit.simd = choice.simd.value_or(1);
    unit.weight_memory = choice.memory.value_or(memory_style::automatic);
    unit.vectors_per_frame = shape(output()).positions();
    const std::int64_t lanes_in = std::int64_t{unit.simd} * unit.pe, lanes_out = unit.pe;
    chain(std::move(unit), choice, lanes_in, lanes_out, unit.output_type);
  }

  unit_options depthwise_choice(const std::string& name) {
    return m_choices.of(name, {.pe = true, .simd = true, .accumulator = true, .memory = true});
  }

  void make(const threshold_layer& layer) {
    thresholding unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.pe = true, .memory = true, .thresholds = true});
    unit.input_type = type_of(input());
    unit.output_type = m_net.values[index(output())].type;
    unit.channels = shape(input()).channels;
    unit.thresholds = layer.thresholds;
    unit.descending = layer.descending;
    unit.output_offset = layer.output_offset;
    unit.style = choice.thresholds.value_or(threshold_style::parallel);
    unit.memory = choice.memory.value_or(memory_style::automatic);
    unit.pe = choice.pe.value_or(following(input(), unit.channels));
    unit.vectors_per_frame = shape(input()).positions();
    const auto lanes = unit.pe;
    const integer_type type = unit.output_type;
    chain(std::move(unit), choice, lanes, lanes, type);
  }

  void make(const padding_layer& layer) {
    padding unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.simd = true});
    unit.type = type_of(input());
    unit.height = shape(input()).height;
    unit.width = shape(input()).width;
    unit.channels = shape(input()).channels;
    unit.top = layer.top;
    unit.left = layer.left;
    unit.bottom = layer.bottom;
    unit.right = layer.right;
    unit.stride_h = layer.stride_h;
    unit.stride_w = layer.stride_w;
    unit.value = layer.value;
    unit.simd = choice.simd.value_or(following(input(), unit.channels));
    const auto lanes = unit.simd;
    const integer_type type = unit.type;
    chain(std::move(unit), choice, lanes, lanes, type);
  }

  /// What reads a window decides how it comes, and in how many lanes.
  struct window_reader {
    window_style style = window_style::serial;
    std::optional<int> lanes;
  };

  window_reader reader_of(int value) {
    const std::vector<int>& readers = m_readers[index(value)];
    if (readers.size() != 1)
      throw config_error(fmt::format("value {} is a window that {} nodes read; right: 1",
                                     m_net.values[index(value)].name, readers.size()));
    const integer_op& op = m_net.nodes[index(readers[0])].op;
    const std::int64_t channels = shape(input()).channels;
    if (std::holds_alternative<integer_layer>(op)) {
      const auto choice =
          m_choices.of(m_names[index(readers[0])], {.pe = true, .simd = true, .accumulator = true, .memory = true});
      const int simd = choice.simd.value_or(largest_divisor(channels, widest_default_simd));
      return {window_style::serial, narrow(std::gcd(std::int64_t{simd}, channels))};
    }
    if (std::holds_alternative<depthwise_layer>(op)) {
      const auto choice =
          m_choices.of(m_names[index(readers[0])], {.pe = true, .simd = true, .accumulator = true, .memory = true});
      return {window_style::depthwise, choice.pe.value_or(largest_divisor(channels, widest_default_pe))};
    }
    if (!std::holds_alternative<pool_layer>(op))
      throw config_error(fmt::format("value {} is a window; right: it is read by a matrix, a depthwise or a pool layer",
                                     m_net.values[index(value)].name));
    const auto choice = m_choices.of(m_names[index(readers[0])], {.pe = true});
    return {window_style::depthwise, choice.pe.value_or(following(input(), channels))};
  }

  void make(const window_layer& layer) {
    if (is_flat(*m_node)) return offer(output(), take(input(), 0));
    sliding_window unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.simd = true, .parallel_window = true});
    const window_reader reader = reader_of(output());
    unit.type = type_of(input());
    unit.height = shape(input()).height;
    unit.width = shape(input()).width;
    unit.channels = shape(input()).channels;
    unit.geometry = layer.geometry;
    unit.style = reader.style;
    const bool depthwise = reader.style == window_style::depthwise;
    if (depthwise && choice.simd && choice.simd != reader.lanes)
      throw config_error(
          fmt::format("{}.SIMD = {} must be PE = {} of the unit behind it", unit.name, *choice.simd, *reader.lanes));
    unit.simd = choice.simd.value_or(*reader.lanes);
    if (choice.parallel_window.value_or(false)) {
      if (!depthwise && unit.simd != unit.channels)
        throw config_error(fmt::format("{}.SIMD = {} must be all {} channels for a parallel window of a dense layer",
                                       unit.name, unit.simd, unit.channels));
      unit.style = window_style::parallel;
    }
    const std::int64_t window = layer.geometry.kernel_h * layer.geometry.kernel_w;
    const auto lanes = unit.simd;
    const std::int64_t lanes_out = unit.style == window_style::parallel ? lanes * window : lanes;
    const integer_type type = unit.type;
    chain(std::move(unit), choice, lanes, lanes_out, type, depthwise ? lanes : 0);
  }

  void make(const pool_layer& layer) {
    pool unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.pe = true});
    unit.input_type = type_of(input());
    unit.output_type = m_net.values[index(output())].type;
    unit.kind = layer.kind;
    unit.channels = shape(output()).channels;
    unit.window = layer.window;
    unit.shift = layer.shift;
    unit.pe = narrow(m_supply[index(input())].front().window_lanes);
    unit.vectors_per_frame = shape(output()).positions();
    const auto lanes = unit.pe;
    const integer_type type = unit.output_type;
    chain(std::move(unit), choice, lanes, lanes, type);
  }

  void make(const global_sum_layer&) {
    global_accumulate unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.pe = true});
    unit.input_type = type_of(input());
    unit.output_type = m_net.values[index(output())].type;
    unit.channels = shape(input()).channels;
    unit.positions = shape(input()).positions();
    unit.pe = choice.pe.value_or(following(input(), unit.channels));
    const auto lanes = unit.pe;
    const integer_type type = unit.output_type;
    chain(std::move(unit), choice, lanes, lanes, type);
  }

  void make(const upsample_layer& layer) {
    upsample unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.pe = true});
    unit.type = type_of(input());
    unit.height = shape(input()).height;
    unit.width = shape(input()).width;
    unit.channels = shape(input()).channels;
    unit.factor_h = layer.factor_h;
    unit.factor_w = layer.factor_w;
    unit.pe = choice.pe.value_or(following(input(), unit.channels));
    const auto lanes = unit.pe;
    const integer_type type = unit.type;
    chain(std::move(unit), choice, lanes, lanes, type);
  }

  void make(const label_select_layer& layer) {
    label_select unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.pe = true});
    unit.input_type = type_of(input());
    unit.output_type = m_net.values[index(output())].type;
    unit.labels = shape(input()).channels;
    unit.k = layer.k;
    unit.pe = choice.pe.value_or(following(input(), unit.labels));
    const auto lanes = unit.pe;
    const integer_type type = unit.output_type;
    chain(std::move(unit), choice, lanes, layer.k, type);
  }

  void make(const add_layer&) {
    add_streams unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.pe = true});
    unit.a_type = type_of(input(0));
    unit.b_type = type_of(input(1));
    const bool exact =
        unit.a_type == m_net.values[index(input(0))].type && unit.b_type == m_net.values[index(input(1))].type;
    unit.output_type =
        exact ? m_net.values[index(output())].type : signed_type(std::max(unit.a_type.bits, unit.b_type.bits) + 2);
    unit.channels = shape(output()).channels;
    unit.pe = choice.pe.value_or(following(input(0), unit.channels));
    unit.vectors_per_frame = shape(output()).positions();
    join(std::move(unit), choice, unit.pe, unit.output_type);
  }

  void make(const concat_layer&) {
    concat_streams unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.pe = true});
    unit.type = type_of(input(0));
    std::int64_t common = 0;
    for (const int value : m_node->inputs) {
      unit.channels.push_back(shape(value).channels);
      common = std::gcd(common, shape(value).channels);
      if (type_of(value) != unit.type)
        throw config_error(fmt::format("{} joins {} and {}; right: one type", unit.name, to_string(unit.type),
                                       to_string(type_of(value))));
    }
    unit.pe = choice.pe.value_or(following(input(0), common));
    unit.vectors_per_frame = shape(output()).positions();
    join(std::move(unit), choice, unit.pe, unit.type);
  }

  /// A unit of several inputs, all of as many lanes as its output.
  template <class Unit>
  void join(Unit unit, const unit_options& choice, int lanes, integer_type type) {
    validate(unit, unit.name);
    std::vector<supply> from;
    for (const int value : m_node->inputs) from.push_back(take(value, lanes));
    const int made = add(std::move(unit), choice);
    for (std::size_t port = 0; port < from.size(); ++port)
      connect(from[port], made, static_cast<int>(port), m_node->inputs[port]);
    offer(output(), {made, 0, lanes, type, 0});
  }

  void make(const split_layer& layer) {
    split_stream unit;
    unit.name = node_name();
    const unit_options choice = m_choices.of(unit.name, {.pe = true});
    unit.type = type_of(input());
    unit.channels = layer.channels;
    std::int64_t common = 0;
    for (const std::int64_t channels : layer.channels) common = std::gcd(common, channels);
    unit.pe = choice.pe.value_or(following(input(), common));
    unit.vectors_per_frame = shape(input()).positions();
    const auto lanes = unit.pe;
    const integer_type type = unit.type;
    validate(unit, unit.name);
    const supply from = take(input(), lanes);
    const int made = add(std::move(unit), choice);
    connect(from, made, 0, input());
    for (int port = 0; port < static_cast<int>(m_node->outputs.size()); ++port)
      offer(m_node->outputs[index(port)], {made, port, lanes, type, 0});
  }

  /// A stream holds what either end asks for.
  void apply_depths() {
    for (dataflow_stream& link : m_flow.streams) {
      const auto ask = [&](const std::vector<int>& depths, int port) {
        if (port < static_cast<int>(depths.size())) link.depth = std::max(link.depth, depths[index(port)]);
      };
      if (link.from != dataflow_stream::outside) ask(m_depths[index(link.from)].second, link.from_port);
      if (link.to != dataflow_stream::outside) ask(m_depths[index(link.to)].first, link.to_port);
    }
  }

  const integer_network& m_net;
  const lowering_options& m_options;
  unit_choices m_choices;
  std::vector<std::string> m_names;                                     ///< of the units, by node
  std::vector<std::vector<int>> m_readers;                              ///< nodes, by value
  std::vector<std::vector<supply>> m_supply;                            ///< by value; what is left to be read
  std::vector<std::pair<std::vector<int>, std::vector<int>>> m_depths;  ///< input, output; by unit
  dataflow m_flow;
  const integer_node* m_node = nullptr;
};

}  // namespace

dataflow lower(const integer_network& net, const lowering_options& options) {
  validate(net);
  return lowering(net, options).run();
}

dataflow lower(const integer_network& net, const std::vector<unit_options>& options) {
  const std::size_t layers = matrix_layers(net).size();
  if (options.size() > layers)
    throw config_error(fmt::format("options for {} units, but the network has {} layers", options.size(), layers));
  lowering_options by_name;
  for (std::size_t u = 0; u < options.size(); ++u) by_name.units[fmt::format("MVAU_{}", u)] = options[u];
  return lower(net, by_name);
}

}  // namespace spillway
