// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>

#include "spillway/models/network/linear_export.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// x [1, 2] -> Quant_input -> fc (weights behind Quant_fc_weights) -> Add_fc -> Quant_fc -> head -> output.
network two_layers() {
  linear_export file;
  file.input_type = unsigned_type(4);
  file.layers.push_back({"fc", integer_tensor::from(signed_type(4), {2, 2}, {1, 2, -3, 4}), {0.5F}, {1, 2}, {}, {}});
  file.layers[0].activation = activation_quantizer{unsigned_type(4), 1};
  file.layers.push_back({"head", integer_tensor::from(signed_type(4), {2, 2}, {3, -2, 1, 1}), {1}, {}, {}, {}});
  return make_linear_network(file);
}

network_node& node(network& net, const std::string& name) {
  return *std::find_if(net.nodes.begin(), net.nodes.end(), [&](const network_node& n) { return n.name == name; });
}

quant_op& quant(network& net, const std::string& name) { return std::get<quant_op>(node(net, name).op); }

/// What is said against the network after `change`.
template <class Change>
std::string refusal_after(Change&& change) {
  network net = two_layers();
  change(net);
  const std::string message = message_of<input_error>([&] { streamline(net); });
  CHECK(is_one_line(message));
  return message;
}

/// Takes a node out of the chain.
void remove(network& net, const std::string& name) {
  const network_node gone = node(net, name);
  std::erase_if(net.nodes, [&](const network_node& n) { return n.name == name; });
  for (network_node& n : net.nodes) std::replace(n.inputs.begin(), n.inputs.end(), gone.output, gone.inputs[0]);
}

/// Puts a node with a constant operand behind the node `behind`.
void insert(network& net, const std::string& behind, network_op op, const float_tensor& operand) {
  const auto at =
      std::find_if(net.nodes.begin(), net.nodes.end(), [&](const network_node& n) { return n.name == behind; });
  const std::string from = at->output;
  for (auto later = at + 1; later != net.nodes.end(); ++later)
    std::replace(later->inputs.begin(), later->inputs.end(), from, std::string("inserted"));
  if (net.output == from) net.output = "inserted";
  net.constants["operand"] = operand;
  net.nodes.insert(at + 1, {"extra", std::move(op), {from, "operand"}, "inserted"});
}

}  // namespace

TEST_CASE("the two layers themselves are not refused") {
  CHECK(refusal_after([](network&) {}) == "no exception");
}

TEST_CASE("a long chain of clamps and of what stands between them takes memory by its length, not by its square") {
  for (const bool with_sums : {false, true}) {
    network net = two_layers();
    net.constants["zero"] = {{}, {0}};
    const auto at =
        std::find_if(net.nodes.begin(), net.nodes.end(), [](const auto& n) { return n.name == "Quant_fc"; });
    std::string from = at->inputs[0];
    std::vector<network_node> chain;
    for (int i = 0; i < 4000; ++i) {
      const std::string to = "link" + std::to_string(i);
      if (with_sums && i % 2 == 0)
        chain.push_back({"Add_" + to, add_op{}, {from, "zero"}, to});
      else
        chain.push_back({"Relu_" + to, relu_op{}, {from}, to});
      from = to;
    }
    at->inputs[0] = from;
    net.nodes.insert(at, chain.begin(), chain.end());
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    CHECK(streamline(net).nodes.size() == streamline(two_layers()).nodes.size());
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_maxrss - before.ru_maxrss < 150'000);  // KiB
  }
}

TEST_CASE("products without quantizers around them are refused") {
  CHECK(refusal_after([](network& net) { remove(net, "Quant_fc_weights"); }) ==
        "fc: its weights are not quantized; right: a Quant or BipolarQuant between constant and product");
  CHECK(refusal_after([](network& net) { remove(net, "Quant_fc"); }) ==
        "head: its input is another product's sums; right: a Quant between the two");
  CHECK(refusal_after([](network& net) {
          net.input_shape[0] = 2;
          std::swap(node(net, "fc").inputs[0], node(net, "fc").inputs[1]);
        }) == "fc: its left operand is constant; right: the activations, with weights behind them");
}

