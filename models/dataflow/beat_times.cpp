// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/beat_times.h"

#include <algorithm>

namespace spillway {

namespace {

/// The cycles in which a stream's beats are pushed, in order, all frames.
using pushes = std::vector<std::int64_t>;

/// A beat that is pushed in cycle t can be taken from t + 1 on.
std::int64_t seen(const pushes& beats, std::size_t index) { return beats[index] + 1; }

/// The times of a unit's outputs from those of its inputs; one overload a kind.
struct unit_times {
  const std::vector<const pushes*>& in;
  std::uint64_t frames;
  std::int64_t now = -1;  ///< the last cycle in which the unit moved

  std::size_t beats(std::int64_t a_frame) const { return static_cast<std::size_t>(a_frame) * frames; }

  /// The unit moves again, at the earliest in the next cycle and not before beat `index` of port `port` is there.
  void take(std::size_t port, std::size_t index) { now = std::max(now + 1, seen(*in[port], index)); }

  /// One result for every `group` input beats, `latency` cycles after the last of them.
  std::vector<pushes> reduce(std::size_t group, std::int64_t latency) {
    pushes out;
    for (std::size_t beat = 0; beat < in[0]->size(); ++beat) {
      take(0, beat);
      if ((beat + 1) % group == 0) out.push_back(now + latency);
    }
    return {std::move(out)};
  }

  std::vector<pushes> operator()(const mvau& unit) {
    pushes out;
    std::size_t beat = 0;
    for (std::size_t vector = 0; vector < beats(unit.vectors_per_frame); ++vector)
      for (std::int64_t nf = 0; nf < unit.nf(); ++nf) {
        for (std::int64_t sf = 0; sf < unit.sf(); ++sf)
          if (nf == 0)
            take(0, beat++);
          else
            ++now;
        out.push_back(now + unit.latency());
      }
    return {std::move(out)};
  }

  std::vector<pushes> operator()(const vvau& unit) {
    return reduce(static_cast<std::size_t>(unit.sf()), unit.latency());
  }
  std::vector<pushes> operator()(const thresholding& unit) { return reduce(1, unit.latency()); }
  std::vector<pushes> operator()(const pool& unit) { return reduce(static_cast<std::size_t>(unit.window), 1); }
  std::vector<pushes> operator()(const label_select& unit) {
    return reduce(static_cast<std::size_t>(unit.labels / unit.pe), 1);
  }

  std::vector<pushes> operator()(const global_accumulate& unit) {
    pushes out;
    const auto folds = static_cast<std::size_t>(unit.channels / unit.pe);
    const std::size_t a_frame = folds * static_cast<std::size_t>(unit.positions);
    for (std::size_t beat = 0; beat < in[0]->size(); ++beat) {
      take(0, beat);
      if (beat % a_frame >= a_frame - folds) out.push_back(now + 1);
    }
    return {std::move(out)};
  }

  std::vector<pushes> operator()(const add_streams&) {
    pushes out;
    for (std::size_t beat = 0; beat < in[0]->size(); ++beat) {
      now = std::max({now + 1, seen(*in[0], beat), seen(*in[1], beat)});
      out.push_back(now + 1);
    }
    return {std::move(out)};
  }

  std::vector<pushes> operator()(const duplicate_streams& unit) {
    pushes out;
    for (std::size_t beat = 0; beat < in[0]->size(); ++beat) {
      take(0, beat);
      out.push_back(now);
    }
    return std::vector<pushes>(static_cast<std::size_t>(unit.copies), out);
  }

  std::vector<pushes> operator()(const split_stream& unit) {
    std::vector<pushes> out(unit.channels.size());
    for (std::size_t beat = 0; beat < in[0]->size();)
      for (std::size_t port = 0; port < out.size(); ++port)
        for (std::int64_t n = unit.channels[port] / unit.pe; n > 0; --n) {
          take(0, beat++);
          out[port].push_back(now);
        }
    return out;
  }

  std::vector<pushes> operator()(const concat_streams& unit) {
    pushes out;
    std::vector<std::size_t> beat(unit.channels.size());
    while (beat[0] < in[0]->size())
      for (std::size_t port = 0; port < beat.size(); ++port)
        for (std::int64_t n = unit.channels[port] / unit.pe; n > 0; --n) {
          take(port, beat[port]++);
          out.push_back(now);
        }
    return {std::move(out)};
  }

