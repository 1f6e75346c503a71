// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/assumption_json.h"

#include <nlohmann/json.hpp>

namespace spillway {

nlohmann::ordered_json as_json(std::span<const assumption> assumptions) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const assumption& of : assumptions)
    json.push_back({{"where", of.where}, {"what", of.what}, {"value", of.value}, {"why", of.why}});
  return json;
}

}  // namespace spillway
