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

}  // namespace

std::vector<int> live_depths(const dataflow& flow) {
  if (std::none_of(flow.units.begin(), flow.units.end(), joins_branches))
    return std::vector<int>(streams_of(flow).size(), 2);
  demand asks(flow);
  asks.run();
  return asks.depths();
}

}  // namespace spillway
