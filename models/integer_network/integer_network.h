// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "spillway/models/integer_network/nodes.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/rounding_mode.h"

namespace spillway {

struct network;

/// What the host does with a real input before it quantizes it; values are one, or one a channel.
struct input_step {
  enum class kind : unsigned char {
    add,             ///< x + value
    multiply,        ///< x * value
    divide,          ///< x / value
    divide_by_root,  ///< x / sqrt(value + epsilon)
    clamp,           ///< min(max(x, low), high)
  };
  kind what = kind::add;
  std::vector<float> values;
  float epsilon = 0;
  float low = 0, high = 0;
};

/// How the real input becomes integers: after the steps, in order, q = clamp(round(x / scale + zero_point)); a bipolar
/// input is x >= 0 ? 1 : -1. All of it is decided exactly (models/integer_network/input_levels.h).
struct input_quantizer {
  integer_type type = unsigned_type(8);
  double scale = 1;
  std::int64_t zero_point = 0;
  std::int64_t low = 0, high = 255;  ///< the clamp (narrow ranges are smaller than the type's)
  rounding_mode rounding = rounding_mode::round;
  std::vector<input_step> steps = {};
  /// Where the file quantizes its input in several ways: the least float32 of each level that is told apart, ascending,
  /// and q = #{boundary : boundary <= x}. Scale, zero point, rounding and steps then say nothing.
  std::vector<float> boundaries = {};
  /// For each element of a frame [height, width, channels], the element of the file's frame that it is; empty: that of
  /// [channels, height, width].
  std::vector<std::int64_t> order = {};
  /// What the host computes of the file's input in float32, layer by layer, before the steps: a network of floats,
  /// whose output `order` is of. None: nothing.
  std::shared_ptr<const network> before = nullptr;
};

/// A network in which every value between input and output is an integer: nodes in topological order, each value made
/// by one node (or the input) and read by any number. `logit = integer * output_scale[channel] + output_bias[channel]`
/// brings the output value back to the file's real outputs; scales are positive.
struct integer_network {
  std::string name;
  input_quantizer input;
  std::vector<integer_value> values;
  std::vector<integer_node> nodes;
  int input_value = 0, output_value = 0;
  std::vector<double> output_scale;  ///< one a channel of the output value
  std::vector<double> output_bias;
  /// Elements of each of the file's outputs, where it has several: the output value has them one behind the other.
  std::vector<std::int64_t> output_sizes = {};

  /// The values that enter and leave the network.
  const integer_value& input_info() const { return values.at(static_cast<std::size_t>(input_value)); }
  const integer_value& output_info() const { return values.at(static_cast<std::size_t>(output_value)); }
};

/// Evaluates `net` at full width (int64 where that is exact, wider storage elsewhere): the oracle of both engines.
/// `input` is [frames * positions, channels] of the network's input type, positions in rows of the frame (NHWC);
/// returns the output value likewise. `keep` is shown every value once, the input and the output included; without it,
/// frames are evaluated a few at a time, so that memory does not grow with the network.
integer_tensor evaluate(const integer_network& net, const integer_tensor& input,
                        const std::function<void(int value, const integer_tensor&)>& keep = {});

/// The matrix layers of a network, in the order of its nodes.
std::vector<const integer_layer*> matrix_layers(const integer_network& net);
std::vector<integer_layer*> mutable_matrix_layers(integer_network& net);

/// Layers one behind the other, on frames of `input` ([1, 1, MW of the first layer] if it has no positions). All but
/// the last have thresholds; output scales are 1 and biases 0. Nothing is validated.
integer_network make_chain(std::string name, input_quantizer quantizer, std::vector<integer_layer> layers,
                           frame_shape input = {0, 0, 0});

/// The name of an operation.
const std::string& name_of(const integer_op& op);

/// Throws `config_error`, naming the node, unless shapes, types and thresholds fit together, every value's type holds
/// whatever its node can make of the types that it reads, and every value is made before it is read.
void validate(const integer_network& net);

}  // namespace spillway
