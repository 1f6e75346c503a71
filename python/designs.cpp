// SPDX-License-Identifier: Apache-2.0
#include "spillway/python/designs.h"

#include <fmt/format.h>
#include <pybind11/stl.h>

#include <nlohmann/json.hpp>

#include "spillway/explore/study/exact_pass.h"
#include "spillway/explore/study/lower_on_data.h"
#include "spillway/explore/study/width_search.h"
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/labels.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/dataflow/prove.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/load/prove_tiles.h"
#include "spillway/models/network/trained_to_wrap.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/support/error.h"
#include "spillway/python/arrays.h"
#include "spillway/python/task.h"
#include "spillway/report/data_profile.h"
#include "spillway/report/design_json.h"
#include "spillway/report/differences_on_data.h"
#include "spillway/report/proof_json.h"

namespace spillway::python {

namespace py = pybind11;

namespace {

std::string text_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

streamline_options options_of(const std::string& input, bool xnor_popcount) {
  streamline_options options;
  options.xnor_popcount = xnor_popcount;
  if (input.empty()) return options;
  try {
    parse_input_format(input, options);
  } catch (const config_error& wrong) {
    throw config_error(fmt::format("input = {}", wrong.what()));
  }
  return options;
}

held_network load_file(const std::string& path, const std::string& input, bool xnor_popcount, const py::object& tick) {
  const streamline_options options = options_of(input, xnor_popcount);
  return run_task(tick, [=](task_control&) {
    return held_network{std::make_shared<const design>(streamline_design(read_qonnx(path), path, options))};
  });
}

held_network load_bytes(std::string content, const std::string& name, const std::string& input, bool xnor_popcount,
                        const py::object& tick) {
  const streamline_options options = options_of(input, xnor_popcount);
  return run_task(tick, [=, content = std::move(content)](task_control&) {
    return held_network{
        std::make_shared<const design>(streamline_design(read_qonnx_bytes(content, name), name, options))};
  });
}

held_data load_data(const std::string& name, const std::string& labels, std::int64_t skip, std::int64_t frames,
                    std::optional<std::int64_t> held_back, const py::object& tick) {
  return run_task(tick, [=](task_control&) {
    dataset data = load_dataset(name, held_back);
    if (!labels.empty()) read_labels(data, labels);
    return held_data{std::make_shared<dataset>(select_frames(std::move(data), skip, frames))};
  });
}

held_data make_data(const py::array& frames, const std::optional<py::array>& labels, const std::string& name,
                    std::int64_t skip, std::int64_t count) {
  dataset data = frames_of(frames, name);
  if (labels) {
    data.labels = labels_of(integers_of(*labels, "labels"), "labels");
    if (std::ssize(data.labels) != data.frames())
      throw input_error(
          fmt::format("labels: {} classes for {} frames; expected one a frame", data.labels.size(), data.frames()));
  }
  return {std::make_shared<dataset>(select_frames(std::move(data), skip, count))};
}

/// What `lower` takes, as Python says it.
struct lowering_request {
  std::string folding_file, folding_text, multipliers;
  std::vector<std::string> accumulators;
  std::optional<int> pe, simd;
};

design_options options_of(const lowering_request& request) {
  design_options options;
  options.folding = request.folding_file;
  options.folding_text = request.folding_text;
  options.lowering.dot_products.pe = request.pe;
  options.lowering.dot_products.simd = request.simd;
  if (!request.multipliers.empty())
    options.lowering.dot_products.multipliers =
        request.multipliers == "dsp" ? multiplier_style::dsp : multiplier_style::lut;
  for (const std::string& text : register_texts(request.accumulators)) {
    try {
      options.lowering.registers.push_back(parse_register_rule(text));
    } catch (const config_error& wrong) {
      throw config_error(fmt::format("accumulator {}: {}", text, wrong.what()));
    }
  }
  return options;
}

held_design lower_network(const held_network& network, const std::string& folding_file, const std::string& folding_text,
                          const std::vector<std::string>& accumulators, std::optional<int> pe, std::optional<int> simd,
                          const std::string& multipliers, const std::optional<held_data>& calibration,
                          const std::optional<held_data>& validation, const std::string& validation_name,
                          unsigned threads, const py::object& tick) {
  const design_options options =
      options_of(lowering_request{folding_file, folding_text, multipliers, accumulators, pe, simd});
  if (asks_for_observed(options.lowering) != calibration.has_value())
    throw config_error(calibration ? "calibration: no register is to be observed; expected accumulator \"observed\""
                                   : "accumulator observed: the width comes from data; expected calibration = DATA");
  if (asks_for_searched(options.lowering) != validation.has_value())
    throw config_error(validation
                           ? "validation: no width is to be searched for; expected accumulator \"searched\""
                           : "accumulator searched: a width is searched for on data, and the file does not say which "
                             "images its training held back; expected validation = DATA");
  return run_task(tick,
                  [of = network.of, calibration, validation, validation_name, options, threads](task_control& control) {
                    design made = *of;
                    if (!calibration && !validation) {
                      lower_design(made, options);
                      return held_design{std::make_shared<const design>(std::move(made))};
                    }
                    register_data data;
                    data.threads = threads;
                    data.validation_name = validation_name;
                    if (calibration) {
                      control.total = static_cast<std::uint64_t>(calibration->of->frames());
                      data.calibration = std::move(*calibration->of);
                    }
                    if (validation) data.validation = std::move(*validation->of);
                    data.on_observe = [&control](std::uint64_t done) { return control.tell(done); };
                    data.on_search = [&control](const width_search_progress& now) {
                      control.total = now.most;
                      return control.tell(now.simulations);
                    };
                    lower_design_on_data(made, options, data);
                    return held_design{std::make_shared<const design>(std::move(made))};
                  });
}

/// A failing channel, its witness an array.
py::dict as_dict(const refuted_channel& failed, integer_type type, std::int64_t columns) {
  return py::dict(py::arg("channel") = failed.certificate.channel, py::arg("low") = int_of(failed.certificate.low),
                  py::arg("high") = int_of(failed.certificate.high),
                  py::arg("minimal_bits") = failed.certificate.minimal_bits(),
                  py::arg("reached") = int_of(failed.example.reached), py::arg("overflow_events") = failed.events,
                  py::arg("witness") = array_of(integer_tensor{type, {columns}, failed.example.input}));
}

/// (proofs, tiles as JSON, the width that the network was trained to wrap in, differences as JSON)
py::tuple check(const held_design& of, const std::string& tiles, const std::optional<held_data>& data, unsigned threads,
                const py::object& tick) {
  struct answers {
    std::vector<register_proof> proofs;
    std::vector<tile_proof> tiles;
    std::optional<difference_report> differences;
  };
  const auto found =
      run_task(tick, [of = of.of, tiles, data = data ? data->of : nullptr, threads](task_control& control) {
        answers made{prove_registers(of->flow), prove_tiles(*of, tiles), {}};
        if (!data) return made;
        control.total = static_cast<std::uint64_t>(data->frames());
        made.differences =
            compare_on_data(*of, *data, threads, [&control](std::uint64_t done) { return control.tell(done); });
        return made;
      });
  py::list proofs;
  for (const register_proof& proof : found.proofs) {
    nlohmann::ordered_json json = as_json([&] {
      register_proof without = proof;
      without.failures.clear();
      return without;
    }());
    json["proved"] = proof.proved();
    json["weight_type"] = to_string(proof.weight_type);
    json["input_type"] = to_string(proof.input_type);
    json["rows"] = proof.rows;
    json["columns"] = proof.columns;
    py::list failures;
    for (const refuted_channel& failed : proof.failures)
      failures.append(as_dict(failed, proof.input_type, proof.columns));
    proofs.append(py::make_tuple(text_of(json), failures));
  }
  return py::make_tuple(proofs, text_of(as_json(found.tiles)), trained_to_wrap(of.of->file),
                        found.differences ? py::object(py::str(text_of(as_json(*found.differences)))) : py::none());
}

std::string profile(const held_design& of, const held_data& data, unsigned threads, const py::object& tick) {
  return run_task(tick, [of = of.of, data = data.of, threads](task_control& control) {
    control.total = static_cast<std::uint64_t>(data->frames());
    profile_options how;
    how.threads = threads;
    how.on_progress = [&control](std::uint64_t done) { return control.tell(done); };
    return to_json(profile_data(*of, *data, how));
  });
}

py::list notes_of(const design& of) {
  py::list notes;
  for (const assumption& note : of.assumptions)
    notes.append(py::make_tuple(note.where, note.what, note.value, note.why));
  return notes;
}

py::dict shapes_of(const design& of) {
  py::list of_several;
  for (const file_output_part& part : of.output.parts) of_several.append(py::make_tuple(part.name, part.shape));
  return py::dict(py::arg("name") = of.integers.name, py::arg("nodes") = of.file.nodes.size(),
                  py::arg("input_shape") = of.file.input_shape,
                  py::arg("input_type") = to_string(of.integers.input.type), py::arg("output") = of.output.tensor,
                  py::arg("output_shape") = of.output.shape, py::arg("output_shapes") = of_several,
                  py::arg("metadata") = of.file.metadata,
                  py::arg("held_back") = images_held_back(of.file), py::arg("validation") = validation_of(of.file));
}

}  // namespace

void add_designs(py::module_& module) {
  py::class_<held_data>(module, "Data")
      .def_property_readonly("name", [](const held_data& of) { return of.of->name; })
      .def_property_readonly("frames", [](const held_data& of) { return of.of->frames(); })
      .def_property_readonly("has_labels", [](const held_data& of) { return !of.of->labels.empty(); });
  py::class_<held_network>(module, "Network")
      .def("notes", [](const held_network& of) { return notes_of(*of.of); })
      .def("shapes", [](const held_network& of) { return shapes_of(*of.of); })
      .def("path", [](const held_network& of) { return py::bytes(of.of->model); });
  py::class_<held_design>(module, "Design")
      .def("notes", [](const held_design& of) { return notes_of(*of.of); })
      .def("json", [](const held_design& of) { return text_of(design_json(*of.of)); })
      .def("refuted", [](const held_design& of) { return refuted_claims(of.of->flow); })
      .def("folding", [](const held_design& of) { return folding_config_json(of.of->flow); });
  module.def("load_file", &load_file, py::arg("path"), py::arg("input"), py::arg("xnor_popcount"), py::arg("tick"));
  module.def("load_bytes", &load_bytes, py::arg("content"), py::arg("name"), py::arg("input"), py::arg("xnor_popcount"),
             py::arg("tick"));
  module.def("load_data", &load_data, py::arg("name"), py::arg("labels"), py::arg("skip"), py::arg("frames"),
             py::arg("held_back"), py::arg("tick"));
  module.def("make_data", &make_data, py::arg("frames"), py::arg("labels"), py::arg("name"), py::arg("skip"),
             py::arg("count"));
  module.def("lower", &lower_network, py::arg("network"), py::arg("folding_file"), py::arg("folding_text"),
             py::arg("accumulators"), py::arg("pe"), py::arg("simd"), py::arg("multipliers"), py::arg("calibration"),
             py::arg("validation"), py::arg("validation_name"), py::arg("threads"), py::arg("tick"));
  module.def("check", &check, py::arg("design"), py::arg("tiles"), py::arg("data"), py::arg("threads"),
             py::arg("tick"));
  module.def("profile", &profile, py::arg("design"), py::arg("data"), py::arg("threads"), py::arg("tick"));
}

}  // namespace spillway::python