  /// Padding goes on by itself where it needs no input, after the last frame too: only what frames need is listed.
  std::vector<pushes> operator()(const padding& unit) {
    pushes out;
    std::size_t beat = 0;
    const auto inside = [](std::int64_t at, std::int64_t border, std::int64_t stride, std::int64_t size) {
      return at >= border && (at - border) % stride == 0 && (at - border) / stride < size;
    };
    for (std::uint64_t frame = 0; frame < frames; ++frame)
      for (std::int64_t y = 0; y < unit.output_height(); ++y)
        for (std::int64_t x = 0; x < unit.output_width(); ++x)
          for (std::int64_t fold = 0; fold < unit.channels / unit.simd; ++fold) {
            if (inside(y, unit.top, unit.stride_h, unit.height) && inside(x, unit.left, unit.stride_w, unit.width))
              take(0, beat++);
            else
              ++now;
            out.push_back(now);
          }
    return {std::move(out)};
  }

  std::vector<pushes> operator()(const upsample& unit) {
    pushes out;
    std::size_t beat = 0;
    const std::int64_t folds = unit.channels / unit.pe;
    for (std::uint64_t row = 0; row < beats(unit.height); ++row)
      for (std::int64_t y = 0; y < unit.factor_h; ++y)
        for (std::int64_t column = 0; column < unit.width; ++column)
          for (std::int64_t x = 0; x < unit.factor_w; ++x)
            for (std::int64_t fold = 0; fold < folds; ++fold) {
              if (y == 0 && x == 0)
                take(0, beat++);
              else
                ++now;
              out.push_back(now);
            }
    return {std::move(out)};
  }

  /// Elements in a register: a beat is sent if it was there at the cycle's start, then one is taken if it finds room.
  std::vector<pushes> operator()(const width_converter& unit) {
    pushes out;
    std::int64_t held = 0, sent = 0;
    const std::int64_t to_send = static_cast<std::int64_t>(frames) * unit.elements / unit.to;
    std::size_t beat = 0;
    for (std::int64_t cycle = 0; sent < to_send; ++cycle) {
      if (held >= unit.to) {
        out.push_back(cycle);
        held -= unit.to;
        ++sent;
      }
      if (beat < in[0]->size() && held + unit.from <= unit.capacity()) {
        if (held < unit.to) cycle = std::max(cycle, seen(*in[0], beat));  // nothing else can happen before
        if (seen(*in[0], beat) > cycle) continue;
        held += unit.from;
        ++beat;
      }
    }
    return {std::move(out)};
  }

  std::vector<pushes> operator()(const sliding_window& unit);
};

/// The words of a sliding window's frame, and when each is written, read and free.
class window_times {
 public:
  window_times(const sliding_window& unit, const pushes& input, std::uint64_t frames)
      : m_unit(unit),
        m_input(input),
        m_folds(unit.channels / unit.simd),
        m_depth(unit.buffer_depth()),
        m_frames(frames) {}

  pushes run() {
    pushes out;
    const window_shape& g = m_unit.geometry;
    for (std::uint64_t frame = 0; frame < m_frames; ++frame)
      for (std::int64_t y = 0; y < m_unit.output_height(); ++y)
        for (std::int64_t x = 0; x < m_unit.output_width(); ++x) {
          const std::int64_t first = static_cast<std::int64_t>(frame) * m_unit.height * m_unit.width * m_folds +
                                     (y * g.stride_h * m_unit.width + x * g.stride_w) * m_folds;
          send_window(first, out);
        }
    return out;
  }

 private:
  std::int64_t offset(std::int64_t k, std::int64_t fold) const {
    const window_shape& g = m_unit.geometry;
    return (k / g.kernel_w * g.dilation_h * m_unit.width + k % g.kernel_w * g.dilation_w) * m_folds + fold;
  }

