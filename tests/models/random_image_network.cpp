// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/models/random_image_network.h"

#include <algorithm>
#include <random>
#include <utility>

namespace spillway::testing {

namespace {

constexpr rounding_mode modes[] = {rounding_mode::round,    rounding_mode::ceil, rounding_mode::floor,
                                   rounding_mode::up,       rounding_mode::down, rounding_mode::half_up,
                                   rounding_mode::half_down};

class image_builder {
 public:
  explicit image_builder(unsigned seed) : m_random(seed) {}

  network build() {
    m_net.name = "image";
    m_net.input = m_at = "x";
    m_channels = pick(1, 3);
    m_height = pick(3, 5);
    m_width = pick(3, 5);
    m_net.input_shape = {1, m_channels, m_height, m_width};
    add_host_steps();
    quantize(chance(6));
    const int blocks = pick(1, 3);
    for (int b = 0; b < blocks; ++b) add_block();
    add_head();
    m_net.output = m_at;
    return m_net;
  }

 private:
  int pick(int low, int high) { return low + static_cast<int>(m_random() % static_cast<unsigned>(high - low + 1)); }
  bool chance(int one_in) { return pick(1, one_in) == 1; }

  /// Multiples of 1/8 meet ties; others are what training leaves.
  float scale() { return chance(2) ? static_cast<float>(pick(1, 6)) / 8 : static_cast<float>(pick(100, 999)) / 700; }
  float offset() { return chance(2) ? static_cast<float>(pick(-8, 8)) / 8 : static_cast<float>(pick(-999, 999)) / 700; }

  void add(network_op op, std::vector<std::string> behind = {}) {
    const std::string name = "node" + std::to_string(m_net.nodes.size());
    behind.insert(behind.begin(), m_at);
    m_net.nodes.push_back({name, std::move(op), std::move(behind), name + "_out"});
    m_at = name + "_out";
  }

  std::string constant(float_tensor value) {
    std::string name = "constant" + std::to_string(m_net.constants.size());
    m_net.constants[name] = std::move(value);
    return name;
  }

  template <class Value>
  float_tensor filled(std::vector<std::int64_t> shape, Value&& value) {
    float_tensor result{std::move(shape), {}};
    std::int64_t count = 1;
    for (const std::int64_t n : result.shape) count *= n;
    for (std::int64_t i = 0; i < count; ++i) result.values.push_back(value());
    return result;
  }
  float_tensor offsets(std::vector<std::int64_t> shape) {
    return filled(std::move(shape), [this] { return offset(); });
  }

  void add_host_steps() {
    if (chance(3)) add(mul_op{}, {constant({{}, {2}})});
    if (chance(3)) add(sub_op{}, {constant(offsets({1, m_channels, 1, 1}))});
    if (chance(4)) add(div_op{}, {constant(filled({m_channels, 1, 1}, [this] { return scale(); }))});
    if (chance(4)) add(relu_op{});
    if (chance(6)) add_norm();
  }

  quant_op quantizer(float s) {
    quant_op op;
    op.scale = {{}, {s}};
    op.zero_point = {{}, {0}};
    op.bits = pick(1, 3);
    op.is_signed = op.bits > 1 && chance(2);
    op.narrow = op.bits > 1 && chance(3);
    op.rounding = modes[pick(0, 6)];
    return op;
  }

  /// A quantizer with one scale for all channels, as a product behind it needs.
  void quantize(bool bipolar = false) {
    m_has_zero = !bipolar;
    if (bipolar) return add(bipolar_quant_op{{{}, {scale()}}});
    quant_op op = quantizer(scale());
    if (chance(5)) op.zero_point.values[0] = static_cast<float>(pick(-1, 1));
    const float zero = op.zero_point.values[0];
    m_has_zero = op.is_signed ? op.bits > 2 || zero == 0 : zero >= 0 && zero < static_cast<float>((1 << op.bits) - 1);
    if (op.is_signed && zero != 0) m_has_zero = false;
    add(op);
  }

  void activate() {
    if (chance(3)) add(relu_op{});
    if (chance(6)) add(clip_op{-1.5F, 2.25F});
    if (chance(8)) {
      m_has_zero = false;
      const std::int64_t rows = chance(2) ? 1 : m_channels;
      float_tensor thresholds = offsets({rows, 3});
      for (std::int64_t row = 0; row < rows; ++row)
        std::sort(thresholds.values.begin() + row * 3, thresholds.values.begin() + row * 3 + 3);
      return add(multi_threshold_op{thresholds, scale(), offset(), false});
    }
    quantize(chance(5));
  }

  void add_norm() {
    const std::int64_t c = m_channels;
    batch_norm_op op;
    op.scale = filled({c}, [this] { return chance(8) ? 0 : chance(3) ? -scale() : scale(); });
    op.bias = offsets({c});
    op.mean = offsets({c});
    op.epsilon = 0.0625F;
    op.variance = filled({c}, [this] {
      const float root = static_cast<float>(pick(1, 6)) / 2;
      return root * root - 0.0625F;
    });
    add(op);
  }

  /// The name of quantized weights [m, inputs, kernel, kernel] or [k, m].
  std::string weights(std::vector<std::int64_t> shape, std::size_t row_dimension) {
    const std::string activations = m_at;
    std::vector<std::int64_t> scale_shape(shape.size(), 1);
    scale_shape[row_dimension] = shape[row_dimension];
    const float_tensor scales =
        filled(chance(2) ? std::vector<std::int64_t>{} : scale_shape, [this] { return scale(); });
    m_at = constant(filled(shape, [this] { return static_cast<float>(pick(-12, 12)) / 4; }));
    if (chance(4)) {
      add(bipolar_quant_op{scales});
    } else {
      quant_op op = quantizer(1);
      op.scale = scales;
      op.bits = 3;
      op.is_signed = true;
      add(op);
    }
    return std::exchange(m_at, activations);
  }

