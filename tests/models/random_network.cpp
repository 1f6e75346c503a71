// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/models/random_network.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <type_traits>

namespace spillway::testing {

namespace {

bool equal(const network_op& a, const network_op& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&]<class Op>(const Op& x) {
        const Op& y = std::get<Op>(b);
        if constexpr (std::is_same_v<Op, quant_op>)
          return x.scale == y.scale && x.zero_point == y.zero_point && x.bits == y.bits && x.is_signed == y.is_signed &&
                 x.narrow == y.narrow && x.rounding == y.rounding;
        else if constexpr (std::is_same_v<Op, bipolar_quant_op>)
          return x.scale == y.scale;
        else if constexpr (std::is_same_v<Op, gemm_op>)
          return x.alpha == y.alpha && x.beta == y.beta && x.trans_b == y.trans_b;
        else if constexpr (std::is_same_v<Op, transpose_op>)
          return x.permutation == y.permutation;
        else
          return true;
      },
      a);
}

constexpr rounding_mode modes[] = {rounding_mode::round,    rounding_mode::ceil, rounding_mode::floor,
                                   rounding_mode::up,       rounding_mode::down, rounding_mode::half_up,
                                   rounding_mode::half_down};

/// Builds a network node by node, always behind `m_current`.
class chain_builder {
 public:
  explicit chain_builder(unsigned seed) : m_random(seed) {}

  network build() {
    m_net.name = "random";
    m_net.input = "x";
    m_columns = pick(1, 8);
    m_net.input_shape = {1, m_columns};
    if (chance(4)) {
      m_net.input_shape = {1, 1, m_columns, 1};
      m_current = "x";
      add(flatten_op{}, {});
    }
    add_input_quantizer();
    const int layers = pick(1, 3);
    for (int l = 0; l < layers; ++l) add_layer(l + 1 == layers);
    m_net.output = m_current;
    return m_net;
  }

 private:
  int pick(int low, int high) { return low + static_cast<int>(m_random() % static_cast<unsigned>(high - low + 1)); }
  bool chance(int one_in) { return pick(1, one_in) == 1; }

  /// 1, 2 or 3 times a small power of two.
  float scale() { return static_cast<float>(pick(1, 3)) / static_cast<float>(1 << pick(0, 3)); }

  float_tensor scales(std::vector<std::int64_t> shape) {
    float_tensor result{std::move(shape), {}};
    std::int64_t count = 1;
    for (const std::int64_t n : result.shape) count *= n;
    for (std::int64_t i = 0; i < count; ++i) result.values.push_back(scale());
    return result;
  }

  void add(network_op op, std::vector<std::string> behind) {
    const std::string name = "node" + std::to_string(m_net.nodes.size());
    behind.insert(behind.begin(), m_current);
    m_net.nodes.push_back({name, std::move(op), std::move(behind), name + "_out"});
    m_current = name + "_out";
  }

  std::string constant(float_tensor value) {
    std::string name = "constant" + std::to_string(m_net.constants.size());
    m_net.constants[name] = std::move(value);
    return name;
  }

  quant_op quantizer(float_tensor scale_tensor, int least_bits = 1) {
    quant_op op;
    op.scale = std::move(scale_tensor);
    op.zero_point = {{}, {0}};
    op.bits = pick(least_bits, 4);
    op.is_signed = op.bits > 1 && chance(2);
    op.narrow = op.bits > 1 && chance(3);
    return op;
  }

  void add_input_quantizer() {
    if (m_current.empty()) m_current = "x";
    if (chance(5)) return add(bipolar_quant_op{{{}, {scale()}}}, {});
    quant_op op = quantizer({{}, {scale()}});
    if (chance(4)) op.zero_point = {{1}, {static_cast<float>(pick(-2, 2))}};
    add(op, {});
  }

  /// Weights [k, m] behind a quantizer, or [m, k] for a Gemm that transposes them; the name of the tensor.
  std::string weights(std::int64_t k, std::int64_t m, bool rows) {
    const std::string activations = m_current;
    const bool transposed = chance(3);
    const bool stored_as_rows = rows != transposed;
    const std::vector<std::int64_t> shape = stored_as_rows ? std::vector{m, k} : std::vector{k, m};
    float_tensor real{shape, {}};
    for (std::int64_t i = 0; i < k * m; ++i) real.values.push_back(static_cast<float>(pick(-20, 20)) / 4);
    m_current = constant(std::move(real));
    const bool first = transposed && chance(2);
    if (first) add(transpose_op{{1, 0}}, {});
    const bool as_rows = first ? rows : stored_as_rows;
    float_tensor scale_tensor = chance(2) ? scales({}) : as_rows ? scales({m, 1}) : scales({1, m});
    if (chance(4)) {
      add(bipolar_quant_op{scale_tensor}, {});
    } else {
      quant_op op = quantizer(scale_tensor);
      op.rounding = modes[pick(0, 6)];
      if (chance(4)) op.zero_point.values[0] = static_cast<float>(pick(-2, 2));
      add(op, {});
    }
    if (transposed && !first) add(transpose_op{{1, 0}}, {});
    const std::string result = m_current;
    m_current = activations;
    return result;
  }

