// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/live_depths.h"

#include <algorithm>
#include <memory>

#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/dataflow/times/step_unit.h"
#include "spillway/models/dataflow/times/window_unit.h"

namespace spillway {

namespace {

using namespace times;

class demand;

/// What a unit does for one beat.
class asked_unit {
 public:
  virtual ~asked_unit() = default;
  /// Takes what the unit's next beat needs, and makes it.
  virtual void make_beat(demand& of) = 0;
  /// Makes what it can of what has come.
  virtual void make_of_what_is_there(demand& of) = 0;

  std::vector<int> in, out;  ///< streams
};

/// The streams, and who is asked for their beats: one output's, then the next one's. Meanwhile units that only other
/// outputs need go on with what they are given, as they do in hardware, where sinks don't wait for each other.
class demand {
 public:
  explicit demand(const dataflow& flow);

  /// From the first frame on before which every stream was needed, each is like the one before it. Frames of padding
  /// alone come out before that, for which nobody asks the units in front.
  void run() {
    do run_frame();
    while (!std::all_of(m_links.begin(), m_links.end(), [](const link& stream) { return stream.is_taken; }));
    run_frame();
  }

  void wait_for(int stream) {
    link& from = m_links[static_cast<std::size_t>(stream)];
    while (from.fill == 0)
      if (from.writer)
        from.writer->make_beat(*this);
      else
        ++from.fill;  // the source
  }

  void take(int stream) {
    wait_for(stream);
    link& from = m_links[static_cast<std::size_t>(stream)];
    --from.fill;
    from.is_taken = true;
  }

  bool has_beat(int stream) const { return m_links[static_cast<std::size_t>(stream)].fill > 0; }

  void make(int stream) {
    link& to = m_links[static_cast<std::size_t>(stream)];
    ++to.fill;
    if (to.reader == nullptr) return;  // a sink, which always has room
    to.most = std::max(to.most, to.fill);
    if (!m_is_asked[to.reader_index]) to.reader->make_of_what_is_there(*this);
  }

  std::vector<int> depths() const {
    std::vector<int> result;
    for (const link& stream : m_links) result.push_back(std::max(2, stream.most));
    return result;
  }

 private:
  struct link {
    asked_unit *writer = nullptr, *reader = nullptr;
    std::size_t writer_index = 0, reader_index = 0;
    int fill = 0, most = 0;
    bool is_taken = false;  ///< at least a beat of it
  };

  void run_frame() {
    for (const int output : m_outputs) {
      find_asked(output);
      for (std::int64_t beat = m_beats[static_cast<std::size_t>(output)]; beat > 0; --beat) take(output);
    }
  }

  /// The units that an output depends on.
  void find_asked(int output) {
    m_is_asked.assign(m_units.size(), false);
    const auto ask = [&](int stream) {
      const link& from = m_links[static_cast<std::size_t>(stream)];
      if (from.writer != nullptr) m_is_asked[from.writer_index] = true;
    };
    ask(output);
    for (std::size_t u = m_units.size(); u-- > 0;)
      if (m_is_asked[u]) std::for_each(m_units[u]->in.begin(), m_units[u]->in.end(), ask);
  }

  std::vector<std::unique_ptr<asked_unit>> m_units;
  std::vector<link> m_links;
  std::vector<std::int64_t> m_beats;  ///< of a frame, by stream
  std::vector<int> m_outputs;         ///< streams
  std::vector<bool> m_is_asked;       ///< by unit: the output that is asked for needs it
};

class asked_steps final : public asked_unit {
 public:
  explicit asked_steps(step_program program) : m_at(std::move(program)) {}

  void make_beat(demand& of) override {
    bool made = false;
    while (!made) {
      if (const step_segment& segment = m_at.segment(); segment.in >= 0 && segment.out == step_segment::none) {
        const std::int64_t beats = m_at.left();
        for (std::int64_t beat = 0; beat < beats; ++beat) of.take(in[static_cast<std::size_t>(segment.in)]);
        m_at.go_on(beats);
        continue;
      }
      for_each(m_at.segment().in, in, [&](int stream) { of.wait_for(stream); });
      made = step(of);
    }
  }

  void make_of_what_is_there(demand& of) override {
    const auto can_step = [&] {
      bool is_there = true;
      for_each(m_at.segment().in, in, [&](int stream) { is_there = is_there && of.has_beat(stream); });
      return is_there;
    };
    while (can_step()) step(of);
  }