  void add_convolution(std::int64_t m, bool keeps_size) {
    conv_op op;
    window_shape& w = op.window;
    w.kernel_h = keeps_size ? 1 : pick(1, static_cast<int>(std::min<std::int64_t>(3, m_height)));
    w.kernel_w = keeps_size ? 1 : pick(1, static_cast<int>(std::min<std::int64_t>(3, m_width)));
    if (!keeps_size) {
      w.stride_h = pick(1, 2);
      w.stride_w = pick(1, 2);
      if (m_has_zero && chance(2)) {
        w.top = w.bottom = pick(0, 1);
        w.left = pick(0, 1);
      }
    }
    if (m == m_channels && chance(3))
      op.group = m;
    else if (m_channels == 2 && m == 4 && chance(2))
      op.group = 2;
    std::vector<std::string> behind{weights({m, m_channels / op.group, w.kernel_h, w.kernel_w}, 0)};
    if (chance(2)) behind.push_back(constant(offsets({m})));
    add(op, behind);
    m_channels = m;
    m_height = (m_height + w.top + w.bottom - w.kernel_h) / w.stride_h + 1;
    m_width = (m_width + w.left + w.right - w.kernel_w) / w.stride_w + 1;
  }

  void add_pool(bool max) {
    window_shape w;
    w.kernel_h = static_cast<int>(std::min<std::int64_t>(2, m_height));
    w.kernel_w = static_cast<int>(std::min<std::int64_t>(pick(1, 2), m_width));
    w.stride_h = pick(1, 2);
    if (max && w.kernel_h == 2 && chance(3)) w.top = 1;
    if (max)
      add(max_pool_op{w});
    else
      add(average_pool_op{w});
    m_height = (m_height + w.top - w.kernel_h) / w.stride_h + 1;
    m_width = m_width - w.kernel_w + 1;
  }

  void add_block() {
    switch (pick(0, 7)) {
      case 0:
        return add_residual();
      case 1:
        return add_joined();
      case 2:
        add_pool(true);
        return;
      case 3:
        add_pool(false);
        return chance(2) ? quantize() : truncate();
      case 4:
        if (m_height > 4 || m_width > 4) break;
        add(upsample_op{2, 1});
        m_height *= 2;
        return;
      case 5:
        if (!m_has_zero) break;
        add(pad_op{{0, 0, 1, 0}, {0, 0, 0, 1}, 0});
        m_height += 1;
        m_width += 1;
        return;
      default:
        break;
    }
    add_convolution(pick(1, 4), false);
    if (chance(2)) add_norm();
    if (chance(4)) add_pool(true);
    activate();
  }

  void truncate() {
    trunc_op op;
    op.scale = {{}, {scale()}};
    op.zero_point = {{}, {0}};
    op.out_scale = op.scale;
    op.in_bits = 4;
    op.out_bits = pick(2, 3);
    op.clamps = chance(2);
    op.is_signed = chance(2);
    op.rounding = modes[pick(0, 6)];
    m_has_zero = false;
    add(op);
    // Version 1 may leave one level only; a wide one behind it keeps what it made.
  }

  void add_residual() {
    const std::string before = m_at;
    const bool had_zero = m_has_zero;
    const float s = scale();
    add_convolution(m_channels, true);
    if (chance(2)) add_norm();
    add(quantizer(s));
    std::string branch = m_at;
    m_at = before;
    m_has_zero = had_zero;
    add(quantizer(s));
    if (chance(2)) std::swap(branch, m_at);
    if (chance(8)) branch = m_at;
    if (chance(4)) add(mul_op{}, {constant({{}, {-1}})});
    if (chance(3))
      add(sub_op{}, {branch});
    else
      add(add_op{}, {branch});
    activate();
  }

  void add_joined() {
    const std::string before = m_at;
    const bool had_zero = m_has_zero;
    const std::int64_t channels = m_channels;
    add_convolution(pick(1, 2), true);
    activate();
    const std::string branch = m_at;
    const std::int64_t branch_channels = m_channels;
    m_at = before;
    m_channels = channels;
    m_has_zero = had_zero;
    add(quantizer(scale()));
    add(concat_op{1}, {branch});
    m_channels += branch_channels;
    if (chance(2)) add_norm();
    activate();
  }

  void add_head() {
    if (chance(3)) {
      add(global_average_pool_op{});
      m_height = m_width = 1;
      if (chance(2)) quantize();
    }
    if (chance(3)) add(transpose_op{{0, 2, 3, 1}});
    add(flatten_op{});
    const std::int64_t k = m_channels * m_height * m_width, m = pick(1, 4);
    if (chance(3)) {
      add(gemm_op{-0.5F, 2, true}, {weights({m, k}, 0), constant(offsets({m}))});
    } else {
      add(matmul_op{}, {weights({k, m}, 1)});
      if (chance(2)) add(mul_op{}, {constant({{}, {-1.25F}})});
      add(add_op{}, {constant(offsets({m}))});
    }
    if (chance(3)) add(quantizer(scale()));
  }

  std::mt19937 m_random;
  network m_net;
  std::string m_at;
  std::int64_t m_channels = 1, m_height = 1, m_width = 1;
  bool m_has_zero = false;  ///< the last quantizer has 0 among its levels
};

}  // namespace

network random_image_network(unsigned seed) { return image_builder(seed).build(); }

}  // namespace spillway::testing
