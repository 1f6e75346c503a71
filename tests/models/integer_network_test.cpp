// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/integer_network.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

integer_layer layer_of(integer_type input, integer_tensor weights) {
  integer_layer layer;
  layer.name = "fc";
  layer.input_type = input;
  layer.weights = std::move(weights);
  return layer;
}

integer_network network_of(std::vector<integer_layer> layers) {
  input_quantizer quantizer;
  quantizer.type = layers.front().input_type;
  return make_chain("net", quantizer, std::move(layers));
}

/// Two layers, 3 to 2 to 1, UINT4 between them; legal as it stands.
integer_network two_layers() {
  integer_layer first = layer_of(unsigned_type(2), integer_tensor::from(signed_type(4), {2, 3}, {1, -2, 3, -4, 5, -6}));
  first.thresholds = integer_tensor::from(signed_type(8), {2, 2}, {-3, 4, 0, 0});
  first.output_type = unsigned_type(4);
  return network_of({first, layer_of(unsigned_type(4), integer_tensor::from(signed_type(4), {1, 2}, {7, -8}))});
}

integer_layer& layer(integer_network& net, std::size_t index) { return *mutable_matrix_layers(net).at(index); }

std::string refusal_of_network(const integer_network& net) {
  try {
    validate(net);
  } catch (const config_error& e) {
    return e.what();
  }
  return "no exception";
}

/// A layer's output from the definition alone, in arbitrary precision.
std::vector<big_int> plain_output(const integer_layer& layer, const std::vector<big_int>& input) {
  const std::vector<big_int> weights = values_in(layer.weights.words, layer.weights.type);
  std::vector<big_int> output;
  for (std::int64_t row = 0; row < layer.rows(); ++row) {
    big_int sum = 0;
    const big_int* w = weights.data() + static_cast<std::size_t>(row) * input.size();
    for (std::size_t k = 0; k < input.size(); ++k) sum += w[k] * input[k];
    if (!layer.thresholds) {
      output.push_back(sum);
      continue;
    }
    const std::vector<big_int> thresholds = values_in(layer.thresholds->words, layer.thresholds->type);
    const auto steps = static_cast<std::size_t>(layer.thresholds->shape[1]);
    big_int level = layer.output_offset;
    const big_int* reached = thresholds.data() + static_cast<std::size_t>(row) * steps;
    for (std::size_t t = 0; t < steps; ++t) level += reached[t] <= sum ? 1 : 0;
    output.push_back(level);
  }
  return output;
}

integer_tensor random_tensor(integer_type type, std::vector<std::int64_t> shape, bool is_sorted = false) {
  std::size_t size = 1;
  for (const std::int64_t n : shape) size *= static_cast<std::size_t>(n);
  std::vector<big_int> values = *values_of(type, size);
  const auto last = static_cast<std::ptrdiff_t>(shape.back());
  if (is_sorted)
    for (auto row = values.begin(); row != values.end(); row += last) std::sort(row, row + last);
  return tensor_of(type, std::move(shape), values);
}

/// One to three layers of any types; thresholds are so wide, or so narrow, that some levels are never reached.
integer_network random_network(int max_bits) {
  std::vector<integer_layer> layers;
  integer_type type = *any_type(max_bits);
  std::int64_t columns = *rc::gen::inRange<std::int64_t>(1, 7);
  const int count = *rc::gen::inRange(1, 4);
  for (int l = 0; l < count; ++l) {
    const std::int64_t rows = *rc::gen::inRange<std::int64_t>(1, 5);
    integer_layer layer = layer_of(type, random_tensor(*any_type(max_bits), {rows, columns}));
    if (l + 1 < count || *rc::gen::arbitrary<bool>()) {
      integer_type threshold = *any_type(max_bits);
      threshold.is_bipolar = false;
      layer.thresholds = random_tensor(threshold, {rows, *rc::gen::inRange<std::int64_t>(1, 8)}, true);
      layer.output_offset = *rc::gen::inRange<std::int64_t>(-8, 8);
      layer.output_type = {*rc::gen::inRange(5, std::max(6, max_bits)), layer.output_offset < 0, false};
      type = layer.output_type;
    }
    columns = rows;
    layers.push_back(std::move(layer));
  }
  return network_of(std::move(layers));
}