  void send_window(std::int64_t first, pushes& out) {
    const std::int64_t elements = m_unit.geometry.kernel_h * m_unit.geometry.kernel_w;
    free_from(first);
    if (m_unit.style == window_style::parallel) {
      for (std::int64_t fold = 0; fold < m_folds; ++fold) {
        free_from(first + fold);
        send(first + offset(elements - 1, fold), out);
      }
    } else if (m_unit.style == window_style::depthwise) {
      for (std::int64_t fold = 0; fold < m_folds; ++fold)
        for (std::int64_t k = 0; k < elements; ++k) send(first + offset(k, fold), out);
    } else {
      for (std::int64_t k = 0; k < elements; ++k)
        for (std::int64_t fold = 0; fold < m_folds; ++fold) send(first + offset(k, fold), out);
    }
  }

  /// From the cycle after the last beat on, words before `first` are free.
  void free_from(std::int64_t first) {
    if (first == m_oldest) return;
    m_oldest = first;
    m_frees.push_back({m_now + 1, first});
  }

  /// Sends the beat that ends with this word: in the cycle after the one that wrote it, at the earliest.
  void send(std::int64_t word, pushes& out) {
    m_now = std::max(m_now + 1, written(word) + 1);
    out.push_back(m_now);
  }

  /// The cycle in which a word is written: one a cycle, as they arrive, where the ring has room.
  std::int64_t written(std::int64_t word) {
    while (std::ssize(m_written) <= word) {
      const std::int64_t next = std::ssize(m_written);
      std::int64_t cycle = std::max(next > 0 ? m_written.back() + 1 : 0, seen(m_input, static_cast<std::size_t>(next)));
      // Room: the oldest word that anyone needs is less than the depth away.
      while (m_free < m_frees.size() && m_frees[m_free].oldest + m_depth <= next) ++m_free;
      if (m_depth <= next) cycle = std::max(cycle, m_frees.at(m_free).cycle);
      m_written.push_back(cycle);
    }
    return m_written[static_cast<std::size_t>(word)];
  }

  struct release {
    std::int64_t cycle, oldest;
  };

  const sliding_window& m_unit;
  const pushes& m_input;
  std::int64_t m_folds, m_depth;
  std::uint64_t m_frames;
  std::int64_t m_now = -1, m_oldest = 0;
  std::vector<release> m_frees;
  std::size_t m_free = 0;
  pushes m_written;
};

std::vector<pushes> unit_times::operator()(const sliding_window& unit) {
  return {window_times(unit, *in[0], frames).run()};
}

pushes source_times(const stream_shape& shape, std::uint64_t frames) {
  pushes out(static_cast<std::size_t>(shape.beats) * frames);
  for (std::size_t beat = 0; beat < out.size(); ++beat) out[beat] = static_cast<std::int64_t>(beat);
  return out;
}

}  // namespace

frame_times compute_frame_times(const dataflow& flow, std::uint64_t frames) {
  validate(flow);
  const std::vector<dataflow_stream> links = streams_of(flow);
  std::vector<pushes> on(links.size());
  frame_times result;
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    const unit_ports ports = ports_of(flow.units[u]);
    std::vector<const pushes*> in(ports.inputs.size());
    for (std::size_t s = 0; s < links.size(); ++s) {
      if (links[s].to != static_cast<int>(u)) continue;
      if (links[s].from == dataflow_stream::outside) on[s] = source_times(shape_of(flow, links[s]), frames);
      in[static_cast<std::size_t>(links[s].to_port)] = &on[s];
    }
    std::vector<pushes> out = std::visit(unit_times{in, frames}, flow.units[u]);
    for (std::size_t s = 0; s < links.size(); ++s)
      if (links[s].from == static_cast<int>(u)) on[s] = std::move(out[static_cast<std::size_t>(links[s].from_port)]);
  }
  for (std::size_t s = 0; s < links.size(); ++s) {
    if (links[s].to != dataflow_stream::outside) continue;
    const std::size_t a_frame = frames == 0 ? 1 : on[s].size() / frames;
    std::int64_t now = -1;
    for (std::size_t beat = 0; beat < on[s].size(); ++beat) {
      now = std::max(now + 1, seen(on[s], beat));
      if ((beat + 1) % a_frame == 0) result.done.push_back(static_cast<std::uint64_t>(now));
    }
  }
  return result;
}

}  // namespace spillway