  float_tensor bias(std::int64_t m) {
    float_tensor result{chance(2) ? std::vector<std::int64_t>{m} : std::vector<std::int64_t>{1, m}, {}};
    for (std::int64_t i = 0; i < m; ++i) result.values.push_back(static_cast<float>(pick(-32, 32)) / 8);
    return result;
  }

  void add_product(std::int64_t m) {
    if (!chance(3)) return add(matmul_op{}, {weights(m_columns, m, false)});
    gemm_op op;
    op.alpha = pick(0, 1) == 0 ? 1.0F : static_cast<float>(pick(1, 3)) / -2;
    op.beta = pick(0, 1) == 0 ? 1.0F : 0.5F;
    op.trans_b = chance(2);
    std::vector<std::string> behind{weights(m_columns, m, op.trans_b)};
    if (chance(2)) behind.push_back(constant(bias(m)));
    add(op, behind);
  }

  void add_layer(bool last) {
    const int m = pick(1, 6);
    add_product(m);
    m_columns = m;
    if (chance(2)) add(add_op{}, {constant(bias(m))});
    if (chance(3)) {
      float_tensor factors = scales({m});
      for (float& factor : factors.values) factor = chance(2) ? -1.0F : 2.0F;
      add(mul_op{}, {constant(std::move(factors))});
    }
    if (chance(3)) add(add_op{}, {constant({{}, {static_cast<float>(pick(-8, 8)) / 4}})});
    if (last && chance(2)) return;
    if (chance(4))
      return add(
          bipolar_quant_op{scales(last && chance(2) ? std::vector<std::int64_t>{1, m} : std::vector<std::int64_t>{})},
          {});
    quant_op op = quantizer(last && chance(2) ? scales({m}) : scales({}));
    op.rounding = modes[pick(0, 6)];
    if (chance(3)) op.zero_point.values[0] = static_cast<float>(pick(-4, 4)) / 2;
    add(op, {});
  }

  std::mt19937 m_random;
  network m_net;
  std::string m_current;
  std::int64_t m_columns = 0;
};

}  // namespace

bool equal(const network& a, const network& b) {
  return a.name == b.name && a.input == b.input && a.input_shape == b.input_shape && a.output == b.output &&
         a.constants == b.constants && a.metadata == b.metadata &&
         std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                    [](const network_node& x, const network_node& y) {
                      return x.name == y.name && x.inputs == y.inputs && x.output == y.output && equal(x.op, y.op);
                    });
}

network random_network(unsigned seed) { return chain_builder(seed).build(); }

network every_operator() {
  network net;
  net.name = "everything";
  net.input = "x";
  net.input_shape = {1, 2, 1, 3};
  net.constants["w"] = {{4, 6}, std::vector<float>(24, 0.5F)};
  net.constants["v"] = {{4, 5}, std::vector<float>(20, -1.5F)};
  net.constants["b"] = {{4}, {1, -2, 3e-30F, 4e30F}};
  net.constants["c"] = {{}, {0.1F}};
  net.nodes.push_back({"bipolar", bipolar_quant_op{{{1}, {0.3F}}}, {"x"}, "t0"});
  net.nodes.push_back({"flat", flatten_op{}, {"t0"}, "t1"});
  net.nodes.push_back({"gemm", gemm_op{0.7F, -0.2F, true}, {"t1", "w", "b"}, "t2"});
  std::string last = "t2";
  int bits = 2;
  for (const rounding_mode mode : modes) {
    quant_op op;
    op.scale = {{1, 4}, {0.1F, 0.2F, 1e-40F, 3e38F}};
    op.zero_point = {{}, {static_cast<float>(bits) / 2}};
    op.bits = bits == 4 ? 4096 : bits;
    op.is_signed = bits % 2 == 0;
    op.narrow = bits % 3 == 0;
    op.rounding = mode;
    const std::string name = "quant" + std::to_string(bits++);
    net.nodes.push_back({name, op, {last}, name + "_out"});
    last = name + "_out";
  }
  net.nodes.push_back({"signs", bipolar_quant_op{{{}, {0.5F}}}, {"v"}, "v1"});
  net.nodes.push_back({"transpose", transpose_op{{0, 1}}, {"v1"}, "v2"});
  net.nodes.push_back({"matmul", matmul_op{}, {last, "v2"}, "t3"});
  net.nodes.push_back({"add", add_op{}, {"c", "t3"}, "t4"});
  net.nodes.push_back({"mul", mul_op{}, {"t4", "t4"}, "y"});
  net.output = "y";
  net.metadata["spillway.accumulator.gemm"] = "17";
  return net;
}

}  // namespace spillway::testing
