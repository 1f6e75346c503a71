// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/cyclic_reduction.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "spillway/models/integer_network/value_chain.h"
#include "spillway/models/network/file_layer.h"
#include "spillway/models/numbers/fit.h"
#include "spillway/models/streamline/levels.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

channel_values reals(const float_tensor& of) {
  channel_values result;
  for (const float value : of.values) result.emplace_back(exact(value));
  return result;
}

/// What stands between a layer's sums and the levels behind it.
struct reduced_layer {
  file_layer layer;
  std::vector<rational> scale;          ///< of the sums, one a channel
  value_chain chain;                    ///< from sums to reals
  std::vector<std::string> in_between;  ///< nodes that the chain stands for
  network_node* quantizer = nullptr;
};

class reduction_finder {
 public:
  reduction_finder(network& net, const std::string& name) : m_net(net), m_name(name) {}

  reduced_layer find() {
    reduced_layer found;
    std::vector<skipped_layer> skipped;
    const std::vector<file_layer> layers = file_layers(m_net, skipped);
    const auto of_name =
        std::find_if(layers.begin(), layers.end(), [&](const auto& layer) { return layer.name == m_name; });
    if (of_name == layers.end()) refuse("is no product of quantized weights; right: a Conv or Gemm behind a Quant");
    found.layer = *of_name;
    const float step = input_scale(found.layer.input);
    for (const float scale : found.layer.scale) found.scale.push_back(exact(step) * exact(scale));
    found.chain = value_chain(affine_step{channel_values(found.scale.begin(), found.scale.end()), {0}});
    add_bias(found);
    walk(found);
    return found;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw config_error(fmt::format("{}: can't be reduced: it {}", m_name, why));
  }

  /// The scale of the quantizer that the layer's input comes from.
  float input_scale(std::string tensor) const {
    while (true) {
      const auto node = std::find_if(m_net.nodes.begin(), m_net.nodes.end(),
                                     [&](const network_node& any) { return any.output == tensor; });
      if (node == m_net.nodes.end()) refuse("reads what no quantizer makes; right: a Quant before it");
      if (const auto* quant = std::get_if<quant_op>(&node->op)) return only_scale(*quant, "reads");
      if (!std::holds_alternative<max_pool_op>(node->op) && !std::holds_alternative<flatten_op>(node->op) &&
          !std::holds_alternative<upsample_op>(node->op))
        refuse(fmt::format("reads what {} makes; right: a Quant before it", node->name));
      tensor = node->inputs[0];
    }
  }

  float only_scale(const quant_op& quant, const char* what) const {
    const auto& zero = quant.zero_point.values;
    if (quant.scale.values.size() != 1 || std::any_of(zero.begin(), zero.end(), [](float z) { return z != 0; }))
      refuse(
          fmt::format("{} a quantizer of several scales or with a zero point; right: one scale, zero point 0", what));
    return quant.scale.values[0];
  }

  void add_bias(reduced_layer& found) const {
    const network_node& node = m_net.nodes[found.layer.product];
    const auto* gemm = std::get_if<gemm_op>(&node.op);
    if (gemm != nullptr && (gemm->alpha != 1 || gemm->beta != 1))
      refuse("has an alpha or a beta; right: alpha = beta = 1");
    if (node.inputs.size() < 3) return;
    const auto bias = m_net.constants.find(node.inputs[2]);
    if (bias == m_net.constants.end()) refuse("has a bias that is computed; right: a constant");
    found.chain.add(reals(bias->second));
  }

  void walk(reduced_layer& found) {
    std::string tensor = m_net.nodes[found.layer.product].output;
    while (true) {
      network_node& reader = only_reader(tensor);
      if (const auto* norm = std::get_if<batch_norm_op>(&reader.op)) {
        found.chain.normalize(reals(norm->mean), reals(norm->variance), exact(norm->epsilon), reals(norm->scale),
                              reals(norm->bias));
      } else if (std::holds_alternative<relu_op>(reader.op)) {
        found.chain.clamp(bracket(0), std::nullopt);
      } else if (const auto* quant = std::get_if<quant_op>(&reader.op)) {
        only_scale(*quant, "is read by");
        found.quantizer = &reader;
        return;
      } else {
        refuse(fmt::format("is read by {}; right: BatchNormalization and Relu, then a Quant", reader.name));
      }
      found.in_between.push_back(reader.name);
      tensor = reader.output;
    }
  }

  network_node& only_reader(const std::string& tensor) const {
    network_node* result = nullptr;
    for (network_node& node : m_net.nodes)
      for (const std::string& input : node.inputs) {
        if (input != tensor) continue;
        if (result != nullptr) refuse(fmt::format("is read by {} and {}; right: one", result->name, node.name));
        result = &node;
      }
    if (result == nullptr || tensor == m_net.output) refuse("has no quantizer behind it; right: a Quant");
    return *result;
  }

  network& m_net;
  const std::string& m_name;
};

/// The level, from 0, of an integer of one channel.
class channel_levels {
 public:
  channel_levels(const threshold_draft& draft, std::int64_t channel, std::int64_t beyond)
      : m_falls(draft.descending[static_cast<std::size_t>(channel)]) {
    const auto first = draft.conditions.begin() + channel * draft.steps;
    for (auto condition = first; condition != first + draft.steps; ++condition) {
      const bool is_always = condition->what == integer_condition::kind::always;
      std::int64_t at = is_always == m_falls ? beyond : -beyond;
      if (condition->what == integer_condition::kind::from)
        at = static_cast<std::int64_t>(std::clamp(condition->at, big_int(-beyond), big_int(beyond)));
      m_at.push_back(at);
    }
    std::sort(m_at.begin(), m_at.end());
  }

