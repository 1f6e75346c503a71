// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "spillway/models/network/evaluate_node.h"
#include "spillway/models/network/real_products.h"

namespace spillway {

namespace {

template <class Real>
std::vector<Real> transposed(const std::vector<Real>& w, std::size_t rows, std::size_t columns) {
  std::vector<Real> result(w.size());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = w[r * columns + c];
  return result;
}

/// x [n, ..., k] by w [k, m]. Each output is summed in the order of k; the loop over m is the inner one because it can be
/// vectorized without changing that order.
template <class Real>
real_tensor<Real> product(const node_at_work<Real>& at, const std::vector<Real>& w) {
  real_tensor<Real> y = at.result();
  const auto m = static_cast<std::size_t>(at.shape.back()), k = static_cast<std::size_t>(at.x().shape.back());
  const std::size_t n = at.x().values.size() / k;
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t i = 0; i < k; ++i) {
      const Real factor = at.x().values[row * k + i];
      const Real* from = w.data() + i * m;
      Real* to = y.values.data() + row * m;
      for (std::size_t column = 0; column < m; ++column) to[column] += factor * from[column];
    }
  return y;
}

/// The inputs of one image and group as a convolution's windows meet them: planes of `pitch` wide rows, so that element
/// k of the window of output place p is at offset[k] + p, padding included.
template <class Real>
class window_planes {
 public:
  window_planes(const window_shape& w, const tensor_shape& x_shape, std::int64_t channels, std::int64_t kernel_h,
                std::int64_t kernel_w, std::int64_t out_h, std::int64_t out_w)
      : m_window(w), m_height(x_shape[2]), m_width(x_shape[3]), m_channels(channels), m_out_h(out_h), m_out_w(out_w) {
    m_whole = w.stride_h == 1 && w.stride_w == 1 && std::min({w.top, w.left, w.bottom, w.right}) >= 0;
    m_pitch = m_whole ? m_width + w.left + w.right : out_w;
    m_rows = m_whole ? m_height + w.top + w.bottom : out_h;
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t kh = 0; kh < kernel_h; ++kh)
        for (std::int64_t kw = 0; kw < kernel_w; ++kw) {
          const std::int64_t down = kh * w.dilation_h, right = kw * w.dilation_w;
          if (!m_whole) m_taps.push_back({c, down, right});
          m_offsets.push_back(m_whole ? c * m_rows * m_pitch + down * m_pitch + right
                                      : std::ssize(m_offsets) * m_rows * m_pitch);
        }
    m_values.resize(static_cast<std::size_t>((m_whole ? channels : std::ssize(m_offsets)) * m_rows * m_pitch + 64));
  }

  void fill(const Real* x) {
    if (m_whole) {
      for (std::int64_t c = 0; c < m_channels; ++c)
        for (std::int64_t row = 0; row < m_height; ++row)
          std::copy_n(x + (c * m_height + row) * m_width, m_width,
                      m_values.data() + (c * m_rows + row + m_window.top) * m_pitch + m_window.left);
      return;
    }
    Real* to = m_values.data();
    for (const tap& of : m_taps)
      for (std::int64_t oh = 0; oh < m_out_h; ++oh)
        for (std::int64_t ow = 0; ow < m_out_w; ++ow) {
          const std::int64_t y = oh * m_window.stride_h + of.down - m_window.top;
          const std::int64_t at = ow * m_window.stride_w + of.right - m_window.left;
          const bool inside = y >= 0 && y < m_height && at >= 0 && at < m_width;
          *to++ = inside ? x[(of.channel * m_height + y) * m_width + at] : Real(0);
        }
  }

  const Real* values() const { return m_values.data(); }
  std::span<const std::int64_t> offsets() const { return m_offsets; }
  std::int64_t pitch() const { return m_pitch; }

 private:
  struct tap {
    std::int64_t channel, down, right;
  };

  window_shape m_window;
  std::int64_t m_height, m_width, m_channels, m_out_h, m_out_w;
  bool m_whole = false;  ///< planes stand as they are; else each element of the window has a plane of its own
  std::int64_t m_pitch = 0, m_rows = 0;
  std::vector<tap> m_taps;
  std::vector<std::int64_t> m_offsets;
  std::vector<Real> m_values;
};

}  // namespace

template <class Real>
real_tensor<Real> product_evaluator<Real>::operator()(const matmul_op&) const {
  return product(at, at.in[1]->values);
}

