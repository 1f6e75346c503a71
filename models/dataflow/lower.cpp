// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/lower.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "spillway/models/dataflow/unit_choices.h"
#include "spillway/models/dataflow/unit_of_op.h"
#include "spillway/models/dataflow/wiring.h"
#include "spillway/models/integer_network/ranges.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

constexpr int widest_default_pe = 16;

memory_style weight_memory_of(const unit_options& choice) {
  if (choice.constant_weights.value_or(false)) return memory_style::constant;
  return choice.memory.value_or(memory_style::automatic);
}

/// Makes the units of one network, node by node.
class lowering {
 public:
  lowering(const integer_network& net, const lowering_options& options)
      : m_net(net), m_choices(options), m_wires(net, m_choices, options.stream_depth) {
    for (const integer_node& node : net.nodes) {
      const unit_facts* facts = unit_facts_of(node.op);
      m_names.push_back(facts == nullptr || is_flat(node) ? "" : m_choices.next_name(facts->unit_name));
    }
  }

  /// Of the nodes' units, and of the duplicates.
  std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const std::string& name : m_names)
      if (!name.empty()) result.push_back(name);
    int duplicates = 0;
    for (std::size_t value = 0; value < m_net.values.size(); ++value)
      if (m_wires.copies(static_cast<int>(value)) > 1)
        result.push_back(fmt::format("DuplicateStreams_{}", duplicates++));
    return result;
  }

  dataflow run() {
    for (const integer_node& node : m_net.nodes) {
      m_node = &node;
      std::visit([this](const auto& layer) { make(layer); }, node.op);
    }
    return m_wires.finish();
  }

 private:
  /// A window that is the whole frame, read by a matrix or by pools of one element: flattening, which the order of a
  /// stream does by itself.
  bool is_flat(const integer_node& node) const {
    const auto* window = std::get_if<window_layer>(&node.op);
    if (window == nullptr) return false;
    const frame_shape& from = m_wires.shape(node.inputs[0]);
    const window_shape& g = window->geometry;
    if (g.kernel_h != from.height || g.kernel_w != from.width || g.dilation_h != 1 || g.dilation_w != 1) return false;
    const auto& readers = m_wires.readers(node.outputs[0]);
    return std::all_of(readers.begin(), readers.end(), [](const integer_node* reader) {
      const auto* pool = std::get_if<pool_layer>(&reader->op);
      return std::holds_alternative<integer_layer>(reader->op) || (pool != nullptr && pool->window == 1);
    });
  }

  const std::string& name_of_node(const integer_node& node) const {
    return m_names[static_cast<std::size_t>(&node - m_net.nodes.data())];
  }
  int input(std::size_t port = 0) const { return m_node->inputs[port]; }
  int output() const { return m_node->outputs[0]; }

  template <class Unit>
  Unit named() const {
    Unit unit;
    unit.name = name_of_node(*m_node);
    return unit;
  }

  template <class Unit>
  unit_options choice_for(const Unit& unit) const {
    return m_choices.of(unit.name, Unit::facts.has);
  }

  void place(dataflow_unit unit, const unit_options& choice, std::int64_t window_lanes = 0) {
    m_wires.place(std::move(unit), choice, *m_node, window_lanes);
  }

  /// A unit that takes whole frames as they arrive.
  template <class Unit>
  void take_frames(Unit& unit) const {
    unit.type = m_wires.stream_type(input());
    unit.height = m_wires.shape(input()).height;
    unit.width = m_wires.shape(input()).width;
    unit.channels = m_wires.shape(input()).channels;
  }

  /// The type of what the node makes: the network's, unless a register before it is so wide that its stream could bring
  /// values which the network does not know.
  integer_type made_type() const {
    const integer_type of_network = m_wires.network_type(output());
    std::vector<integer_value> arriving;
    for (const int value : m_node->inputs) arriving.push_back({"", m_wires.shape(value), m_wires.stream_type(value)});
    std::vector<const integer_value*> inputs;
    for (const integer_value& value : arriving) inputs.push_back(&value);
    const value_range range = output_range(m_node->op, inputs);
    return holds(of_network, range) ? of_network : signed_type(bits_for(range.low, range.high, true));
  }

  /// What the units with accumulators have in common.
  template <class Unit, class Layer>
  void take_layer(Unit& unit, const Layer& layer, const unit_options& choice) {
    if (const integer_type arriving = m_wires.stream_type(input()); arriving != layer.input_type) {
      Layer of_stream = layer;  // behind a register of another width than the network's sums
      of_stream.input_type = arriving;
      return take_layer(unit, of_stream, choice);
    }
    resolved_register accumulator = resolve_register(layer, m_choices.register_of(unit.name, layer.name, choice));
    unit.input_type = layer.input_type;
    unit.weights = layer.weights;
    unit.thresholds = layer.thresholds;
    unit.output_offset = layer.output_offset;
    unit.accumulator = accumulator.format;
    m_wires.note_register(unit.name, std::move(accumulator.origin));
    unit.output_type = layer.thresholds ? layer.output_type : signed_type(unit.accumulator.bits);
    unit.weight_memory = weight_memory_of(choice);
    if (unit.weight_memory != memory_style::constant)
      unit.multipliers = choice.multipliers.value_or(multiplier_style::lut);
    unit.vectors_per_frame = m_wires.shape(output()).positions();
  }

  int default_simd(const integer_layer& layer) const {
    const integer_node* maker = m_wires.maker(input());
    if (maker != nullptr && !is_flat(*maker))
      if (const auto* window = std::get_if<window_layer>(&maker->op))
        return largest_divisor(layer.columns() / (window->geometry.kernel_h * window->geometry.kernel_w),
                               widest_default_simd);
    const std::int64_t lanes = m_wires.lanes(input());
    return lanes > 0 && layer.columns() % lanes == 0 ? static_cast<int>(lanes)
                                                     : largest_divisor(layer.columns(), widest_default_simd);
  }

  void make(const integer_layer& layer) {
    auto unit = named<unit_of<integer_layer>>();
    const unit_options choice = choice_for(unit);
    take_layer(unit, layer, choice);
    unit.xnor_popcount = layer.xnor_popcount;
    const bool is_constant = unit.weight_memory == memory_style::constant;
    unit.pe = choice.pe.value_or(is_constant ? static_cast<int>(layer.rows())
                                             : largest_divisor(layer.rows(), widest_default_pe));
    unit.simd = choice.simd.value_or(is_constant ? static_cast<int>(layer.columns()) : default_simd(layer));
    place(std::move(unit), choice);
  }

  void make(const depthwise_layer& layer) {
    auto unit = named<unit_of<depthwise_layer>>();
    const unit_options choice = choice_for(unit);
    take_layer(unit, layer, choice);
    const std::int64_t lanes = m_wires.window_lanes(input());  // the window's unit asked for them
    unit.pe = lanes > 0 ? static_cast<int>(lanes) : choice.pe.value_or(m_wires.lanes_for(input(), layer.channels()));
    unit.simd = choice.simd.value_or(1);
    place(std::move(unit), choice);
  }

  void make(const threshold_layer& layer) {
    auto unit = named<unit_of<threshold_layer>>();
    const unit_options choice = choice_for(unit);
    unit.input_type = m_wires.stream_type(input());
    unit.output_type = m_wires.network_type(output());
    unit.channels = m_wires.shape(input()).channels;
    unit.thresholds = layer.thresholds;
    unit.descending = layer.descending;
    unit.output_offset = layer.output_offset;
    unit.style = choice.thresholds.value_or(threshold_style::parallel);
    unit.memory = choice.memory.value_or(memory_style::automatic);
    unit.pe = choice.pe.value_or(m_wires.lanes_for(input(), unit.channels));
    unit.vectors_per_frame = m_wires.shape(input()).positions();
    place(std::move(unit), choice);
  }

  void make(const padding_layer& layer) {
    auto unit = named<unit_of<padding_layer>>();
    const unit_options choice = choice_for(unit);
    take_frames(unit);
    unit.top = layer.top;
    unit.left = layer.left;
    unit.bottom = layer.bottom;
    unit.right = layer.right;
    unit.stride_h = layer.stride_h;
    unit.stride_w = layer.stride_w;
    // The least value stands for minus infinity: that of the stream, where a narrow register is before it.
    const bool is_least = m_wires.network_type(input()).fits_int64() && !unit.type.is_bipolar &&
                          layer.value == m_wires.network_type(input()).min64();
    unit.value = is_least && unit.type.fits_int64() ? std::max(layer.value, unit.type.min64()) : layer.value;
    unit.simd = choice.simd.value_or(m_wires.lanes_for(input(), unit.channels));
    place(std::move(unit), choice);
  }

  /// What reads a window decides how it comes, and in how many lanes.
  struct window_form {
    window_style style;
    int lanes;
  };

  window_form form_for_reader() {
    const auto& readers = m_wires.readers(output());
    const std::string& value = m_net.values[static_cast<std::size_t>(output())].name;
    if (readers.size() != 1)
      throw config_error(fmt::format("value {} is a window that {} nodes read; right: 1", value, readers.size()));
    const std::string& reader = name_of_node(*readers[0]);
    const std::int64_t channels = m_wires.shape(input()).channels;
    if (std::holds_alternative<integer_layer>(readers[0]->op)) {
      const unit_options choice = m_choices.of(reader, mvau::facts.has);
      const bool is_constant = weight_memory_of(choice) == memory_style::constant;
      const std::int64_t by_default = is_constant ? channels : largest_divisor(channels, widest_default_simd);
      return {window_style::serial,
              static_cast<int>(std::gcd(choice.simd ? std::int64_t{*choice.simd} : by_default, channels))};
    }
    if (std::holds_alternative<depthwise_layer>(readers[0]->op)) {
      const auto pe = m_choices.of(reader, vvau::facts.has).pe;
      return {window_style::depthwise, pe.value_or(largest_divisor(channels, widest_default_pe))};
    }
    if (!std::holds_alternative<pool_layer>(readers[0]->op))
      throw config_error(
          fmt::format("value {} is a window; right: it is read by a matrix, a depthwise or a pool layer", value));
    return {window_style::depthwise,
            m_choices.of(reader, pool::facts.has).pe.value_or(m_wires.lanes_for(input(), channels))};
  }

  void make(const window_layer& layer) {
    if (is_flat(*m_node)) return m_wires.pass(input(), output());
    auto unit = named<unit_of<window_layer>>();
    const unit_options choice = choice_for(unit);
    const window_form form = form_for_reader();
    take_frames(unit);
    unit.geometry = layer.geometry;
    unit.style = form.style;
    const bool depthwise = form.style == window_style::depthwise;
    if (depthwise && choice.simd && choice.simd != form.lanes)
      throw config_error(
          fmt::format("{}.SIMD = {} must be PE = {} of the unit behind it", unit.name, *choice.simd, form.lanes));
    unit.simd = choice.simd.value_or(form.lanes);
    if (choice.parallel_window.value_or(false)) {
      if (!depthwise && unit.simd != unit.channels)
        throw config_error(fmt::format("{}.SIMD = {} must be all {} channels for a parallel window of a dense layer",
                                       unit.name, unit.simd, unit.channels));
      unit.style = window_style::parallel;
    }
    const std::int64_t window_lanes = depthwise ? unit.simd : 0;
    place(std::move(unit), choice, window_lanes);
  }

  void make(const pool_layer& layer) {
    auto unit = named<unit_of<pool_layer>>();
    const unit_options choice = choice_for(unit);
    unit.input_type = m_wires.stream_type(input());
    unit.output_type = made_type();
    unit.kind = layer.kind;
    unit.channels = m_wires.shape(output()).channels;
    unit.window = layer.window;
    unit.shift = layer.shift;
    const std::int64_t window_lanes = m_wires.window_lanes(input());
    unit.pe = window_lanes > 0 ? static_cast<int>(window_lanes)
                               : choice.pe.value_or(m_wires.lanes_for(input(), unit.channels));
    unit.vectors_per_frame = m_wires.shape(output()).positions();
    place(std::move(unit), choice);
  }

  void make(const global_sum_layer&) {
    auto unit = named<unit_of<global_sum_layer>>();
    const unit_options choice = choice_for(unit);
    unit.input_type = m_wires.stream_type(input());
    unit.output_type = made_type();
    unit.channels = m_wires.shape(input()).channels;
    unit.positions = m_wires.shape(input()).positions();
    unit.pe = choice.pe.value_or(m_wires.lanes_for(input(), unit.channels));
    place(std::move(unit), choice);
  }

  void make(const upsample_layer& layer) {
    auto unit = named<unit_of<upsample_layer>>();
    const unit_options choice = choice_for(unit);
    take_frames(unit);
    unit.factor_h = layer.factor_h;
    unit.factor_w = layer.factor_w;
    unit.pe = choice.pe.value_or(m_wires.lanes_for(input(), unit.channels));
    place(std::move(unit), choice);
  }

  void make(const label_select_layer& layer) {
    auto unit = named<unit_of<label_select_layer>>();
    const unit_options choice = choice_for(unit);
    unit.input_type = m_wires.stream_type(input());
    unit.output_type = m_wires.network_type(output());
    unit.labels = m_wires.shape(input()).channels;
    unit.k = layer.k;
    unit.pe = choice.pe.value_or(m_wires.lanes_for(input(), unit.labels));
    place(std::move(unit), choice);
  }

  void make(const crop_layer& layer) {
    auto unit = named<unit_of<crop_layer>>();
    const unit_options choice = choice_for(unit);
    take_frames(unit);
    unit.top = layer.top;
    unit.left = layer.left;
    unit.bottom = layer.bottom;
    unit.right = layer.right;
    unit.first_channel = layer.first_channel;
    unit.kept_channels = layer.channels;
    unit.simd = choice.simd.value_or(m_wires.lanes_for(input(), unit.folded_sizes().simd.of));
    place(std::move(unit), choice);
  }

  void make(const add_layer& layer) {
    auto unit = named<unit_of<add_layer>>();
    const unit_options choice = choice_for(unit);
    unit.a_type = m_wires.stream_type(input(0));
    unit.b_type = m_wires.stream_type(input(1));
    const bool exact = unit.a_type == m_wires.network_type(input(0)) && unit.b_type == m_wires.network_type(input(1));
    unit.a_factor = layer.a_factor;
    unit.b_factor = layer.b_factor;
    unit.output_type = exact ? m_wires.network_type(output()) : type_of_sums(layer, unit.a_type, unit.b_type);
    unit.channels = m_wires.shape(output()).channels;
    unit.pe = choice.pe.value_or(m_wires.lanes_for(input(0), unit.channels));
    unit.vectors_per_frame = m_wires.shape(output()).positions();
    place(std::move(unit), choice);
  }

  void make(const concat_layer&) {
    auto unit = named<unit_of<concat_layer>>();
    const unit_options choice = choice_for(unit);
    unit.type = m_wires.stream_type(input(0));
    for (const int value : m_node->inputs) {
      unit.channels.push_back(m_wires.shape(value).channels);
      if (m_wires.stream_type(value) != unit.type)
        throw config_error(fmt::format("{} joins {} and {}; right: one type", unit.name, to_string(unit.type),
                                       to_string(m_wires.stream_type(value))));
    }
    unit.pe = choice.pe.value_or(m_wires.lanes_for(input(0), unit.folded_sizes().pe.of));
    unit.vectors_per_frame = m_wires.shape(output()).positions();
    place(std::move(unit), choice);
  }

  void make(const split_layer& layer) {
    auto unit = named<unit_of<split_layer>>();
    const unit_options choice = choice_for(unit);
    unit.type = m_wires.stream_type(input());
    unit.channels = layer.channels;
    unit.pe = choice.pe.value_or(m_wires.lanes_for(input(), unit.folded_sizes().pe.of));
    unit.vectors_per_frame = m_wires.shape(input()).positions();
    place(std::move(unit), choice);
  }

  /// The host's: what it joins leaves.
  void make(const join_layer& layer) {
    for (std::size_t port = 0; port < m_node->inputs.size(); ++port) m_wires.leave(input(port), layer.outputs[port]);
  }

  /// The type of the sums of what streams bring.
  integer_type type_of_sums(const add_layer& layer, integer_type a, integer_type b) const {
    if (layer.a_factor == 1 && layer.b_factor == 1) return signed_type(std::max(a.bits, b.bits) + 2);
    const integer_value first{"", m_wires.shape(output()), a}, second{"", m_wires.shape(output()), b};
    const integer_value* const inputs[] = {&first, &second};
    const value_range sums = output_range(layer, inputs);
    return signed_type(bits_for(sums.low, sums.high, true));
  }

  const integer_network& m_net;
  unit_choices m_choices;
  lowering_wiring m_wires;
  std::vector<std::string> m_names;  ///< of the units, by node
  const integer_node* m_node = nullptr;
};

}  // namespace

std::vector<std::string> unit_names(const integer_network& net) { return lowering(net, {}).names(); }

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