  std::int64_t operator()(std::int64_t n) const {
    if (m_falls) return m_at.end() - std::lower_bound(m_at.begin(), m_at.end(), n);
    return std::upper_bound(m_at.begin(), m_at.end(), n) - m_at.begin();
  }

 private:
  bool m_falls;
  std::vector<std::int64_t> m_at;
};

/// Sums at which the level of a channel goes up and down by one.
struct steps {
  std::vector<std::int64_t> rising, falling;
};

steps steps_of(const channel_levels& level, const cyclic_reduction& reduction) {
  const std::int64_t half = std::int64_t{1} << (reduction.bits - 1);
  steps result;
  std::int64_t before = 0;
  for (std::int64_t m = -half; m < half; ++m) {
    const std::int64_t here = level(reduced(m, reduction));
    for (; before < here; ++before) result.rising.push_back(m);
    for (; before > here; --before) result.falling.push_back(m);
  }
  return result;
}

/// The float32 that exactly the integers from `t` on reach, times a scale.
float boundary(std::int64_t t, const rational& scale, const std::string& layer) {
  const auto result = static_cast<float>(nearest_double(rational(2 * t - 1, 2) * scale));
  if (!(exact(result) > (t - 1) * scale && exact(result) <= t * scale))
    throw config_error(
        fmt::format("{}: no float32 is between {} and {} times {}; right: a scale within float32's "
                    "range",
                    layer, t - 1, t, nearest_double(scale)));
  return result;
}

/// Thresholds [channels, steps]; channels with fewer have some that no sum of P bits reaches.
multi_threshold_op thresholds(const std::vector<std::vector<std::int64_t>>& rows, const reduced_layer& of,
                              std::int64_t never) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.size());
  multi_threshold_op result;
  result.thresholds.shape = {std::ssize(rows), static_cast<std::int64_t>(width)};
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (std::size_t i = 0; i < width; ++i)
      result.thresholds.values.push_back(
          boundary(i < rows[row].size() ? rows[row][i] : never, of.scale[row], of.layer.name));
  result.out_scale = std::get<quant_op>(of.quantizer->op).scale.values[0];
  return result;
}

/// The nodes that do what the chain and the reduction do.
std::vector<network_node> reduced_nodes(const reduced_layer& of, const std::string& sums,
                                        const cyclic_reduction& reduction) {
  const auto& quant = std::get<quant_op>(of.quantizer->op);
  const channelwise as_it_is = [](const float_tensor& values, const char*) { return reals(values); };
  const level_rule rule = rule_of(quant, of.quantizer->name, as_it_is);
  const std::int64_t channels = of.layer.rows, never = std::int64_t{1} << (reduction.bits - 1);
  const threshold_draft draft = draft_thresholds(rule, of.chain, {-2 * never, 2 * never}, channels, of.layer.name);
  std::vector<std::vector<std::int64_t>> rising, falling;
  for (std::int64_t c = 0; c < channels; ++c) {
    steps found = steps_of(channel_levels(draft, c, 2 * never), reduction);
    rising.push_back(std::move(found.rising));
    falling.push_back(std::move(found.falling));
  }
  const auto has_steps = [](const auto& rows) {
    return std::any_of(rows.begin(), rows.end(), [](const auto& row) { return !row.empty(); });
  };
  if (!has_steps(rising))
    throw config_error(fmt::format("{}: all its levels are one; right: two or more", of.layer.name));
  const std::string up = of.layer.name + "_rising", down = of.layer.name + "_falling", both = of.layer.name + "_levels";
  multi_threshold_op above = thresholds(rising, of, never);
  above.out_bias = static_cast<float>(static_cast<std::int64_t>(rule.low)) * above.out_scale;
  std::vector<network_node> nodes{{up, std::move(above), {sums}, up + "_output"}};
  if (!has_steps(falling)) return nodes;
  nodes.push_back({down, thresholds(falling, of, never), {sums}, down + "_output"});
  nodes.push_back({both, sub_op{}, {up + "_output", down + "_output"}, both + "_output"});
  return nodes;
}

}  // namespace

void validate(const cyclic_reduction& reduction) {
  if (reduction.bits < 2 || reduction.bits > 16)
    throw config_error(fmt::format("cyclic_reduction.bits = {}; right: 2 to 16", reduction.bits));
  if (reduction.slope < 1 || reduction.slope > 65536)
    throw config_error(fmt::format("cyclic_reduction.slope = {}; right: 1 to 65536", reduction.slope));
}

std::int64_t reduced(std::int64_t sum, const cyclic_reduction& reduction) {
  const std::int64_t half = std::int64_t{1} << (reduction.bits - 1),
                     m = fit(sum, reduction.bits, overflow_mode::wrap).stored;
  if ((reduction.slope + 1) * std::abs(m) <= reduction.slope * half) return m;
  return reduction.slope * ((m < 0 ? -half : half) - m);
}

void reduce_activation(network& net, const std::string& layer, const cyclic_reduction& reduction) {
  validate(reduction);
  reduced_layer found = reduction_finder(net, layer).find();
  std::vector<network_node> nodes = reduced_nodes(found, net.nodes[found.layer.product].output, reduction);
  found.quantizer->inputs[0] = nodes.back().output;
  net.nodes[found.layer.product].inputs.resize(2);
  const std::string quantizer = found.quantizer->name;
  std::erase_if(net.nodes, [&](const network_node& node) {
    return std::find(found.in_between.begin(), found.in_between.end(), node.name) != found.in_between.end();
  });
  const auto place = std::find_if(net.nodes.begin(), net.nodes.end(),
                                  [&](const network_node& node) { return node.name == quantizer; });
  net.nodes.insert(place, std::make_move_iterator(nodes.begin()), std::make_move_iterator(nodes.end()));
}

}  // namespace spillway
