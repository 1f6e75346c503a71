// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/proof_json.h"

#include <nlohmann/json.hpp>

namespace spillway {

nlohmann::ordered_json as_json(const register_proof& check) {
  using nlohmann::ordered_json;
  ordered_json json;
  json["unit"] = check.unit;
  json["layer"] = check.layer;
  json["minimal_bits"] = check.minimal_bits;
  json["l1_bound"] = check.l1_bits;
  json["data_type_bound"] = check.data_type_bits;
  json["bits"] = check.bits ? ordered_json(*check.bits) : ordered_json();
  json["claimed"] = check.claimed;
  json["proved"] = check.proved();
  json["failures"] = ordered_json::array();
  for (const refuted_channel& failed : check.failures) {
    // The witness in words, as integer_tensor holds it; wider types have several words an element.
    json["failures"].push_back({{"channel", failed.certificate.channel},
                                {"low", failed.certificate.low.str()},
                                {"high", failed.certificate.high.str()},
                                {"minimal_bits", failed.certificate.minimal_bits()},
                                {"reached", failed.example.reached.str()},
                                {"overflow_events", failed.events},
                                {"witness", failed.example.input}});
  }
  return json;
}

nlohmann::ordered_json as_json(const std::vector<tile_proof>& checks) {
  using nlohmann::ordered_json;
  ordered_json json = ordered_json::array();
  for (const tile_proof& check : checks) {
    ordered_json failures = ordered_json::array();
    for (const tiled_witness& failed : check.failures)
      failures.push_back({{"channel", failed.example.channel},
                          {"tile", failed.tile ? ordered_json(*failed.tile) : ordered_json()},
                          {"reached", failed.example.reached.str()},
                          {"witness", failed.example.input}});
    json.push_back({{"unit", check.unit},
                    {"layer", check.layer},
                    {"tiles", to_string(check.format)},
                    {"claimed", check.claimed},
                    {"minimal_inner_bits", check.minimal_inner_bits},
                    {"minimal_outer_bits", check.minimal_outer_bits},
                    {"proved", check.failures.empty()},
                    {"failures", failures}});
  }
  return json;
}

}  // namespace spillway
