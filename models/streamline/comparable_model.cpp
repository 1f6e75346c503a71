// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/comparable_model.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "spillway/models/data/select_frames.h"
#include "spillway/models/integer_network/open_sums.h"
#include "spillway/models/support/on_threads.h"

namespace spillway {

namespace {

bool is_product(const network_op& op) {
  return std::holds_alternative<matmul_op>(op) || std::holds_alternative<gemm_op>(op) ||
         std::holds_alternative<conv_op>(op) || std::holds_alternative<conv_transpose_op>(op);
}

/// For each element of what a product of the file makes, that of the sums; empty where they don't fit.
std::vector<std::int64_t> places_of_sums(const network_node& product, const file_tensor& tensor,
                                         const frame_shape& shape, bool is_turned) {
  std::int64_t size = 1;
  for (const std::int64_t n : tensor.shape) size *= n;
  if (size != shape.elements()) return {};
  const bool channels_first = !is_turned && (std::holds_alternative<conv_op>(product.op) ||
                                             std::holds_alternative<conv_transpose_op>(product.op));
  std::vector<std::int64_t> places;
  for (std::int64_t e = 0; e < size; ++e)
    places.push_back(channels_first ? e % shape.positions() * shape.channels + e / shape.positions() : e);
  return places;
}

/// The Transpose that the reader has put behind a product which the file has with its channels last; null if there is
/// none. The product's tensor has the file's name with `_before` behind it then.
const network_node* turned_back(const network& file, const network_node& product) {
  for (const network_node& node : file.nodes)
    if (std::holds_alternative<transpose_op>(node.op) && node.inputs[0] == product.output &&
        product.output.starts_with(node.output + "_before"))
      return &node;
  return nullptr;
}

constexpr std::uint64_t digest_start = 0xcbf29ce484222325;

std::uint64_t digest_of(std::uint64_t before, std::uint64_t n) {
  std::uint64_t mixed = (before ^ n) * 0x9e3779b97f4a7c15;
  return mixed ^ (mixed >> 29);
}

}  // namespace

comparable_model::comparable_model(network file, const streamline_options& options)
    : m_model(std::move(file), options),
      m_integers(with_open_sums(m_model.integers())),
      m_forms(value_forms(m_integers)) {
  add_values();
  for (const integer_node& node : m_integers.nodes)
    if (const auto* select = std::get_if<label_select_layer>(&node.op);
        select != nullptr && node.outputs[0] == m_integers.output_value)
      m_labels = select->k;
}

void comparable_model::add_values() {
  const std::vector<file_tensor>& tensors = m_model.tensors();
  std::map<std::string, std::size_t> by_node;
  for (std::size_t t = 0; t < tensors.size(); ++t) by_node[tensors[t].node] = t;
  const auto info = [this](int value) -> const integer_value& {
    return m_integers.values[static_cast<std::size_t>(value)];
  };
  for (const network_node& node : m_model.file().nodes) {
    if (!is_product(node.op) || !by_node.contains(node.name)) continue;
    const network_node* const turned = turned_back(m_model.file(), node);
    const std::size_t tensor = by_node.at(turned != nullptr ? turned->name : node.name);
    for (const integer_node& layer : m_integers.nodes) {
      const bool is_it =
          std::holds_alternative<integer_layer>(layer.op) || std::holds_alternative<depthwise_layer>(layer.op);
      if (!is_it || name_of(layer.op) != node.name || m_forms[static_cast<std::size_t>(layer.outputs[0])].empty())
        continue;
      const frame_shape& shape = info(layer.outputs[0]).shape;
      m_values.push_back({comparable_value::kind::sums, node.name, tensors[tensor].name, layer.outputs[0], shape,
                          places_of_sums(node, tensors[tensor], shape, turned != nullptr), tensor});
    }
  }
  const std::vector<value_report>& reports = m_model.report().values;
  for (std::size_t i = 0; i + 1 < reports.size(); ++i) {
    const value_report& of = reports[i];
    const auto tensor =
        std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.name == of.tensor; });
    if (tensor == tensors.end() || of.input == of.tensor || m_forms[static_cast<std::size_t>(of.value)].empty())
      continue;
    m_values.push_back({comparable_value::kind::levels, of.node, of.tensor, of.value, info(of.value).shape, of.places,
                        static_cast<std::size_t>(tensor - tensors.begin())});
  }
  std::stable_sort(m_values.begin(), m_values.end(), [](const auto& a, const auto& b) { return a.order < b.order; });
}

