// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "spillway/models/integer_network/evaluate.h"
#include "spillway/models/integer_network/ranges.h"
#include "spillway/models/numbers/storage.h"

namespace spillway {

namespace {

template <class Integer>
std::vector<Integer> loaded(const integer_tensor& tensor) {
  std::vector<Integer> result;
  result.reserve(static_cast<std::size_t>(tensor.size()));
  for (std::int64_t i = 0; i < tensor.size(); ++i) result.push_back(load_as<Integer>(tensor.at(i), tensor.type));
  return result;
}

/// A level fits int64 whatever the width of its type.
void store_level(std::int64_t value, integer_type type, std::int64_t* to) {
  std::fill_n(to, type.words(), value < 0 ? -1 : 0);
  *to = value;
}

/// Rows of thresholds: how many of a row a sum reaches.
template <class Integer>
class threshold_rows {
 public:
  explicit threshold_rows(const integer_tensor& thresholds)
      : m_steps(thresholds.shape[1]), m_values(loaded<Integer>(thresholds)) {}

  /// #{t : thresholds[row, t] <= sum}.
  std::int64_t reached(std::int64_t row, const Integer& sum) const {
    const Integer* first = m_values.data() + row * m_steps;
    return std::upper_bound(first, first + m_steps, sum) - first;
  }
  /// #{t : thresholds[row, t] >= sum}.
  std::int64_t undercut(std::int64_t row, const Integer& sum) const {
    const Integer* first = m_values.data() + row * m_steps;
    return first + m_steps - std::lower_bound(first, first + m_steps, sum);
  }

 private:
  std::int64_t m_steps;
  std::vector<Integer> m_values;
};

/// Bits of a storage in which the layer's sums and the comparison with its thresholds are exact.
template <class Layer>
int storage_bits(const Layer& layer, std::int64_t products) {
  const int sum = exact_sum_bits(layer.weights.type, layer.input_type, products, 1);
  return layer.thresholds ? std::max(sum, layer.thresholds->type.bits + 1) : sum;
}

/// Stores sums as they are, or as levels.
template <class Integer>
class sum_writer {
 public:
  template <class Layer>
  sum_writer(const Layer& layer, integer_tensor& output) : m_offset(layer.output_offset), m_output(output) {
    if (layer.thresholds) m_thresholds.emplace(*layer.thresholds);
  }

  void write(std::int64_t element, std::int64_t row, const Integer& sum) {
    std::int64_t* to = m_output.at(element);
    if (m_thresholds)
      store_level(m_offset + m_thresholds->reached(row, sum), m_output.type, to);
    else
      store_as(sum, m_output.type, to);
  }

 private:
  std::int64_t m_offset;
  integer_tensor& m_output;
  std::optional<threshold_rows<Integer>> m_thresholds;
};

template <class Integer>
void multiply(const integer_layer& op, const node_run& run) {
  const std::int64_t rows = op.rows(), columns = op.columns();
  const std::vector<Integer> weights = loaded<Integer>(op.weights);
  std::vector<Integer> values(static_cast<std::size_t>(columns));
  sum_writer<Integer> writer(op, run.out());
  for (std::int64_t v = 0; v < run.in().shape[0]; ++v) {
    for (std::int64_t k = 0; k < columns; ++k)
      values[static_cast<std::size_t>(k)] = load_as<Integer>(run.in().at(v * columns + k), run.in().type);
    for (std::int64_t row = 0; row < rows; ++row) {
      Integer sum(0);
      const Integer* w = weights.data() + row * columns;
      for (std::int64_t k = 0; k < columns; ++k) sum += w[k] * values[static_cast<std::size_t>(k)];
      writer.write(v * rows + row, row, sum);
    }
  }
}

/// Counts the places where bit and weight agree.
template <class Integer>
void count_agreements(const integer_layer& op, const node_run& run) {
  const std::int64_t rows = op.rows(), columns = op.columns();
  sum_writer<Integer> writer(op, run.out());
  for (std::int64_t v = 0; v < run.in().shape[0]; ++v)
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t count = 0;
      for (std::int64_t k = 0; k < columns; ++k)
        count += (*op.weights.at(row * columns + k) > 0) == (*run.in().at(v * columns + k) != 0) ? 1 : 0;
      writer.write(v * rows + row, row, Integer(count));
    }
}

template <class Integer>
void multiply_each(const depthwise_layer& op, const node_run& run) {
  const std::int64_t channels = op.channels(), window = op.window();
  const std::vector<Integer> weights = loaded<Integer>(op.weights);
  sum_writer<Integer> writer(op, run.out());
  for (std::int64_t v = 0; v < run.in().shape[0]; ++v)
    for (std::int64_t c = 0; c < channels; ++c) {
      Integer sum(0);
      for (std::int64_t k = 0; k < window; ++k)
        sum += weights[static_cast<std::size_t>(c * window + k)] *
               load_as<Integer>(run.in().at((v * window + k) * channels + c), run.in().type);
      writer.write(v * channels + c, c, sum);
    }
}

template <class Integer>
void compare(const threshold_layer& op, const node_run& run) {
  const threshold_rows<Integer> thresholds(op.thresholds);
  const std::int64_t channels = run.in().shape[1];
  const bool is_one = op.thresholds.shape[0] == 1;
  for (std::int64_t i = 0; i < run.in().size(); ++i) {
    const std::int64_t row = is_one ? 0 : i % channels;
    const auto value = load_as<Integer>(run.in().at(i), run.in().type);
    const bool descends = !op.descending.empty() && op.descending[static_cast<std::size_t>(row)];
    const std::int64_t level = descends ? thresholds.undercut(row, value) : thresholds.reached(row, value);
    store_level(op.output_offset + level, run.out().type, run.out().at(i));
  }
}

}  // namespace

void evaluate_node(const integer_layer& op, const node_run& run) {
  visit_storage(storage_bits(op, op.columns()), [&]<class Integer>(std::type_identity<Integer>) {
    op.xnor_popcount ? count_agreements<Integer>(op, run) : multiply<Integer>(op, run);
  });
}

void evaluate_node(const depthwise_layer& op, const node_run& run) {
  visit_storage(storage_bits(op, op.window()),
                [&]<class Integer>(std::type_identity<Integer>) { multiply_each<Integer>(op, run); });
}

void evaluate_node(const threshold_layer& op, const node_run& run) {
  visit_storage(std::max(op.thresholds.type.bits, run.in().type.bits) + 1,
                [&]<class Integer>(std::type_identity<Integer>) { compare<Integer>(op, run); });
}

}  // namespace spillway