 private:
  /// True if it makes a beat.
  bool step(demand& of) {
    const step_segment segment = m_at.segment();
    for_each(segment.in, in, [&](int stream) { of.take(stream); });
    m_at.go_on(1);
    for_each(segment.out, out, [&](int stream) { of.make(stream); });
    return segment.out != step_segment::none;
  }

  template <class Work>
  static void for_each(int port, const std::vector<int>& streams, Work work) {
    if (port == step_segment::every)
      std::for_each(streams.begin(), streams.end(), work);
    else if (port != step_segment::none)
      work(streams[static_cast<std::size_t>(port)]);
  }

  step_position m_at;
};

class asked_window final : public asked_unit {
 public:
  explicit asked_window(const sliding_window& unit) : m_at(unit) {}

  void make_beat(demand& of) override {
    for (; m_written <= m_at.end(); ++m_written) of.take(in[0]);
    m_at.next_beat();
    of.make(out[0]);
  }

  void make_of_what_is_there(demand& of) override {
    for (;;) {
      for (; m_written <= m_at.end(); ++m_written) {
        if (!of.has_beat(in[0])) return;
        of.take(in[0]);
      }
      m_at.next_beat();
      of.make(out[0]);
    }
  }

 private:
  window_position m_at;
  std::int64_t m_written = 0;
};

class asked_converter final : public asked_unit {
 public:
  explicit asked_converter(const width_converter& unit) : m_from(unit.from), m_to(unit.to) {}

  void make_beat(demand& of) override {
    for (; m_held < m_to; m_held += m_from) of.take(in[0]);
    m_held -= m_to;
    of.make(out[0]);
  }

  void make_of_what_is_there(demand& of) override {
    for (; m_held >= m_to || of.has_beat(in[0]);)
      if (m_held >= m_to) {
        m_held -= m_to;
        of.make(out[0]);
      } else {
        m_held += m_from;
        of.take(in[0]);
      }
  }

