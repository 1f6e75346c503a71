// SPDX-License-Identifier: Apache-2.0
#include "spillway/bench/onednn_convolutions.h"

#include <algorithm>
#include <chrono>
#include <dnnl.hpp>
#include <map>
#include <unordered_map>
#include <variant>
#include <vector>

namespace spillway::bench {

namespace {

using dims = dnnl::memory::dims;
using tag = dnnl::memory::format_tag;
using data_type = dnnl::memory::data_type;

/// The convolution that a unit and the window before it are.
struct convolution {
  std::int64_t in_channels, out_channels, groups, height, width, kernel_h, kernel_w, stride_h, stride_w;
};

/// The window that feeds a unit, through a width converter or not; none: pixels.
const sliding_window* window_before(const dataflow& flow, int unit) {
  for (const dataflow_stream& stream : streams_of(flow)) {
    if (stream.to != unit || stream.from < 0) continue;
    const dataflow_unit& from = flow.units[static_cast<std::size_t>(stream.from)];
    if (std::holds_alternative<width_converter>(from)) return window_before(flow, stream.from);
    return std::get_if<sliding_window>(&from);
  }
  return nullptr;
}

std::vector<convolution> convolutions_of(const dataflow& flow) {
  std::vector<convolution> result;
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    const auto* matrix = std::get_if<mvau>(&flow.units[u]);
    const auto* depthwise = std::get_if<vvau>(&flow.units[u]);
    if (matrix == nullptr && depthwise == nullptr) continue;
    const std::int64_t vectors = matrix != nullptr ? matrix->vectors_per_frame : depthwise->vectors_per_frame;
    convolution made{matrix != nullptr ? matrix->mw() : depthwise->weights.shape[0], 0, 1, vectors, 1, 1, 1, 1, 1};
    made.out_channels = matrix != nullptr ? matrix->mh() : depthwise->weights.shape[0];
    if (depthwise != nullptr) made.groups = depthwise->weights.shape[0];
    if (const sliding_window* window = window_before(flow, static_cast<int>(u))) {
      const window_shape& w = window->geometry;
      made = {window->channels, made.out_channels, made.groups, window->height, window->width,
              w.kernel_h,       w.kernel_w,        w.stride_h,  w.stride_w};
    }
    result.push_back(made);
  }
  return result;
}

/// A convolution with its tensors, ready to run.
class prepared {
 public:
  prepared(const dnnl::engine& engine, const convolution& c, std::int64_t batch) {
    const std::int64_t out_h = (c.height - c.kernel_h) / c.stride_h + 1,
                       out_w = (c.width - c.kernel_w) / c.stride_w + 1;
    const dims weights =
        c.groups == 1 ? dims{c.out_channels, c.in_channels, c.kernel_h, c.kernel_w}
                      : dims{c.groups, c.out_channels / c.groups, c.in_channels / c.groups, c.kernel_h, c.kernel_w};
    const dnnl::memory::desc from({batch, c.in_channels, c.height, c.width}, data_type::u8, tag::any);
    const dnnl::memory::desc by(weights, data_type::s8, tag::any);
    const dnnl::memory::desc to({batch, c.out_channels, out_h, out_w}, data_type::s32, tag::any);
    const dnnl::convolution_forward::desc what(dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
                                               from, by, to, {c.stride_h, c.stride_w}, {0, 0}, {0, 0});
    const dnnl::convolution_forward::primitive_desc how(what, engine);
    m_run = dnnl::convolution_forward(how);
    m_tensors = {{DNNL_ARG_SRC, dnnl::memory(how.src_desc(), engine)},
                 {DNNL_ARG_WEIGHTS, dnnl::memory(how.weights_desc(), engine)},
                 {DNNL_ARG_DST, dnnl::memory(how.dst_desc(), engine)}};
  }

  void run(dnnl::stream& stream) const { m_run.execute(stream, m_tensors); }

 private:
  dnnl::convolution_forward m_run;
  std::unordered_map<int, dnnl::memory> m_tensors;
};

}  // namespace

double onednn_seconds_per_frame(const dataflow& flow, int batch) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  std::vector<prepared> layers;
  for (const convolution& c : convolutions_of(flow)) layers.emplace_back(engine, c, batch);
  double least = 0;
  for (int round = 0; round < 5; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (const prepared& layer : layers) layer.run(stream);
    stream.wait();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    least = round == 0 ? took.count() : std::min(least, took.count());
  }
  return least / batch;
}

}  // namespace spillway::bench
