// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/sim/unit_rig.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "spillway/models/support/error.h"
#include "spillway/sim/kernel.h"
#include "spillway/sim/stall_generator.h"
#include "spillway/sim/stream.h"
#include "spillway/sim/units/make_unit.h"
#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/sim/draws.h"

namespace spillway::testing {

namespace {

class feeder final : public unit {
 public:
  feeder(sc_core::sc_module_name name, const integer_tensor& beats, std::int64_t per_frame, const rig_options& options,
         std::uint64_t seed)
      : unit(name), m_beats(beats), m_per_frame(per_frame), m_options(options), m_stalls(options.stall, seed) {}

  sc_core::sc_port<stream_out_if> out{"out"};
  bool makes_last = false;  ///< TLAST is what the options say

  outcome tick(std::uint64_t) override {
    if (m_beat == m_beats.shape[0]) return {unit_state::starved, true};
    if (!m_out->can_write()) return {unit_state::blocked, true};
    if (m_stalls.next()) return {unit_state::starved, false};
    std::copy_n(m_beats.at(m_beat * m_beats.shape[1]), m_out->beat_words(), m_out->back());
    m_out->push(makes_last ? m_options.last(static_cast<std::uint64_t>(m_beat)) : (m_beat + 1) % m_per_frame == 0);
    ++m_beat;
    return {unit_state::working, false};
  }

 private:
  void end_of_elaboration() override {
    unit::end_of_elaboration();
    m_out = &out->connect_writer(*this);
  }

  const integer_tensor& m_beats;
  std::int64_t m_per_frame, m_beat = 0;
  const rig_options& m_options;
  stall_generator m_stalls;
  stream* m_out = nullptr;
};

/// Takes its beats, notes when, and ends the run once no sink is left that waits.
class collector final : public unit {
 public:
  collector(sc_core::sc_module_name name, const stream_shape& shape, std::int64_t frames, double stall,
            std::uint64_t seed, std::size_t& waiting)
      : unit(name), m_shape(shape), m_left(shape.beats * frames), m_stalls(stall, seed), m_waiting(waiting) {}

  sc_core::sc_port<stream_in_if> in{"in"};
  std::vector<std::int64_t> words;
  std::vector<std::uint64_t> cycles;

  outcome tick(std::uint64_t cycle) override {
    if (!m_in->can_read()) return {unit_state::starved, true};
    if (m_stalls.next()) return {unit_state::blocked, false};
    words.insert(words.end(), m_in->front(), m_in->front() + m_in->beat_words());
    cycles.push_back(cycle);
    if (m_in->front_is_last() != (static_cast<std::int64_t>(cycles.size()) % m_shape.beats == 0))
      throw protocol_error("the unit's own TLAST is wrong");
    m_in->pop();
    if (--m_left == 0 && --m_waiting == 0) domain().finish();
    return {unit_state::working, false};
  }

 private:
  void end_of_elaboration() override {
    unit::end_of_elaboration();
    m_in = &in->connect_reader(*this);
  }

  stream_shape m_shape;
  std::int64_t m_left;
  stall_generator m_stalls;
  std::size_t& m_waiting;
  stream* m_in = nullptr;
};

class work_probe final : public cycle_probe {
 public:
  work_probe(const unit& watched, std::vector<std::uint64_t>& cycles) : m_watched(watched), m_cycles(cycles) {}
  void sample(std::uint64_t cycle) override {
    if (m_watched.state() == unit_state::working) m_cycles.push_back(cycle);
  }

 private:
  const unit& m_watched;
  std::vector<std::uint64_t>& m_cycles;
};

std::string name_of(const char* what, std::size_t port) { return what + std::to_string(port); }

/// The modules of a run.
struct bench {
  simulation_kernel kernel;
  clock_domain clock{"clock"};
  std::unique_ptr<unit> middle;
  std::vector<std::unique_ptr<stream>> streams;
  std::vector<std::unique_ptr<feeder>> feeders;
  std::vector<std::unique_ptr<collector>> collectors;
  std::size_t waiting;

  bench(const any_unit& description, const std::vector<integer_tensor>& beats, const rig_options& options,
        recorder& events) {
    const unit_ports ports = ports_of(description);
    const std::int64_t frames = beats[0].shape[0] / ports.inputs[0].beats;
    waiting = ports.outputs.size();
    middle = make_unit("unit", description, events);
    middle->clock(clock);
    for (std::size_t port = 0; port < ports.inputs.size(); ++port) {
      feeders.push_back(std::make_unique<feeder>(name_of("from_", port).c_str(), beats[port], ports.inputs[port].beats,
                                                 options, options.seed + port));
      feeders.back()->makes_last = port == 0 && options.last;
      feeders.back()->clock(clock);
      middle->bind_input(port, add_stream(ports.inputs[port], options.depth));
      feeders.back()->out(*streams.back());
    }
    for (std::size_t port = 0; port < ports.outputs.size(); ++port) {
      collectors.push_back(std::make_unique<collector>(name_of("to_", port).c_str(), ports.outputs[port], frames,
                                                       options.stall, options.seed + 100 + port, waiting));
      collectors.back()->clock(clock);
      middle->bind_output(port, add_stream(ports.outputs[port], options.depth));
      collectors.back()->in(*streams.back());
    }
  }

