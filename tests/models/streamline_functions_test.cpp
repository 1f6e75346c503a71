// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>

#include "spillway/models/data/dataset.h"
#include "spillway/models/streamline/differences.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

// The functions once more, from ONNX's operators, in long double.

using real = long double;

real sigmoid_of(real x) { return 1 / (1 + std::exp(-x)); }
real softplus_of(real x) { return std::log1p(std::exp(x)); }

struct function_example {
  function_op op;
  std::function<real(real)> value;
};

std::vector<function_example> all_functions() {
  const real alpha = 0.125L, beta = 0.75L;
  using kind = function_kind;
  return {
      {{kind::abs}, [](real x) { return std::fabs(x); }},
      {{kind::celu, 0.5F}, [](real x) { return x > 0 ? x : std::expm1(x / 0.5L) / 2; }},
      {{kind::ceil}, [](real x) { return std::ceil(x); }},
      {{kind::elu, 0.125F}, [=](real x) { return x < 0 ? alpha * std::expm1(x) : x; }},
      {{kind::erf}, [](real x) { return std::erf(x); }},
      {{kind::floor}, [](real x) { return std::floor(x); }},
      {{kind::gelu}, [](real x) { return 0.5L * x * (1 + std::erf(x / std::sqrt(2.0L))); }},
      {{kind::gelu_tanh},
       [](real x) {
         return 0.5L * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0L)) * (x + 0.044715L * x * x * x)));
       }},
      {{kind::hard_sigmoid, 0.125F, 0.75F}, [=](real x) { return std::max(0.0L, std::min(1.0L, alpha * x + beta)); }},
      {{kind::hard_swish}, [](real x) { return x * std::max(0.0L, std::min(1.0L, x / 6 + 0.5L)); }},
      {{kind::leaky_relu, 0.125F}, [=](real x) { return x < 0 ? alpha * x : x; }},
      {{kind::mish}, [](real x) { return x * std::tanh(softplus_of(x)); }},
      {{kind::round}, [](real x) { return std::nearbyint(x); }},
      {{kind::selu, 1.5F, 1.25F}, [](real x) { return 1.25L * (x > 0 ? x : 1.5L * std::expm1(x)); }},
      {{kind::sigmoid}, sigmoid_of},
      {{kind::sign}, [](real x) { return static_cast<real>((x > 0) - (x < 0)); }},
      {{kind::softplus}, softplus_of},
      {{kind::softsign}, [](real x) { return x / (1 + std::fabs(x)); }},
      {{kind::swish, 1.5F}, [](real x) { return x * sigmoid_of(1.5L * x); }},
      {{kind::tanh}, [](real x) { return std::tanh(x); }},
      {{kind::thresholded_relu, 0.125F}, [=](real x) { return x > alpha ? x : 0; }},
  };
}

constexpr int chain_channels = 3, chain_inputs = 4;

/// x, quantized, times whole weights; then the chain of the test, then a quantizer.
class chain_network {
 public:
  explicit chain_network(std::mt19937& random) : m_random(random) {
    m_net.name = "chain";
    m_net.input = "x";
    m_net.input_shape = {1, chain_inputs};
    m_net.constants["w"] = {{chain_inputs, chain_channels}, {}};
    for (int i = 0; i < chain_inputs * chain_channels; ++i) {
      m_weights.push_back(static_cast<int>(random() % 15) - 7);
      m_net.constants["w"].values.push_back(static_cast<float>(m_weights.back()) / 16);
    }
    add(quantizer(0.125F, 6, true), {"x"}, "q");
    add(quantizer(0.0625F, 4, true), {"w"}, "wq");
    add(matmul_op{}, {"q", "wq"}, "sums");
  }

  static quant_op quantizer(float scale, int bits, bool is_signed) {
    return {{{}, {scale}}, {{}, {0}}, bits, is_signed};
  }