std::int64_t comparable_model::form_of(const comparable_value& of, std::int64_t place, std::int64_t n) const {
  const std::vector<channel_form>& forms = m_forms[static_cast<std::size_t>(of.value)];
  return forms[static_cast<std::size_t>(place) % forms.size()].of(n);
}

std::int64_t comparable_model::sign_of(const comparable_value& of, std::int64_t place) const {
  const std::vector<channel_form>& forms = m_forms[static_cast<std::size_t>(of.value)];
  return forms[static_cast<std::size_t>(place) % forms.size()].step < 0 ? -1 : 1;
}

void comparable_model::digest_block(const dataset& part, std::size_t block, value_digests& result) const {
  std::multimap<int, std::size_t> wanted;
  for (std::size_t i = 0; i < m_values.size(); ++i) wanted.emplace(m_values[i].value, i);
  const std::int64_t first = static_cast<std::int64_t>(block) * value_digests::frames_a_block;
  const auto keep = [&](int value, const integer_tensor& tensor) {
    const auto [begin, end] = wanted.equal_range(value);
    for (auto found = begin; found != end; ++found) {
      std::uint64_t digest = digest_start;
      for (std::int64_t e = 0; e < tensor.size(); ++e)
        digest = digest_of(digest, static_cast<std::uint64_t>(form_of(m_values[found->second], e, *tensor.at(e))));
      result.values[found->second][block] = digest;
    }
    if (value != m_integers.output_value) return;
    const std::int64_t size = m_integers.output_info().shape.elements();
    for (std::int64_t e = 0; e < tensor.size(); ++e) {
      const auto at = static_cast<std::size_t>(first * size + e);
      const std::size_t channel = static_cast<std::size_t>(e) % m_integers.output_scale.size();
      if (m_labels)
        result.labels[at] = *tensor.at(e);
      else
        result.outputs[at] = to_double(tensor, e) * m_integers.output_scale[channel] + m_integers.output_bias[channel];
    }
  };
  spillway::evaluate(m_integers, quantize_dataset(m_integers, part), keep);
}

value_digests comparable_model::digest(const dataset& data, unsigned threads,
                                       const std::function<bool(std::uint64_t frames)>& on_progress) const {
  constexpr std::int64_t step = value_digests::frames_a_block;
  const std::int64_t frames = data.frames(), blocks = (frames + step - 1) / step;
  const auto outputs = static_cast<std::size_t>(frames * m_integers.output_info().shape.elements());
  value_digests result;
  result.values.assign(m_values.size(), std::vector<std::uint64_t>(static_cast<std::size_t>(blocks)));
  (m_labels ? result.labels.resize(outputs) : result.outputs.resize(outputs));
  std::atomic<std::int64_t> next{0}, done{0};
  std::atomic<bool> stops{false};
  const auto work = [&](bool reports) {
    for (std::int64_t block = next++; block < blocks && !stops; block = next++) {
      const std::int64_t count = std::min(step, frames - block * step);
      digest_block(copy_frames(data, block * step, count), static_cast<std::size_t>(block), result);
      const auto now = static_cast<std::uint64_t>(done += count);
      if (reports && on_progress && !on_progress(now)) stops = true;
    }
  };
  on_threads(std::min<std::int64_t>(threads, blocks), work, [&stops] { stops = true; });
  result.frames = frames;
  result.stopped = stops;
  return result;
}

integer_tensor comparable_model::evaluate(const comparable_value& of, const dataset& frames) const {
  integer_tensor result;
  spillway::evaluate(m_integers, quantize_dataset(m_integers, frames), [&](int value, const integer_tensor& tensor) {
    if (value == of.value) result = tensor;
  });
  return result;
}

}  // namespace spillway
