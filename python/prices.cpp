// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pybind11/stl.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "spillway/explore/deadlock.h"
#include "spillway/explore/study/study_directory.h"
#include "spillway/models/dataflow/evaluate.h"
#include "spillway/python/designs.h"
#include "spillway/python/task.h"
#include "spillway/report/assumption_json.h"
#include "spillway/report/explored.h"
#include "spillway/report/registers_json.h"
#include "spillway/resource/budgets.h"
#include "spillway/resource/cost.h"
#include "spillway/rtl/write.h"

namespace spillway::python {

namespace py = pybind11;

namespace {

std::string text_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

price_list prices_of(const std::string& hardware, const std::string& device) {
  return {parse_hardware(hardware), &find_device(device), {}};
}

std::string estimate_design(const held_design& of, const std::string& hardware, const std::string& device,
                            const py::object& tick) {
  const price_list prices = prices_of(hardware, device);
  return run_task(tick, [of = of.of, prices](task_control&) {
    auto json = nlohmann::ordered_json::parse(to_json(price(of->flow, prices)));
    json["registers"] = registers_json(of->flow);
    json["assumptions"] = as_json(of->assumptions);
    return text_of(json);
  });
}

/// What `explore` is asked for, as Python says it.
explore_request request_of(const std::string& hardware, const std::string& device, bool searches,
                           std::optional<std::int64_t> cycles, std::optional<double> fps, double clock_mhz,
                           const std::map<std::string, std::string>& budgets, bool full_rate, const std::string& fifos,
                           std::uint64_t times) {
  explore_request request;
  request.prices = prices_of(hardware, device);
  request.searches = searches;
  request.cycles_per_frame = fps ? std::optional(cycles_of_rate(*fps, clock_mhz)) : cycles;
  request.is_rate = fps.has_value();
  request.budgets = whole_device(*request.prices.device);
  for (const auto& [name, amount] : budgets)
    if (const auto kind = budget_of_key(name))
      request.budgets->of[static_cast<std::size_t>(*kind)] = parse_budget(name, *kind, amount, *request.prices.device);
  request.full_rate = full_rate;
  if (fifos != "none") request.fifos = fifos == "live" ? fifo_goal::no_deadlock : fifo_goal::full_rate;
  request.clock_mhz = clock_mhz;
  request.times = times;
  return request;
}

/// (the document of `spillway explore`, the design that it describes)
py::tuple explore(const held_design& of, explore_request request, const py::object& tick) {
  auto [json, made] = run_task(tick, [of = of.of, request = std::move(request)](task_control& control) mutable {
    control.total = streams_of(of->flow).size();
    std::uint64_t done = 0;
    request.on_progress = [&](std::size_t, const std::string&) { return control.tell(done++); };
    const explored found = explore_design(*of, request);
    nlohmann::ordered_json document = as_json(found);
    document["assumptions"] = as_json(of->assumptions);
    design next = *of;
    if (found.found) next.choices = found.found->options;
    next.flow = found.flow;
    return std::pair(text_of(document), held_design{std::make_shared<const design>(std::move(next))});
  });
  return py::make_tuple(json, made);
}

/// (points that were asked for, that were there, that were made)
py::tuple study(const std::string& text, const std::string& name, const std::string& folder,
                const std::string& directory, bool force, const std::string& command, unsigned threads,
                const py::object& tick) {
  const study_spec spec = parse_study(text, name, folder);
  const study_result result = run_task(tick, [=](task_control& control) {
    study_options options;
    options.threads = threads;
    options.on_progress = [&control](const study_progress& now) {
      control.total = now.points;
      return control.tell(now.points_done);
    };
    return make_study(list_points(spec), {directory, force, command}, options);
  });
  return py::make_tuple(result.points, result.present, result.made);
}

/// The names of the files, and of the top module.
py::tuple write_design(const held_design& of, const std::string& folder, const std::string& name,
                       std::optional<held_data> data, std::int64_t frames, std::uint64_t seed, const std::string& fifos,
                       const std::string& output_register, const py::object& tick) {
  const auto made = run_task(tick, [=, of = of.of, data = data ? data->of : nullptr](task_control& control) {
    dataflow flow = of->flow;
    if (fifos == "none")
      refuse_deadlock(flow);
    else
      size_fifos(flow, 3,
                 {fifos == "live" ? fifo_goal::no_deadlock : fifo_goal::full_rate,
                  [&control](std::size_t runs, const std::string&) { return control.tell(runs); }});
    rtl_options options;
    options.name = name;
    options.outputs = parse_output_style(output_register);
    if (frames > 0) {
      const stream_shape shape = input_shape(flow);
      const std::int64_t elements = shape.beats * shape.lanes;
      integer_tensor inputs = data ? quantize_dataset(of->integers, *data) : random_test_frames(shape, frames, seed);
      const std::int64_t kept = std::min(frames, inputs.size() / elements);
      inputs.shape = {kept, elements};
      inputs.words.resize(static_cast<std::size_t>(kept * elements * inputs.type.words()));
      integer_tensor outputs = evaluate(flow, inputs);
      options.frames = {std::move(inputs), std::move(outputs)};
    }
    rtl_files files = make_rtl(flow, options);
    if (!control.stop) write_rtl(files, folder);
    return files;
  });
  py::list names;
  for (const rtl_file& file : made.files) names.append(file.name);
  return py::make_tuple(made.top, names);
}

}  // namespace

void add_prices(py::module_& module) {
  module.def("estimate", &estimate_design, py::arg("design"), py::arg("hardware"), py::arg("device"), py::arg("tick"));
  module.def(
      "explore",
      [](const held_design& of, const std::string& hardware, const std::string& device, bool searches,
         std::optional<std::int64_t> cycles, std::optional<double> fps, double clock_mhz,
         const std::map<std::string, std::string>& budgets, bool full_rate, const std::string& fifos,
         std::uint64_t times, const py::object& tick) {
        return explore(
            of, request_of(hardware, device, searches, cycles, fps, clock_mhz, budgets, full_rate, fifos, times), tick);
      },
      py::arg("design"), py::arg("hardware"), py::arg("device"), py::arg("searches"), py::arg("cycles"), py::arg("fps"),
      py::arg("clock_mhz"), py::arg("budgets"), py::arg("full_rate"), py::arg("fifos"), py::arg("times"),
      py::arg("tick"));
  module.def("study", &study, py::arg("text"), py::arg("name"), py::arg("folder"), py::arg("directory"),
             py::arg("force"), py::arg("command"), py::arg("threads"), py::arg("tick"));
  module.def("write_rtl", &write_design, py::arg("design"), py::arg("folder"), py::arg("name"), py::arg("data"),
             py::arg("frames"), py::arg("seed"), py::arg("fifos"), py::arg("output_register"), py::arg("tick"));
  module.def("devices", [] {
    std::vector<std::string> names;
    for (const fpga_device& device : fpga_devices()) names.emplace_back(device.name);
    return names;
  });
}

}  // namespace spillway::python