  /// Appends a function to the file and to its twin.
  void apply(const function_example& of) {
    add(of.op, {m_net.output});
    append([value = of.value](real x, int) { return value(x); });
  }

  /// x * a + b, one of each a channel.
  void apply_affine() {
    const std::vector<float> a = numbers(), b = numbers();
    add(mul_op{}, {m_net.output, constant({{chain_channels}, a})});
    add(add_op{}, {m_net.output, constant({{chain_channels}, b})});
    append([a, b](real x, int c) {
      return x * static_cast<real>(a[static_cast<std::size_t>(c)]) + static_cast<real>(b[static_cast<std::size_t>(c)]);
    });
  }

  /// x * sigmoid(x), of two operators, as YOLOv5's exporters write it.
  void apply_silu() {
    const std::string x = m_net.output;
    add(function_op{function_kind::sigmoid}, {x});
    add(mul_op{}, {x, m_net.output});
    append([](real v, int) { return v * sigmoid_of(v); });
  }

  void apply_prelu() {
    const std::vector<float> slope = numbers();
    add(prelu_op{}, {m_net.output, constant({{chain_channels}, slope})});
    append([slope](real x, int c) { return x < 0 ? x * static_cast<real>(slope[static_cast<std::size_t>(c)]) : x; });
  }

  void apply_extremes() {
    const std::vector<float> least = numbers();
    add(max_op{}, {m_net.output, constant({{chain_channels}, least})});
    add(min_op{}, {constant({{}, {1.5F}}), m_net.output});
    append([least](real x, int c) {
      return std::min(1.5L, std::max(x, static_cast<real>(least[static_cast<std::size_t>(c)])));
    });
  }

  /// Behind the last quantizer the integers are what the twin rounds, but where it is too close to a tie to tell.
  void check(float scale, int bits, bool is_signed) {
    add(quantizer(scale, bits, is_signed), {m_net.output});
    const integer_network net = streamline(m_net);
    const real low = is_signed ? -std::ldexp(1.0L, bits - 1) : 0,
               high = is_signed ? std::ldexp(1.0L, bits - 1) - 1 : std::ldexp(1.0L, bits) - 1;
    for (int frame = 0; frame < 20; ++frame) {
      std::vector<float> x;
      for (int i = 0; i < chain_inputs; ++i)
        x.push_back(static_cast<float>(static_cast<int>(m_random() % 64) - 32) / 8);
      const integer_tensor y = evaluate(net, quantize_reals(net, x));
      for (int c = 0; c < chain_channels; ++c) {
        real v = 0;
        for (int i = 0; i < chain_inputs; ++i)
          v += static_cast<real>(x[static_cast<std::size_t>(i)]) *
               m_weights[static_cast<std::size_t>(i * chain_channels + c)] / 16;
        for (const auto& step : m_steps) v = step(v, c);
        const real position = v / static_cast<real>(scale);
        // A tie that is one, or a number that long double can't tell from one.
        const real from_tie = std::fabs(position - std::floor(position) - 0.5L);
        if (from_tie < 1e-15L && from_tie != 0) continue;
        const real level = std::min(std::max(std::nearbyint(position), low), high);
        CAPTURE(position);
        REQUIRE(static_cast<real>(*y.at(c)) * static_cast<real>(net.output_scale[static_cast<std::size_t>(c)]) +
                    static_cast<real>(net.output_bias[static_cast<std::size_t>(c)]) ==
                doctest::Approx(static_cast<double>(level * static_cast<real>(scale))).epsilon(1e-12));
      }
    }
  }

  network& file() { return m_net; }
  void add(network_op op, std::vector<std::string> in, std::string name = "") {
    if (name.empty()) name = "node" + std::to_string(m_net.nodes.size());
    m_net.nodes.push_back({name, std::move(op), std::move(in), name});
    m_net.output = name;
  }
  std::string constant(float_tensor value) {
    std::string name = "constant" + std::to_string(m_net.constants.size());
    m_net.constants[name] = std::move(value);
    return name;
  }

