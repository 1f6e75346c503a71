// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/plain_unit.h"

#include <algorithm>
#include <cstring>

#include "spillway/sim/fast/lane_units.h"
#include "spillway/sim/fast/moving_units.h"

namespace spillway::detail {

namespace {

/// Units for any width: the oracle of the description.
class oracle_unit final : public plain_unit {
 public:
  explicit oracle_unit(const dataflow_unit& unit) : m_unit(unit), m_ports(ports_of(unit)) {}

  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs, std::int64_t) const override {
    std::vector<integer_tensor> beats;
    for (std::size_t port = 0; port < inputs.size(); ++port) {
      const stream_shape& shape = m_ports.inputs[port];
      beats.push_back(integer_tensor::zeros(shape.type, {inputs[port]->elements() / shape.lanes, shape.lanes}));
      copy_words(*inputs[port], beats.back().words.data());
    }
    const auto made = std::visit([&](const auto& unit) { return evaluate(unit, beats); }, m_unit);
    for (std::size_t port = 0; port < outputs.size(); ++port)
      outputs[port] = block_of(made[port], 0, made[port].size());
  }

 private:
  const dataflow_unit& m_unit;
  unit_ports m_ports;
};

/// Signed bits of every value of a type.
int signed_bits(integer_type type) { return type.bits + (type.is_signed ? 0 : 1); }

constexpr int narrow_bits = 31, word_bits = 62;

struct maker {
  const dataflow_unit& any;
  const sliding_window* windows;

  using made = std::unique_ptr<plain_unit>;

  /// One of two lanes by the bits that the arithmetic needs, or the oracle.
  template <template <class> class Kind, class Unit, class... More>
  made by_bits(int bits, const Unit& unit, const More&... more) const {
    if (bits <= narrow_bits) return std::make_unique<Kind<std::int32_t>>(unit, more...);
    if (bits <= word_bits) return std::make_unique<Kind<std::int64_t>>(unit, more...);
    return std::make_unique<oracle_unit>(any);
  }

  made operator()(const mvau&) const { return {}; }
  made operator()(const vvau&) const { return {}; }
  made operator()(const width_converter&) const { return {}; }
  made operator()(const duplicate_streams&) const { return {}; }
  made operator()(const sliding_window& unit) const { return std::make_unique<window_mover>(unit); }
  made operator()(const padding& unit) const { return std::make_unique<padding_mover>(unit); }
  made operator()(const crop& unit) const { return std::make_unique<crop_mover>(unit); }
  made operator()(const upsample& unit) const { return std::make_unique<upsample_mover>(unit); }
  made operator()(const concat_streams& unit) const { return std::make_unique<concat_mover>(unit); }
  made operator()(const split_stream& unit) const { return std::make_unique<split_mover>(unit); }
  made operator()(const thresholding& unit) const {
    return by_bits<threshold_lanes>(signed_bits(unit.input_type), unit);
  }
  made operator()(const pool& unit) const { return by_bits<pool_lanes>(pool_bits(unit), unit, windows); }
  made operator()(const global_accumulate& unit) const {
    return by_bits<accumulate_lanes>(signed_bits(unit.output_type), unit);
  }
  made operator()(const add_streams& unit) const { return by_bits<add_lanes>(sum_bits(unit), unit); }
  made operator()(const label_select& unit) const { return by_bits<label_lanes>(signed_bits(unit.input_type), unit); }

  /// Of the sums, and of the products that are added.
  static int sum_bits(const add_streams& unit) {
    const auto product_bits = [](integer_type type, std::int64_t factor) {
      return signed_bits(type) + (factor == 1 ? 0 : bits_for(factor, factor, true));
    };
    return std::max({signed_bits(unit.output_type), product_bits(unit.a_type, unit.a_factor),
                     product_bits(unit.b_type, unit.b_factor)});
  }

  static int pool_bits(const pool& unit) {
    if (unit.kind == pool_kind::max) return signed_bits(unit.input_type);
    return bits_for(min_value(unit.input_type) * unit.window, max_value(unit.input_type) * unit.window, true);
  }
};

}  // namespace

std::unique_ptr<plain_unit> make_plain_unit(const dataflow_unit& unit, const sliding_window* windows) {
  return std::visit(maker{unit, windows}, unit);
}

bool reads_windows(const pool& unit) { return maker::pool_bits(unit) <= word_bits; }

}  // namespace spillway::detail