bool evaluates_as_defined(int max_bits) {
  const integer_network net = random_network(max_bits);
  const std::int64_t columns = net.input_info().shape.channels;
  const std::int64_t frames = *rc::gen::inRange<std::int64_t>(1, 4);
  const integer_tensor input = random_tensor(net.input.type, {frames, columns});
  const integer_tensor output = evaluate(net, input);
  validate(output, "output");
  std::vector<big_int> expected;
  const std::vector<big_int> all = values_in(input.words, input.type);
  for (std::int64_t f = 0; f < frames; ++f) {
    std::vector<big_int> values(all.begin() + f * columns, all.begin() + (f + 1) * columns);
    for (const integer_layer* layer : matrix_layers(net)) values = plain_output(*layer, values);
    expected.insert(expected.end(), values.begin(), values.end());
  }
  return output.shape == std::vector<std::int64_t>{frames, matrix_layers(net).back()->rows()} &&
         values_in(output.words, output.type) == expected;
}

}  // namespace

TEST_CASE("a network evaluates to what its definition says, in narrow types and in wide ones") {
  CHECK(property_holds("narrow networks", 1000, [] { RC_ASSERT(evaluates_as_defined(8)); }));
  CHECK(property_holds("networks around 64 bits", 1000, [] { RC_ASSERT(evaluates_as_defined(70)); }));
  CHECK(property_holds("wide networks", 200, [] { RC_ASSERT(evaluates_as_defined(600)); }));
}

TEST_CASE("an accumulator one below a threshold stays below it, one on it is above") {
  integer_layer layer = layer_of(signed_type(8), integer_tensor::from(signed_type(2), {1, 1}, {1}));
  layer.thresholds = integer_tensor::from(signed_type(8), {1, 3}, {-5, 7, 7});
  layer.output_offset = -2;
  layer.output_type = signed_type(3);
  const integer_tensor output =
      evaluate(network_of({layer}), integer_tensor::from(signed_type(8), {6, 1}, {-128, -6, -5, 6, 7, 127}));
  CHECK(output == integer_tensor::from(signed_type(3), {6, 1}, {-2, -2, -1, -1, 1, 1}));
}

TEST_CASE("negative levels of a type wider than 64 bits are extended by the sign") {
  integer_layer layer = layer_of(unsigned_type(1), integer_tensor::from(signed_type(2), {1, 1}, {1}));
  layer.thresholds = integer_tensor::from(signed_type(8), {1, 1}, {1});
  layer.output_offset = -1;
  layer.output_type = signed_type(100);
  CHECK(evaluate(network_of({layer}), integer_tensor::from(unsigned_type(1), {2, 1}, {0, 1})) ==
        integer_tensor{signed_type(100), {2, 1}, {-1, -1, 0, 0}});
}

TEST_CASE("inputs of another type, shape or range are refused") {
  const integer_network net = two_layers();
  CHECK_NOTHROW(evaluate(net, integer_tensor::zeros(unsigned_type(2), {1, 3})));
  for (const integer_tensor& input :
       {integer_tensor::zeros(unsigned_type(3), {1, 3}), integer_tensor::zeros(unsigned_type(2), {1, 2}),
        integer_tensor::zeros(unsigned_type(2), {3}), integer_tensor::zeros(unsigned_type(2), {1, 1, 3})})
    CHECK_THROWS_WITH_AS(evaluate(net, input), "inputs must be UINT2 of [frames * 1, 3]", config_error);
  CHECK_THROWS_WITH_AS(evaluate(net, integer_tensor{unsigned_type(2), {1, 3}, {0, 4, 0}}),
                       "inputs[1] = 4 is not a value of UINT2; its range is 0 to 3", config_error);
  CHECK_THROWS_WITH_AS(evaluate(net, integer_tensor{unsigned_type(2), {1, 3}, {0}}),
                       "inputs: 3 elements of UINT2 need 3 words, not 1", config_error);
}