template <class Real>
real_tensor<Real> product_evaluator<Real>::operator()(const gemm_op& op) const {
  const tensor& w = *at.in[1];
  tensor y = op.trans_b ? product(at, transposed(w.values, static_cast<std::size_t>(w.shape[0]),
                                                 static_cast<std::size_t>(w.shape[1])))
                        : product(at, w.values);
  for (Real& value : y.values) value *= static_cast<Real>(op.alpha);
  if (at.in.size() < 3) return y;
  broadcast_index bias(at.in[2]->shape, at.shape);
  for (Real& value : y.values) value += static_cast<Real>(op.beta) * at.in[2]->values[bias.next()];
  return y;
}

/// Each output is summed in the order of (input channel, kh, kw); the bias comes last.
template <class Real>
real_tensor<Real> product_evaluator<Real>::operator()(const conv_op& op) const {
  const tensor &x = at.x(), &w = *at.in[1];
  tensor y = at.result();
  const std::int64_t channels = w.shape[1], outputs = at.shape[1], per_group = outputs / op.group;
  const std::int64_t x_plane = x.shape[2] * x.shape[3], out_h = at.shape[2], out_w = at.shape[3];
  window_planes<Real> planes(op.window, x.shape, channels, w.shape[2], w.shape[3], out_h, out_w);
  const std::int64_t pitch = planes.pitch(), places = (out_h - 1) * pitch + out_w;
  std::vector<Real> sums(static_cast<std::size_t>(per_group * out_h * pitch));
  for (std::int64_t n = 0; n < at.shape[0]; ++n)
    for (std::int64_t group = 0; group < op.group; ++group) {
      planes.fill(x.values.data() + (n * x.shape[1] + group * channels) * x_plane);
      multiply(real_products<Real>{planes.values(), planes.offsets(),
                                   w.values.data() + group * per_group * std::ssize(planes.offsets()), per_group,
                                   places, sums.data(), out_h * pitch});
      for (std::int64_t m = 0; m < per_group; ++m) {
        const std::int64_t channel = group * per_group + m;
        const Real bias = at.in.size() == 3 ? at.in[2]->values[static_cast<std::size_t>(channel)] : Real(0);
        for (std::int64_t row = 0; row < out_h; ++row) {
          const Real* from = sums.data() + (m * out_h + row) * pitch;
          Real* to = y.values.data() + ((n * outputs + channel) * out_h + row) * out_w;
          if (at.in.size() == 3)
            for (std::int64_t i = 0; i < out_w; ++i) to[i] = from[i] + bias;
          else
            std::copy_n(from, out_w, to);
        }
      }
    }
  return y;
}

/// Each input adds to its outputs, in the order of (input channel, kh, kw); the bias comes first.
template <class Real>
real_tensor<Real> product_evaluator<Real>::operator()(const conv_transpose_op& op) const {
  const tensor &x = at.x(), &w = *at.in[1];
  tensor y = at.result();
  const window_shape& window = op.window;
  const std::int64_t inputs = x.shape[1], per_group = w.shape[1], outputs = at.shape[1];
  const std::int64_t x_plane = x.shape[2] * x.shape[3], y_plane = at.shape[2] * at.shape[3];
  if (at.in.size() == 3)
    for (std::size_t i = 0; i < y.values.size(); ++i)
      y.values[i] = at.in[2]->values[i / static_cast<std::size_t>(y_plane) % static_cast<std::size_t>(outputs)];
  const auto add = [&](const Real* from, const Real* weight, Real* to) {
    for (std::int64_t kh = 0; kh < w.shape[2]; ++kh)
      for (std::int64_t kw = 0; kw < w.shape[3]; ++kw, ++weight)
        for (std::int64_t i = 0; i < x_plane; ++i) {
          const std::int64_t h = i / x.shape[3] * window.stride_h + kh * window.dilation_h - window.top;
          const std::int64_t v = i % x.shape[3] * window.stride_w + kw * window.dilation_w - window.left;
          if (h >= 0 && h < at.shape[2] && v >= 0 && v < at.shape[3]) to[h * at.shape[3] + v] += *weight * from[i];
        }
  };
  for (std::int64_t n = 0; n < at.shape[0]; ++n)
    for (std::int64_t c = 0; c < inputs; ++c)
      for (std::int64_t m = 0; m < per_group; ++m)
        add(x.values.data() + (n * inputs + c) * x_plane,
            w.values.data() + (c * per_group + m) * w.shape[2] * w.shape[3],
            y.values.data() + (n * outputs + c / (inputs / op.group) * per_group + m) * y_plane);
  return y;
}

template struct product_evaluator<float>;
template struct product_evaluator<double>;

}  // namespace spillway