TEST_CASE("branches are taken, whatever their scales") {
  CHECK(refusal_after([](network& net) { node(net, "Add_fc").inputs[1] = node(net, "Add_fc").inputs[0]; }) ==
        "no exception");
  CHECK(refusal_after([](network& net) {
          net.nodes.push_back({"side", flatten_op{}, {"input"}, "side"});
        }) == "no exception");
  CHECK(refusal_after([](network& net) { net.output = "fc_biased"; }) == "no exception");
  CHECK(refusal_after([](network& net) {
          net.nodes.push_back({"sum", add_op{}, {"fc_output", "output"}, "y"});
          net.output = "y";
        }) == "no exception");
}

TEST_CASE("a network without a product is refused") {
  network net;
  net.input = net.output = "x";
  net.input_shape = {1, 2};
  CHECK(message_of<input_error>([&] { streamline(net); }) ==
        "the network has no MatMul, Gemm or Conv; right: at least one");
  net.constants["c"] = {{}, {1}};
  net.nodes.push_back({"f", flatten_op{}, {"x"}, "y"});
  net.output = "c";
  CHECK(message_of<input_error>([&] { streamline(net); }) == "output c: the input does not reach it");
}

TEST_CASE("scales that can't be drawn out of a sum are refused") {
  const auto refusal_of = [](const std::string& node) {
    return node +
           ": the scales of its input's channels, or of its weights within a row (output 0), are no multiples of "
           "one scale by less than 2^31; right: one scale, or scales whose ratios are of small numbers";
  };
  CHECK(refusal_after([](network& net) { quant(net, "Quant_fc").scale = {{1, 2}, {1, 2}}; }) == "no exception");
  CHECK(refusal_after([](network& net) { quant(net, "Quant_fc").scale = {{1, 2}, {1, 0x1p30F}}; }) == "no exception");
  CHECK(refusal_after([](network& net) {
          quant(net, "Quant_fc").scale = {{1, 2}, {1, 0x1p31F}};
        }) == refusal_of("head"));
  CHECK(refusal_after([](network& net) { quant(net, "Quant_fc").scale = {{1, 2}, {2, 2}}; }) == "no exception");
  CHECK(refusal_after([](network& net) {
          quant(net, "Quant_fc_weights").scale = {{2, 1}, {0.5F, 0.25F}};
        }) == "no exception");  // twice the least
  CHECK(refusal_after([](network& net) {
          quant(net, "Quant_fc_weights").scale = {{2, 1}, {0.5F, 0.3F}};
        }) == "no exception");
  CHECK(refusal_after([](network& net) {
          quant(net, "Quant_fc_weights").scale = {{2, 1}, {0.5F, 0x1p-33F}};
        }) ==
        "fc: the scale of its weights differs within a row (output 0); right: one scale, one for each output, or small "
        "multiples of one");
  CHECK(refusal_after([](network& net) {
          quant(net, "Quant_fc_weights").scale = {{2, 2}, {0.5F, 1, 0.5F, 1}};
        }) == "no exception");
  CHECK(refusal_after([](network& net) {
          quant(net, "Quant_input").scale = {{2}, {1, 2}};
        }) == "Quant_input: the input's scale differs from value to value; right: one");
}

TEST_CASE("an input quantizer of another form is refused") {
  CHECK(refusal_after([](network& net) { quant(net, "Quant_input").rounding = rounding_mode::floor; }) ==
        "no exception");
  CHECK(refusal_after([](network& net) { quant(net, "Quant_input").zero_point.values[0] = 0.5F; }) ==
        "Quant_input: the input's zero point is 0.5; right: a whole number within 2^62");
  CHECK(refusal_after([](network& net) { quant(net, "Quant_input").bits = 64; }) ==
        "Quant_input: the input has 64 bits; right: 63 at most");
  CHECK(refusal_after([](network& net) { quant(net, "Quant_input").bits = 63; }) == "no exception");
}

TEST_CASE("arithmetic behind the input's quantizer is taken, and before it, too") {
  CHECK(refusal_after([](network& net) { insert(net, "Quant_input", add_op{}, {{}, {1}}); }) == "no exception");
  const auto early = [](network_op op, float_tensor operand) {
    return refusal_after([&](network& net) {
      node(net, "Quant_input").inputs[0] = "early";
      net.constants["operand"] = operand;
      net.nodes.insert(net.nodes.begin(), {"extra", op, {"input", "operand"}, "early"});
    });
  };
  CHECK(early(add_op{}, {{}, {1}}) == "no exception");
  CHECK(early(mul_op{}, {{2}, {1, 2}}) == "no exception");
  CHECK(early(div_op{}, {{}, {0}}) == "extra: it divides by 0; right: another divisor");
}

