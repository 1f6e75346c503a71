// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>

#include <nlohmann/json.hpp>

#include "spillway/models/load/design_tensors.h"
#include "spillway/python/arrays.h"
#include "spillway/python/designs.h"
#include "spillway/python/task.h"
#include "spillway/report/compare_files.h"

namespace spillway::python {

namespace py = pybind11;

namespace {

/// Tensors of a network or of an accelerator, in the order of `names`.
py::list tensors(const std::shared_ptr<const design>& of, const held_data& data, const std::vector<std::string>& names,
                 const py::object& tick) {
  std::vector<double_tensor> made = run_task(tick, [of, data = data.of, names](task_control& control) {
    control.total = static_cast<std::uint64_t>(data->frames());
    return tensors_of(*of, *data, names, [&control](std::uint64_t done) { return control.tell(done); });
  });
  py::list result;
  for (double_tensor& tensor : made) result.append(array_of(std::move(tensor.values), tensor.shape));
  return result;
}

/// (name, node, shape of a frame) of each tensor of a network.
py::list tensor_facts(const held_network& of) {
  py::list result;
  for (const file_tensor& tensor : tensors_of(of.of->file))
    result.append(py::make_tuple(tensor.name, tensor.node, tensor.shape));
  return result;
}

/// A path, or a network that has been read.
using compared_file = std::variant<std::string, held_network>;

std::vector<step_model> models_of(const std::vector<compared_file>& files) {
  std::vector<step_model> result;
  for (const compared_file& file : files)
    if (const auto* path = std::get_if<std::string>(&file)) {
      for (step_model& model : read_step_files(std::span(path, 1), result.empty())) result.push_back(std::move(model));
    } else {
      const design& of = *std::get<held_network>(file).of;
      result.push_back({of.model, std::make_shared<const comparable_model>(of.file, of.streamlining), {}});
    }
  check_comparable(result);
  return result;
}

/// What `spillway compare --json` prints.
std::string compare(const std::vector<compared_file>& files, const std::optional<held_data>& data, std::int64_t frames,
                    std::uint64_t seed, unsigned threads, const py::object& tick) {
  return run_task(tick, [files, data = data ? data->of : nullptr, frames, seed, threads](task_control& control) {
    const std::vector<step_model> models = models_of(files);
    const dataset of = data ? std::move(*data) : random_data(models, frames, seed);
    control.total = static_cast<std::uint64_t>(of.frames()) * models.size();
    file_comparison_options options;
    options.threads = threads;
    options.on_progress = [&control](std::uint64_t done) { return control.tell(done); };
    files_comparison made = compare_files(models, of, options);
    if (!data) made.seed = seed;
    return as_json(made).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  });
}

}  // namespace

void add_tensors(py::module_& module) {
  module.def("tensor_facts", &tensor_facts, py::arg("network"));
  module.def(
      "network_tensors",
      [](const held_network& of, const held_data& data, const std::vector<std::string>& names, const py::object& tick) {
        return tensors(of.of, data, names, tick);
      },
      py::arg("network"), py::arg("data"), py::arg("names"), py::arg("tick"));
  module.def(
      "design_tensors",
      [](const held_design& of, const held_data& data, const std::vector<std::string>& names, const py::object& tick) {
        return tensors(of.of, data, names, tick);
      },
      py::arg("design"), py::arg("data"), py::arg("names"), py::arg("tick"));
  module.def("compare", &compare, py::arg("files"), py::arg("data"), py::arg("frames"), py::arg("seed"),
             py::arg("threads"), py::arg("tick"));
}

}  // namespace spillway::python