 private:
  std::int64_t m_from, m_to, m_held = 0;
};

template <class Unit>
std::unique_ptr<asked_unit> asked(const Unit& unit) {
  return std::make_unique<asked_steps>(program_of(unit));
}
std::unique_ptr<asked_unit> asked(const sliding_window& unit) { return std::make_unique<asked_window>(unit); }
std::unique_ptr<asked_unit> asked(const width_converter& unit) { return std::make_unique<asked_converter>(unit); }

demand::demand(const dataflow& flow) : m_outputs(output_shapes(flow).size()) {
  for (const dataflow_unit& unit : flow.units) {
    m_units.push_back(std::visit([](const auto& any) { return asked(any); }, unit));
    const unit_ports ports = ports_of(unit);
    m_units.back()->in.resize(ports.inputs.size());
    m_units.back()->out.resize(ports.outputs.size());
  }
  for (const dataflow_stream& stream : streams_of(flow)) {
    const int index = static_cast<int>(m_links.size());
    link made;
    if (stream.from != dataflow_stream::outside) {
      made.writer_index = static_cast<std::size_t>(stream.from);
      made.writer = m_units[made.writer_index].get();
      made.writer->out[static_cast<std::size_t>(stream.from_port)] = index;
    }
    if (stream.to == dataflow_stream::outside) {
      m_outputs[static_cast<std::size_t>(stream.to_port)] = index;
    } else {
      made.reader_index = static_cast<std::size_t>(stream.to);
      made.reader = m_units[made.reader_index].get();
      made.reader->in[static_cast<std::size_t>(stream.to_port)] = index;
    }
    m_beats.push_back(shape_of(flow, stream).beats);
    m_links.push_back(made);
  }
}

bool joins_branches(const dataflow_unit& unit) { return ports_of(unit).inputs.size() > 1; }

/// Consecutive units [first, end) between two places that a single stream passes.
struct network_part {
  int first, end;
  std::vector<std::size_t> inside;  ///< streams between its units, and those that leave the accelerator there
};

/// The parts in which branches join. Elsewhere two beats do.
std::vector<network_part> parts_with_branches(const dataflow& flow, const std::vector<dataflow_stream>& streams) {
  const int count = static_cast<int>(flow.units.size());
  // The places behind a stream's two ends.
  const auto after = [](int unit, std::size_t outside) {
    return unit == dataflow_stream::outside ? outside : static_cast<std::size_t>(unit) + 1;
  };
  // Streams that pass from the units before `place` to it or behind it.
  std::vector<int> passing(flow.units.size() + 2);
  for (const dataflow_stream& stream : streams) {
    ++passing[after(stream.from, 0)];
    --passing[after(stream.to, flow.units.size() + 1)];
  }
  std::vector<network_part> parts;
  std::vector<int> part_of(flow.units.size());
  for (int place = 0, sum = 0; place < count; ++place) {
    sum += passing[static_cast<std::size_t>(place)];
    if (place == 0 || sum == 1) parts.push_back({place, place, {}});
    parts.back().end = place + 1;
    part_of[static_cast<std::size_t>(place)] = static_cast<int>(parts.size()) - 1;
  }
  for (std::size_t s = 0; s < streams.size(); ++s)
    if (streams[s].from != dataflow_stream::outside) {
      network_part& part = parts[static_cast<std::size_t>(part_of[static_cast<std::size_t>(streams[s].from)])];
      if (streams[s].to == dataflow_stream::outside || streams[s].to < part.end) part.inside.push_back(s);
    }
  std::erase_if(parts, [&](const network_part& part) {
    return std::none_of(flow.units.begin() + part.first, flow.units.begin() + part.end, joins_branches);
  });
  return parts;
}

/// The part by itself. Its streams are those inside, in order, and then those at its ends.
dataflow flow_of(const dataflow& flow, const std::vector<dataflow_stream>& streams, const network_part& part) {
  dataflow result{flow.name, {}, flow.stream_depth, {}, {}, {}};
  result.units.assign(flow.units.begin() + part.first, flow.units.begin() + part.end);
  const auto add = [&](dataflow_stream stream) {
    const auto is_here = [&](int unit) { return unit >= part.first && unit < part.end; };
    if (is_here(stream.from)) {
      stream.from -= part.first;
    } else {
      stream.from = dataflow_stream::outside;
      stream.from_port = 0;
    }
    if (is_here(stream.to)) {
      stream.to -= part.first;
    } else {
      if (stream.to != dataflow_stream::outside) stream.to_port = 0;
      stream.to = dataflow_stream::outside;
    }
    result.streams.push_back(stream);
  };
  std::vector<bool> is_inside(streams.size());
  bool leaves = false;
  for (const std::size_t s : part.inside) {
    add(streams[s]);
    is_inside[s] = true;
    leaves |= streams[s].to == dataflow_stream::outside;
  }
  for (std::size_t s = 0; s < streams.size(); ++s) {
    const auto is_at = [&](int unit) {
      return unit != dataflow_stream::outside && unit >= part.first && unit < part.end;
    };
    if (!is_inside[s] && (is_at(streams[s].from) || is_at(streams[s].to))) add(streams[s]);
  }
  if (leaves) result.outputs = flow.outputs;
  return result;
}

template <class PartDepths>
std::vector<int> depths_by_part(const dataflow& flow, const PartDepths& depths_of_part) {
  const std::vector<dataflow_stream> streams = streams_of(flow);
  std::vector<int> result(streams.size(), 2);
  for (const network_part& part : parts_with_branches(flow, streams)) {
    const std::vector<int>& depths = depths_of_part(part, streams);
    for (std::size_t i = 0; i < part.inside.size(); ++i) result[part.inside[i]] = depths[i];
  }
  return result;
}

std::vector<int> simulate_part(const dataflow& flow, const std::vector<dataflow_stream>& streams,
                               const network_part& part) {
  demand asks(flow_of(flow, streams, part));
  asks.run();
  return asks.depths();
}

}  // namespace

std::vector<int> live_depths(const dataflow& flow) {
  return depths_by_part(flow, [&](const network_part& part, const std::vector<dataflow_stream>& streams) {
    return simulate_part(flow, streams, part);
  });
}

std::vector<int> live_depth_search::depths_of(const dataflow& flow, const std::vector<unit_key>& keys) {
  return depths_by_part(
      flow, [&](const network_part& part, const std::vector<dataflow_stream>& streams) -> const std::vector<int>& {
        unit_key key;
        for (int u = part.first; u < part.end; ++u) {
          const unit_key& of_unit = keys[static_cast<std::size_t>(u)];
          key.push_back(std::ssize(of_unit));
          key.insert(key.end(), of_unit.begin(), of_unit.end());
        }
        const auto [found, is_new] = m_known.try_emplace(std::move(key));
        if (is_new) found->second = simulate_part(flow, streams, part);
        return found->second;
      });
}

}  // namespace spillway