TEST_CASE("weight zero points that are not whole, or differ, are refused") {
  CHECK(refusal_after([](network& net) { quant(net, "Quant_fc_weights").zero_point.values[0] = 0.5F; }) ==
        "Quant_fc_weights: its zero point 0.5 is not whole; nearest: 0");
  CHECK(refusal_after([](network& net) {
          quant(net, "Quant_fc_weights").zero_point = {{1, 2}, {1, 2}};
        }) == "Quant_fc_weights: its zero points differ; right: one for all weights");
}

TEST_CASE("operands that are not channelwise, or change the shape, are refused") {
  CHECK(refusal_after([](network& net) {
          insert(net, "fc", add_op{}, {{3, 1}, {1, 2, 3}});
        }) == "extra: it widens [1, 2] to [3, 2]; right: a constant that broadcasts to its input");
  CHECK(refusal_after([](network& net) {
          insert(net, "fc", mul_op{}, {{2}, {1, 0}});
        }) == "extra: it multiplies by 0; right: another factor");
  CHECK(refusal_after([](network& net) { insert(net, "fc", mul_op{}, {{1, 1}, {-3}}); }) == "no exception");
  CHECK(refusal_after([](network& net) {
          insert(net, "head", add_op{}, {{1, 1, 2}, {1, 2}});
        }) == "extra: it widens [1, 2] to [1, 1, 2]; right: a constant that broadcasts to its input");
}

TEST_CASE("a batch in the file does not let scales differ from frame to frame") {
  CHECK(refusal_after([](network& net) {
          net.input_shape[0] = 2;
          quant(net, "Quant_fc").scale = {{2, 1}, {1, 2}};
        }) == "Quant_fc: its scale [2, 1] differs within a channel; right: one value, or one a channel");
}

TEST_CASE("quantizers of too many thresholds are refused at the boundary") {
  CHECK(refusal_after([](network& net) { quant(net, "Quant_fc").bits = 16; }) == "no exception");
  CHECK(refusal_after([](network& net) { quant(net, "Quant_fc").bits = 17; }) ==
        "Quant_fc: its levels 0 to 131071 would take 131071 thresholds for each of 2 channels; right: at most 65535 a "
        "channel and 16777216 in all");
  CHECK(refusal_after([](network& net) {
          quant(net, "Quant_fc").bits = 4096;
        }).starts_with("Quant_fc: its levels 0 to "));
}

TEST_CASE("an alpha of 0 is refused, a beta of 0 drops the bias") {
  const auto gemm = [](float alpha, float beta) {
    return refusal_after([&](network& net) {
      network_node& fc = node(net, "fc");
      fc.op = gemm_op{alpha, beta, false};
      fc.inputs.push_back("fc_bias");
    });
  };
  CHECK(gemm(0, 1) == "fc: alpha is 0, so that its input has no effect; right: another factor");
  CHECK(gemm(1, 0) == "no exception");
  CHECK(gemm(-2, 1) == "no exception");
}

TEST_CASE("claims must name a product and be a width") {
  const auto claim = [](const std::string& key, const std::string& value) {
    return refusal_after([&](network& net) { net.metadata["spillway.accumulator." + key] = value; });
  };
  CHECK(claim("fc", "1") == "no exception");
  CHECK(claim("fc", "4096") == "no exception");
  CHECK(claim("Quant_fc", "8") ==
        "metadata spillway.accumulator.Quant_fc: no MatMul, Gemm or Conv has the name Quant_fc");
  for (const char* value : {"0", "4097", "-3", "", "8 ", "0x8", "8.0", "99999999999999999999"})
    CHECK(claim("fc", value) ==
          std::string("metadata spillway.accumulator.fc = ") + value + "; right: a width from 1 to 4096");
  CHECK(claim("fc", "1\n2") == "metadata spillway.accumulator.fc = 1\\x0A2; right: a width from 1 to 4096");
}
