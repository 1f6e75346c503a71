// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <numeric>
#include <string>
#include <vector>

#include "spillway/models/numbers/storage.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/fast/dot_unit.h"
#include "spillway/sim/units/activation.h"

namespace spillway::detail {

/// What units for sums of any width share: weights, one register after the other, and what leaves.
template <class Integer>
class wide_dots : public dot_unit {
 protected:
  template <class Unit>
  wide_dots(const Unit& unit, std::uint32_t index)
      : m_shape(dot_shape::of(unit, index)), m_name(unit.name), m_input_type(unit.input_type), m_activation(unit) {
    for (std::int64_t i = 0; i < unit.weights.size(); ++i)
      m_weights.push_back(load_as<Integer>(unit.weights.at(i), unit.weights.type));
  }

  /// The elements of the block as numbers of the storage.
  std::vector<Integer> numbers_of(const value_block& block, const run_context& context) const {
    if (!context.sums.empty())
      throw config_error(fmt::format("{} has sums of more than 62 bits, which are not profiled", m_name));
    const int words = m_input_type.words();
    std::vector<std::int64_t> all(static_cast<std::size_t>(block.elements() * words));
    copy_words(block, all.data());
    std::vector<Integer> numbers;
    for (std::int64_t i = 0; i < block.elements(); ++i)
      numbers.push_back(load_as<Integer>(all.data() + i * words, m_input_type));
    return numbers;
  }

  /// One vector of results: `product(row, k)` is the row's k-th product in the order of addition.
  template <class Product>
  void run_vector(std::int64_t vector, event_replay<Integer>& replay, value_block& outputs,
                  std::span<channel_counts> counts, const Product& product) const {
    std::vector<std::int64_t> words(static_cast<std::size_t>(outputs.type().words()));
    const std::int64_t counted = replay.counted().rows_of(vector, m_shape.rows);
    for (std::int64_t row = 0; row < m_shape.rows; ++row) {
      const dot_result<Integer> dot = replay.run(
          vector, row, [&](std::int64_t k) -> Integer { return product(row, k); }, row < counted);
      if (row < counted) count(dot, counts[static_cast<std::size_t>(row)]);
      m_activation.store(row, dot.stored, words.data());
      const std::int64_t element = vector * m_shape.rows + row;
      if (outputs.kind() == element_kind::words)
        std::copy(words.begin(), words.end(), reinterpret_cast<std::int64_t*>(outputs.at(element)));
      else
        outputs.store(element, 1, words.data());
    }
  }

  void count(const dot_result<Integer>& dot, channel_counts& of) const {
    ++of.dot_products;
    if (dot.events == 0) return;
    of.events += static_cast<std::uint64_t>(dot.events);
    ++of.overflowing_dot_products;
    of.persistent_dot_products += dot.persistent(m_shape.format.bits, m_shape.format.overflow) ? 1 : 0;
  }

  dot_shape m_shape;
  std::string m_name;
  integer_type m_input_type;
  activation<Integer> m_activation;
  std::vector<Integer> m_weights;  ///< [rows, columns]
};

/// An MVAU for sums of any width.
template <class Integer>
class wide_matrix_dots final : public wide_dots<Integer> {
 public:
  wide_matrix_dots(const mvau& unit, std::uint32_t index, const window_reader& reader,
                   std::span<const std::int64_t> order)
      : wide_dots<Integer>(unit, index), m_reader(reader), m_order(order.begin(), order.end()) {
    if (!m_order.empty()) return;
    m_order.resize(static_cast<std::size_t>(unit.mw()));
    std::iota(m_order.begin(), m_order.end(), 0);
  }

  void run(const value_block& inputs, const run_context& context, value_block& outputs,
           std::span<channel_counts> counts) const override {
    const std::vector<Integer> numbers = this->numbers_of(inputs, context);
    const std::int64_t rows = this->m_shape.rows, columns = this->m_shape.columns, width = m_reader.width();
    event_replay<Integer> replay(this->m_shape, context);
    for (std::int64_t v = 0; v < outputs.elements() / rows; ++v) {
      const std::int64_t first = m_reader.first_element(v);
      this->run_vector(v, replay, outputs, counts, [&](std::int64_t row, std::int64_t k) -> Integer {
        const std::int64_t column = m_order[static_cast<std::size_t>(k)];
        const std::int64_t at = first + m_reader.offsets()[static_cast<std::size_t>(column / width)] + column % width;
        return this->m_weights[static_cast<std::size_t>(row * columns + column)] *
               numbers[static_cast<std::size_t>(at)];
      });
    }
    replay.hand_on();
  }

 private:
  window_reader m_reader;
  std::vector<std::int64_t> m_order;
};

/// A VVAU for sums of any width.
template <class Integer>
class wide_channel_dots final : public wide_dots<Integer> {
 public:
  wide_channel_dots(const vvau& unit, std::uint32_t index, const depthwise_reader& reader)
      : wide_dots<Integer>(unit, index), m_reader(reader) {}

  void run(const value_block& inputs, const run_context& context, value_block& outputs,
           std::span<channel_counts> counts) const override {
    const std::vector<Integer> numbers = this->numbers_of(inputs, context);
    const std::int64_t channels = this->m_shape.rows, window = this->m_shape.columns;
    event_replay<Integer> replay(this->m_shape, context);
    for (std::int64_t v = 0; v < outputs.elements() / channels; ++v)
      this->run_vector(v, replay, outputs, counts, [&](std::int64_t c, std::int64_t k) -> Integer {
        return this->m_weights[static_cast<std::size_t>(c * window + k)] *
               numbers[static_cast<std::size_t>(m_reader.element(v, c, k))];
      });
    replay.hand_on();
  }

 private:
  depthwise_reader m_reader;
};

}  // namespace spillway::detail