TEST_CASE("a network whose layers do not fit is refused by the layer and what would be right") {
  CHECK(refusal_of_network(two_layers()) == "no exception");
  integer_network net = two_layers();
  net.nodes.clear();
  CHECK(refusal_of_network(net) == "network net has no layers");
  net = two_layers();
  layer(net, 0).weights = {};
  CHECK(refusal_of_network(net) == "nodes[0].weights: the shape is empty; nearest: [1]");
  net = two_layers();
  layer(net, 1).weights.shape = {2};
  CHECK(refusal_of_network(net) == "nodes[1].weights must be [MH, MW], but have 1 dimensions");
  net = two_layers();
  layer(net, 1).weights = integer_tensor::zeros(signed_type(4), {1, 3});
  CHECK(refusal_of_network(net) == "nodes[1] takes 3 values of UINT4, but gets 2 of UINT4");
  net = two_layers();
  layer(net, 1).input_type = signed_type(4);
  CHECK(refusal_of_network(net) == "nodes[1] takes 2 values of INT4, but gets 2 of UINT4");
  net = two_layers();
  net.input.type = unsigned_type(3);
  CHECK(refusal_of_network(net) == "the input's value is of UINT2, but its quantizer gives UINT3");
  net = two_layers();
  layer(net, 0).weights.words[4] = 8;
  CHECK(refusal_of_network(net) == "nodes[0].weights[4] = 8 is not a value of INT4; its range is -8 to 7");
}

TEST_CASE("thresholds that do not fit their layer are refused") {
  integer_network net = two_layers();
  layer(net, 0).thresholds = integer_tensor::from(signed_type(8), {1, 2}, {0, 1});
  CHECK(refusal_of_network(net) == "nodes[0].thresholds must be [MH, steps] with MH = 2");
  layer(net, 0).thresholds = integer_tensor::from(signed_type(8), {2}, {0, 1});
  CHECK(refusal_of_network(net) == "nodes[0].thresholds must be [MH, steps] with MH = 2");
  layer(net, 0).thresholds = integer_tensor::from(signed_type(8), {2, 2}, {0, 1, 5, 4});
  CHECK(refusal_of_network(net) == "nodes[0].thresholds[1] is not ascending at step 1");
  layer(net, 0).thresholds = integer_tensor::from(signed_type(8), {2, 2}, {3, 4, 0, 0});
  CHECK(refusal_of_network(net) == "no exception");  // from one row to the next they may fall
}

TEST_CASE("levels at the ends of the output type are legal, one beyond is not") {
  integer_network net = two_layers();
  const auto with_offset = [&](std::int64_t offset) {
    layer(net, 0).output_offset = offset;
    return refusal_of_network(net);
  };
  CHECK(with_offset(13) == "no exception");  // 13 to 15 of UINT4
  CHECK(with_offset(14) == "nodes[0].output_type UINT4 does not hold the levels 14 to 16 of its thresholds");
  CHECK(with_offset(-1) == "nodes[0].output_type UINT4 does not hold the levels -1 to 1 of its thresholds");
  CHECK(with_offset(INT64_MAX) ==
        "nodes[0].output_type UINT4 does not hold the levels 9223372036854775807 to "
        "9223372036854775809 of its thresholds");
  layer(net, 0).output_type = bipolar_type();
  CHECK(with_offset(0) == "nodes[0].output_type BIPOLAR does not hold the levels 0 to 2 of its thresholds");
}

TEST_CASE("logits need one positive scale and one bias a channel") {
  integer_network net = two_layers();
  net.output_scale = {};
  CHECK(refusal_of_network(net) ==
        "output_scale and output_bias must have 1 values, one a channel of the output, but have 0 and 1");
  for (const double scale : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    net.output_scale = {scale};
    CHECK(refusal_of_network(net).starts_with("output_scale[0] = "));
  }
  net.output_scale = {1e-300};
  CHECK(refusal_of_network(net) == "no exception");
  net.output_bias = {std::nan("")};
  CHECK(refusal_of_network(net) ==
        "output_scale[0] = 1e-300 and output_bias[0] = nan must be finite, the scale positive");
}
