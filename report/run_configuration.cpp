// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/run_configuration.h"

#include <fmt/format.h>

#include <string_view>

#include "spillway/models/support/error.h"
#include "spillway/models/support/version.h"
#include "spillway/traces/run_directory.h"

namespace spillway {

namespace {

template <class T>
std::string hash_of(const std::vector<T>& values) {
  return content_hash({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

/// A design that was made in memory has no file: then the path is all there is to say.
std::string model_hash(const std::string& path) {
  try {
    return file_hash(path);
  } catch (const error&) {
    return path;
  }
}

std::string describe(const stream_shape& shape) {
  return fmt::format("{}*{}*{}", to_string(shape.type), shape.lanes, shape.beats);
}

}  // namespace

std::string configuration_hash(const finished_run& run, const std::string& settings) {
  std::string text = fmt::format("{} {} {} {}", version(), model_hash(run.accelerator.model), run.engine, settings);
  for (const dataflow_unit& any : run.accelerator.flow.units) {
    text += fmt::format(" {}:{}", name_of(any), kind_of(any));
    const unit_ports ports = ports_of(any);
    for (const auto* side : {&ports.inputs, &ports.outputs})
      for (const stream_shape& shape : *side) text += ":" + describe(shape);
    if (const auto unit = dot_products_of(any))
      text += fmt::format(":{}x{}:{}", unit->pe, unit->simd, to_string(unit->accumulator));
  }
  for (const dataflow_stream& link : streams_of(run.accelerator.flow)) text += fmt::format(" {}", link.depth);
  for (const auto& [name, seed] : run.seeds) text += fmt::format(" {}={}", name, seed);
  text += fmt::format(" prices {} {}", to_string(run.prices.kind), run.prices.device->name);
  text += fmt::format(" data {} {} {} {}", to_string(run.data.inputs.type), hash_of(run.data.inputs.words),
                      hash_of(run.data.labels), run.data.first_frame);
  return content_hash(text);
}

}  // namespace spillway