 private:
  void append(std::function<real(real, int)> step) { m_steps.push_back(std::move(step)); }
  std::vector<float> numbers() {
    std::vector<float> result;
    for (int c = 0; c < chain_channels; ++c)
      result.push_back(static_cast<float>(static_cast<int>(m_random() % 33) - 16) / 8);
    for (float& value : result)
      if (value == 0) value = 0.5F;
    return result;
  }

  std::mt19937& m_random;
  network m_net;
  std::vector<int> m_weights;
  std::vector<std::function<real(real, int)>> m_steps;
};

}  // namespace

TEST_CASE("every function before a quantizer becomes the thresholds that the function itself says") {
  std::mt19937 random(5);
  for (const function_example& of : all_functions())
    for (int round = 0; round < 6; ++round) {
      CAPTURE(static_cast<int>(of.op.what));
      chain_network net(random);
      if (round % 2 == 1) net.apply_affine();
      net.apply(of);
      if (round > 3) net.apply_affine();
      net.check(round % 3 == 0 ? 0.125F : 0.07F, 4, round != 2);
    }
}

TEST_CASE("functions stand behind each other, with affine steps between, and are said of one value") {
  std::mt19937 random(6);
  const std::vector<function_example> functions = all_functions();
  for (int i = 0; i < 200; ++i) {
    CAPTURE(i);
    chain_network net(random);
    for (int steps = 1 + static_cast<int>(random() % 3); steps > 0; --steps) {
      switch (random() % 5) {
        case 0:
          net.apply_affine();
          break;
        case 1:
          net.apply_silu();
          break;
        case 2:
          net.apply_prelu();
          break;
        case 3:
          net.apply_extremes();
          break;
        default:
          net.apply(functions[random() % functions.size()]);
      }
    }
    try {
      net.check(random() % 2 == 0 ? 0.25F : 0.11F, 2 + static_cast<int>(random() % 4), random() % 2 == 0);
    } catch (const input_error& e) {
      CHECK(std::string(e.what()).ends_with("two levels or more"));
    }
  }
}

TEST_CASE("a function that turns is a difference of two units' levels, in the quantizer's type") {
  std::mt19937 random(7);
  chain_network net(random);
  net.apply_silu();
  net.add(chain_network::quantizer(0.0625F, 4, true), {net.file().output}, "y");
  streamline_report report;
  const integer_network found = streamline(net.file(), &report);
  CHECK(found.output_info().type == signed_type(4));
  CHECK(std::count_if(found.nodes.begin(), found.nodes.end(),
                      [](const integer_node& node) { return std::holds_alternative<threshold_layer>(node.op); }) >= 2);
  REQUIRE(report.assumptions.size() == 1);
  CHECK(report.assumptions[0].where == "y");
  CHECK(report.assumptions[0].value == "a difference of two units' levels");
}

TEST_CASE("functions at the network's end are the host's, and said") {
  std::mt19937 random(9);
  chain_network net(random);
  net.add(function_op{function_kind::leaky_relu, 0.25F}, {"sums"}, "leaky");
  net.add(mul_op{}, {"leaky", net.constant({{}, {3}})}, "scaled");
  net.add(function_op{function_kind::sigmoid}, {"scaled"}, "probability");
  streamline_report report;
  const integer_network found = streamline(net.file(), &report);
  CHECK(report.values.back().tensor == "sums");
  CHECK(found.output_scale[0] == 0.125 * 0.0625);
  for (const char* node : {"leaky", "scaled", "probability"})
    CHECK(std::any_of(report.assumptions.begin(), report.assumptions.end(),
                      [&](const assumption& of) { return of.where == node && of.what == "left to the host"; }));
  float_tensor inputs{{3, chain_inputs}, {}};
  for (int i = 0; i < 3 * chain_inputs; ++i) inputs.values.push_back(static_cast<float>(i % 7) / 8);
  const difference_report differences = explain_differences(net.file(), found, report, inputs);
  CHECK(differences.outputs == 9);
  CHECK(differences.differing_outputs == 0);
}

