// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/design_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "spillway/models/streamline/golden_model.h"
#include "spillway/report/assumption_json.h"

namespace spillway {

namespace {

nlohmann::ordered_json unit_json(const dataflow_unit& any, const design& of) {
  nlohmann::ordered_json json{
      {"name", name_of(any)}, {"kind", kind_of(any)}, {"cycles_per_frame", cycles_per_frame(any)}};
  const auto unit = dot_products_of(any);
  if (!unit) return json;
  const register_origin& origin = of.flow.registers.at(unit->name);
  json.update({{"layer", origin.layer},
               {"mh", unit->rows()},
               {"mw", unit->columns()},
               {"pe", unit->pe},
               {"simd", unit->simd},
               {"input_type", to_string(unit->input_type)},
               {"weight_type", to_string(unit->weights.type)},
               {"output_type", to_string(unit->output_type)},
               {"accumulator", to_string(unit->accumulator)},
               {"accumulator_from", to_string(origin.from)},
               {"claimed_bits", origin.claimed_bits ? nlohmann::ordered_json(*origin.claimed_bits) : nullptr},
               {"sparsity", sparsity(unit->weights)},
               {"latency", unit->latency}});
  return json;
}

}  // namespace

double sparsity(const integer_tensor& weights) {
  if (weights.type.words() != 1) return 0;
  return static_cast<double>(std::count(weights.words.begin(), weights.words.end(), 0)) /
         static_cast<double>(std::max<std::int64_t>(weights.size(), 1));
}

nlohmann::ordered_json design_json(const design& of) {
  nlohmann::ordered_json json{{"model", of.model},
                              {"name", of.integers.name},
                              {"nodes", of.file.nodes.size()},
                              {"input_type", to_string(of.integers.input.type)},
                              {"units", nlohmann::ordered_json::array()}};
  for (const dataflow_unit& any : of.flow.units) json["units"].push_back(unit_json(any, of));
  json["tensors"] = nlohmann::ordered_json::array();
  for (const file_tensor& tensor : tensors_of(of.file))
    json["tensors"].push_back({{"name", tensor.name}, {"layer", tensor.node}, {"shape", tensor.shape}});
  json["metadata"] = of.file.metadata;
  json["assumptions"] = as_json(of.assumptions);
  return json;
}

}  // namespace spillway