  stream& add_stream(const stream_shape& shape, int depth) {
    const stream::config config{shape.type, static_cast<int>(shape.lanes), depth};
    streams.push_back(std::make_unique<stream>(name_of("stream_", streams.size()).c_str(), config));
    return *streams.back();
  }
};

template <class Call>
std::string message_of(Call&& call) {
  try {
    call();
  } catch (const error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

std::vector<integer_tensor> evaluate_any(const any_unit& description, const std::vector<integer_tensor>& beats) {
  return std::visit([&](const auto& any) { return evaluate(any, beats); }, description);
}

std::int64_t cycles_of(const any_unit& description) {
  return std::visit([](const auto& any) { return any.cycles_per_frame(); }, description);
}

unit_run run_unit(const any_unit& description, const std::vector<integer_tensor>& beats, const rig_options& options) {
  unit_run run;
  bench modules(description, beats, options, run.events);
  work_probe probe(*modules.middle, run.work_cycles);
  modules.clock.set_probe(&probe);
  run.finished = modules.clock.run(options.most_cycles);
  run.cycles = modules.clock.cycles();
  const unit_ports ports = ports_of(description);
  for (const auto& to : modules.collectors) {
    const stream_shape& shape = ports.outputs[run.outputs.size()];
    run.outputs.push_back({shape.type, {std::ssize(to->cycles), shape.lanes}, to->words});
    run.beat_cycles.push_back(to->cycles);
  }
  run.activity.push_back(modules.middle->activity());
  for (const auto& end : modules.feeders) run.activity.push_back(end->activity());
  for (const auto& end : modules.collectors) run.activity.push_back(end->activity());
  return run;
}

std::string refusal(const any_unit& description) {
  return message_of([&] {
    const simulation_kernel kernel;
    recorder events;
    make_unit("unit", description, events);
  });
}

std::string refusal(const any_unit& description, std::int64_t frames, std::function<bool(std::uint64_t beat)> last) {
  rig_options options;
  options.last = std::move(last);
  std::vector<integer_tensor> beats;
  const unit_ports ports = ports_of(description);
  for (const stream_shape& shape : ports.inputs)
    beats.push_back(integer_tensor::zeros(shape.type, {frames * shape.beats, shape.lanes}));
  return message_of([&] { run_unit(description, beats, options); });
}

std::vector<integer_tensor> plain_beats(const unit_ports& ports, std::int64_t frames) {
  std::vector<integer_tensor> beats;
  for (const stream_shape& shape : ports.inputs) {
    beats.push_back(integer_tensor::zeros(shape.type, {frames * shape.beats, shape.lanes}));
    const std::int64_t low = shape.type.min64(), levels = shape.type.max64() - low + 1;
    for (std::int64_t i = 0; i < beats.back().size() && !shape.type.is_bipolar; ++i)
      *beats.back().at(i) = low + (i * 73 + 5) % levels;
  }
  return beats;
}

void check_against_oracle(const any_unit& description) {
  const std::int64_t frames = between(1, 3);
  std::vector<integer_tensor> beats;
  const unit_ports ports = ports_of(description);
  for (const stream_shape& shape : ports.inputs)
    beats.push_back(
        tensor_of(shape.type, {frames * shape.beats, shape.lanes},
                  draw(values_of(shape.type, static_cast<std::size_t>(frames * shape.beats * shape.lanes)))));
  const std::vector<integer_tensor> expected = evaluate_any(description, beats);
  rig_options options;
  options.depth = between(2, 4);
  for (const double stall : {0.0, 0.4}) {
    options.stall = stall;
    options.seed = static_cast<std::uint64_t>(between(1, 1000));
    const unit_run run = run_unit(description, beats, options);
    RC_ASSERT(run.outputs == expected);
    for (const unit_activity& activity : run.activity) RC_ASSERT(activity.total() == run.cycles);
    RC_ASSERT(run.activity[0].working > 0);
  }
}

void check_timing(const unit_timing& row) {
  INFO(std::string(row.what));
  CHECK(static_cast<std::uint64_t>(cycles_of(row.unit)) == row.interval);
  const std::vector<integer_tensor> beats = plain_beats(ports_of(row.unit), 4);
  const auto is_there = [&](std::uint64_t frame, std::uint64_t cycles) {
    rig_options options;
    options.most_cycles = cycles;
    const unit_run run = run_unit(row.unit, beats, options);
    const std::vector<stream_shape> outputs = ports_of(row.unit).outputs;
    for (std::size_t port = 0; port < outputs.size(); ++port)
      if (run.beat_cycles[port].size() < (frame + 1) * static_cast<std::uint64_t>(outputs[port].beats)) return false;
    return true;
  };
  for (const std::uint64_t frame : {0, 1, 3}) {
    CAPTURE(frame);
    CHECK_FALSE(is_there(frame, row.first_frame + frame * row.interval - 1));
    CHECK(is_there(frame, row.first_frame + frame * row.interval));
  }
}

}  // namespace spillway::testing