TEST_CASE("whole numbers that a function makes are levels without a quantizer") {
  std::mt19937 random(10);
  for (const function_kind what :
       {function_kind::floor, function_kind::sign, function_kind::round, function_kind::ceil}) {
    CAPTURE(static_cast<int>(what));
    chain_network net(random);
    net.add(function_op{what}, {"sums"}, "steps");
    net.file().constants["v"] = {{chain_channels, 2}, {1, -2, 3, 1, 2, -1}};
    net.add(chain_network::quantizer(1, 4, true), {"v"}, "vq");
    net.add(matmul_op{}, {"steps", "vq"}, "y");
    streamline_report report;
    const integer_network found = streamline(net.file(), &report);
    float_tensor inputs{{16, chain_inputs}, {}};
    for (int i = 0; i < 16 * chain_inputs; ++i)
      inputs.values.push_back(static_cast<float>(static_cast<int>(random() % 64) - 32) / 8);
    CHECK(explain_differences(net.file(), found, report, inputs).differing_outputs == 0);
  }
}

TEST_CASE("a quantizer that is written as Div, Round, Clip and Mul is one") {
  std::mt19937 random(11);
  chain_network net(random);
  net.add(div_op{}, {"sums", net.constant({{}, {0.3F}})}, "quotient");
  net.add(function_op{function_kind::round}, {"quotient"}, "whole");
  net.add(clip_op{-7, 7}, {"whole"}, "clipped");
  net.add(mul_op{}, {"clipped", net.constant({{}, {0.3F}})}, "levels");
  net.file().constants["v"] = {{chain_channels, 2}, {1, -2, 3, 1, 2, -1}};
  net.add(chain_network::quantizer(1, 4, true), {"v"}, "vq");
  net.add(matmul_op{}, {"levels", "vq"}, "y");
  streamline_report report;
  const integer_network found = streamline(net.file(), &report);
  CHECK(matrix_layers(found)[1]->input_type == signed_type(4));
  float_tensor x{{64, chain_inputs}, {}};
  for (int i = 0; i < 64 * chain_inputs; ++i)
    x.values.push_back(static_cast<float>(static_cast<int>(random() % 64) - 32) / 8);
  CHECK(explain_differences(net.file(), found, report, x).differing_outputs == 0);
}

TEST_CASE("functions that are not in front of a quantizer are refused") {
  std::mt19937 random(8);
  const auto refusal = [&](auto&& change) -> std::string {
    chain_network net(random);
    change(net);
    try {
      streamline(net.file());
    } catch (const input_error& e) {
      return e.what();
    }
    return "no exception";
  };
  CHECK(refusal([](chain_network& net) {
          net.add(function_op{function_kind::tanh}, {"sums"}, "t");
          net.file().constants["v"] = {{chain_channels, 2}, {1, -2, 3, 1, 2, -1}};
          net.add(chain_network::quantizer(1, 4, true), {"v"}, "vq");
          net.add(matmul_op{}, {"t", "vq"}, "y");
        }) == "y: its input is another product's sums; right: a Quant between the two");
  CHECK(refusal([](chain_network& net) {
          net.add(function_op{function_kind::tanh}, {"q"}, "t");
          net.file().constants["v"] = {{chain_inputs, 2}, {1, -2, 3, 1, 2, -1, 1, 1}};
          net.add(chain_network::quantizer(1, 4, true), {"v"}, "vq");
          net.add(matmul_op{}, {"t", "vq"}, "y");
        }) == "y: a function (Sigmoid, LeakyRelu, ...) of its input is not quantized; right: a Quant between the two");
  CHECK(refusal([](chain_network& net) { net.add(max_op{}, {"sums", "q"}, "m"); }).starts_with("m: "));
}
