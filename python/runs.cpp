// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pybind11/stl.h>

#include <optional>

#include "spillway/models/support/error.h"
#include "spillway/python/arrays.h"
#include "spillway/python/designs.h"
#include "spillway/python/task.h"
#include "spillway/report/simulate.h"

namespace spillway::python {

namespace py = pybind11;

namespace {

/// A row of `Run.events`, as NumPy has it.
struct event_row {
  std::uint64_t frame;
  std::uint32_t unit, position, channel, step;
  std::uint64_t cycle;
  std::uint32_t pe;
  bool persistent;
  std::int64_t before, addend, exact, stored;
};

/// A row of `Run.counters`.
struct counter_row {
  std::uint32_t unit, channel;
  std::uint64_t dot_products, events, overflowing_dot_products, persistent_dot_products;
};

/// How a design is simulated, as Python says it.
struct run_request {
  std::string engine;
  std::uint64_t max_events = 0;
  bool compare = false, exact = true;
  double stall_source = 0, stall_sink = 0;
  std::uint64_t seed = 1;
  std::string waves, output, command;
  bool force = false;
  unsigned threads = 1;
};

simulation_options options_of(const run_request& request, task_control& control) {
  simulation_options options;
  options.engine = request.engine;
  options.max_events = request.max_events;
  options.compare = request.compare;
  options.exact = request.exact;
  options.command = request.command;
  options.run.stalls = {request.stall_source, request.stall_sink, request.seed};
  options.run.threads = request.threads;
  if (!request.waves.empty()) options.run.waves = request.waves;
  options.run.on_progress = [&control](std::uint64_t done) { return control.tell(done); };
  options.on_exact = [&control](std::uint64_t done, std::uint64_t all) {
    control.total = all;
    return control.tell(done);
  };
  return options;
}

held_run simulate_design(const held_design& of, const held_data& data, const run_request& request,
                         const py::object& tick) {
  const bool may_leave = request.output.empty();  // a directory is to be free again once we are back
  const auto work = [of = of.of, data = data.of, request](task_control& control) {
    control.total = static_cast<std::uint64_t>(data->frames());
    std::optional<run_saver> saver;
    if (!request.output.empty()) saver.emplace(request.output, request.force);
    auto run = std::make_shared<const finished_run>(
        simulate(*of, std::move(*data), options_of(request, control), saver ? &*saver : nullptr));
    if (saver && !saver->failure().empty()) throw io_error(saver->failure());
    return held_run{run};
  };
  return run_task(tick, work, may_leave);
}

py::array events_of(const finished_run& run) {
  std::vector<event_row> rows;
  rows.reserve(run.events.events().size());
  for (const overflow_event& event : run.events.events())
    rows.push_back({event.frame, event.unit, event.position, event.channel, event.step, event.cycle, event.pe,
                    event.persistent, event.narrow[0], event.narrow[1], event.narrow[2], event.narrow[3]});
  return array_of(std::move(rows));
}

/// (row, before, addend, exact, stored) of events whose values 64 bits do not hold.
py::list wide_events_of(const finished_run& run) {
  py::list rows;
  std::size_t row = 0;
  for (const overflow_event& event : run.events.events()) {
    if (event.wide)
      rows.append(py::make_tuple(row, int_of((*event.wide)[0]), int_of((*event.wide)[1]), int_of((*event.wide)[2]),
                                 int_of((*event.wide)[3])));
    ++row;
  }
  return rows;
}

py::array counters_of(const finished_run& run) {
  std::vector<counter_row> rows;
  for (std::uint32_t unit = 0; unit < run.events.units(); ++unit) {
    std::uint32_t channel = 0;
    for (const channel_counts& of : run.events.counts(unit))
      rows.push_back(
          {unit, channel++, of.dot_products, of.events, of.overflowing_dot_products, of.persistent_dot_products});
  }
  return array_of(std::move(rows));
}

/// An output's name, its integers in the file's order, and scale and bias as they broadcast against these.
py::tuple output_arrays(const design& of, const file_output& output, integer_tensor integers) {
  double_tensor scale = in_file_order(output, of.integers.output_scale);
  double_tensor bias = in_file_order(output, of.integers.output_bias);
  return py::make_tuple(output.tensor, array_of(std::move(integers)), array_of(std::move(scale.values), scale.shape),
                        array_of(std::move(bias.values), bias.shape));
}

/// Each of the file's outputs.
py::list outputs_of(const finished_run& run) {
  const design& of = run.accelerator;
  py::list outputs;
  if (of.output.places.empty()) {
    outputs.append(py::make_tuple("", array_of(run.result.outputs), array_of(of.integers.output_scale),
                                  array_of(of.integers.output_bias)));
    return outputs;
  }
  const integer_tensor all = in_file_order(of.output, run.result.outputs);
  if (of.output.parts.empty()) outputs.append(output_arrays(of, of.output, all));
  for (const file_output_part& part : of.output.parts)
    outputs.append(output_arrays(of, output_of(of.output, part), part_of(all, part)));
  return outputs;
}

/// The class of each frame, as simulated and as registers of full width have it.
py::tuple classes_of(const finished_run& run) {
  std::vector<std::int64_t> simulated, exact;
  std::vector<double> errors;
  for (const frame_score& frame : run.score.frames) {
    simulated.push_back(frame.simulated_class);
    exact.push_back(frame.exact_class);
    errors.push_back(frame.abs_error);
  }
  return py::make_tuple(array_of(std::move(simulated)), array_of(std::move(exact)), array_of(std::move(errors)));
}

}  // namespace

void add_runs(py::module_& module) {
  PYBIND11_NUMPY_DTYPE(event_row, frame, unit, position, channel, step, cycle, pe, persistent, before, addend, exact,
                       stored);
  PYBIND11_NUMPY_DTYPE(counter_row, unit, channel, dot_products, events, overflowing_dot_products,
                       persistent_dot_products);
  py::class_<held_run>(module, "Run")
      .def("json", [](const held_run& of) { return to_json(*of.of); })
      .def("text", [](const held_run& of) { return to_text(*of.of); })
      .def("events", [](const held_run& of) { return events_of(*of.of); })
      .def("wide_events", [](const held_run& of) { return wide_events_of(*of.of); })
      .def("counters", [](const held_run& of) { return counters_of(*of.of); })
      .def("outputs", [](const held_run& of) { return outputs_of(*of.of); })
      .def("classes", [](const held_run& of) { return classes_of(*of.of); })
      .def("has_exact", [](const held_run& of) { return of.of->has_exact; });
  module.def(
      "simulate",
      [](const held_design& of, const held_data& data, const std::string& engine, std::uint64_t max_events,
         bool compare, bool exact, double stall_source, double stall_sink, std::uint64_t seed, const std::string& waves,
         const std::string& output, bool force, const std::string& command, unsigned threads, const py::object& tick) {
        return simulate_design(of, data,
                               {engine, max_events, compare, exact, stall_source, stall_sink, seed, waves, output,
                                command, force, threads},
                               tick);
      },
      py::arg("design"), py::arg("data"), py::arg("engine"), py::arg("max_events"), py::arg("compare"),
      py::arg("exact"), py::arg("stall_source"), py::arg("stall_sink"), py::arg("seed"), py::arg("waves"),
      py::arg("output"), py::arg("force"), py::arg("command"), py::arg("threads"), py::arg("tick"));
}

}  // namespace spillway::python
