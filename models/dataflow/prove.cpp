// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/prove.h"

#include <algorithm>
#include <utility>

#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/numbers/dot_product.h"
#include "spillway/models/numbers/storage.h"

namespace spillway {

namespace {

std::int64_t replay(const dot_product_view& unit, const witness& example, int bits) {
  const int exact = exact_sum_bits(unit.weights.type, unit.input_type, unit.columns(), bits) + 1;  // counts, too
  return visit_storage(exact, [&]<class Integer>(std::type_identity<Integer>) {
    std::vector<Integer> weights, inputs;
    for (const std::int64_t column : example.order) {
      if (unit.xnor_popcount) {  // the witness is the row's own signs: every product is an agreement
        weights.push_back(Integer(1));
        inputs.push_back(Integer(1));
        continue;
      }
      weights.push_back(
          load_as<Integer>(unit.weights.at(example.channel * unit.columns() + column), unit.weights.type));
      inputs.push_back(load_as<Integer>(example.input.data() + column * unit.input_type.words(), unit.input_type));
    }
    const accumulator_format format{bits, overflow_mode::wrap, limit_scope::per_product};
    return accumulate<Integer>(weights, inputs, 1, format, [](const auto&) {}).events;
  });
}

/// The width to prove of a unit, and whether the file claims it.
std::pair<std::optional<int>, bool> width_to_prove(const register_origin& origin, int bits) {
  switch (origin.from) {
    case register_policy::asked:
    case register_policy::data_type:
    case register_policy::observed:
    case register_policy::searched:
      return {bits, origin.claimed_bits == bits};
    case register_policy::trained_to_wrap:
    case register_policy::claimed:
    case register_policy::certified:
      break;
  }
  return {origin.claimed_bits, origin.claimed_bits.has_value()};
}

}  // namespace

register_proof prove_register(const dot_product_view& unit, std::optional<int> bits) {
  register_proof result;
  result.unit = unit.name;
  result.weight_type = unit.weights.type;
  result.input_type = unit.input_type;
  result.rows = unit.rows();
  result.columns = unit.columns();
  result.bits = bits;
  big_int l1 = 0;
  for (const channel_certificate& certificate : certify(unit)) {
    result.minimal_bits = std::max(result.minimal_bits, certificate.minimal_bits());
    l1 = std::max(l1, certificate.l1_norm);
    if (!bits || certificate.holds(*bits)) continue;
    refuted_channel failed{certificate, find_witness(unit, certificate.channel, *bits), 0};
    failed.events = replay(unit, failed.example, *bits);
    result.failures.push_back(std::move(failed));
  }
  result.data_type_bits = data_type_bound(unit.columns(), unit.weights.type.bits, unit.input_type);
  result.l1_bits = l1_bound(l1, unit.input_type);
  return result;
}

std::vector<register_proof> prove_registers(const dataflow& flow) {
  std::vector<register_proof> proofs;
  for (const dataflow_unit& any : flow.units) {
    const auto unit = dot_products_of(any);
    if (!unit) continue;
    const auto found = flow.registers.find(unit->name);
    const register_origin origin = found == flow.registers.end() ? register_origin{} : found->second;
    const auto [bits, claimed] = width_to_prove(origin, unit->accumulator.bits);
    proofs.push_back(prove_register(*unit, bits));
    proofs.back().layer = origin.layer;
    proofs.back().claimed = claimed;
  }
  return proofs;
}

}  // namespace spillway
