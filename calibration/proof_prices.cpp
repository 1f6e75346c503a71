// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/proof_prices.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "spillway/calibration/errors.h"
#include "spillway/resource/cost.h"
#include "spillway/resource/hardware.h"
#include "spillway/resource/spillway_model.h"

namespace spillway {

namespace {

/// A network in one choice of registers.
struct registers_priced {
  double counted = 0, modelled = 0, hls = 0, rtl = 0, formula = 0;
  std::map<std::string, double> parts;  ///< of what is modelled
};

registers_priced priced(const dataflow& flow, const resources& counted) {
  const network_cost ours = spillway_cost(flow);
  return {counted.all_luts(),
          ours.used.all_luts(),
          price(flow, hardware::finn_hls).luts,
          price(flow, hardware::finn_rtl).luts,
          price(flow, hardware::finn_formula).luts,
          luts_by_category(ours)};
}

struct pair_of_registers {
  registers_priced wide, proven;
};

std::map<std::string, pair_of_registers> pairs_of(const std::string& folder) {
  std::map<std::string, pair_of_registers> pairs;
  std::map<std::string, int> found;
  for (const measured_point& of : measured_points(folder, "networks-held-out")) {
    const auto* flow = std::get_if<dataflow>(&of.point.what);
    if (flow == nullptr) continue;
    const std::string& name = of.point.name;
    for (const std::string end : {"_32", "_certified"}) {
      if (!name.ends_with(end)) continue;
      const std::string network = name.substr(0, name.size() - end.size());
      (end == "_32" ? pairs[network].wide : pairs[network].proven) = priced(*flow, of.counted);
      ++found[network];
    }
  }
  std::erase_if(pairs, [&](const auto& pair) { return found[pair.first] != 2; });
  return pairs;
}

}  // namespace

std::string proof_price_table(const std::string& folder) {
  const std::map<std::string, pair_of_registers> pairs = pairs_of(folder);
  std::string text =
      "| network | LUT at 32 bits, counted | least proven | ratio, counted | modelled | finn-hls | finn-rtl | FINN's "
      "formula |\n"
      "|---|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const auto& [name, of] : pairs) {
    const auto& [wide, proven] = of;
    text += fmt::format("| `{}` | {:.0f} | {:.0f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} |\n", name, wide.counted,
                        proven.counted, wide.counted / proven.counted, wide.modelled / proven.modelled,
                        wide.hls / proven.hls, wide.rtl / proven.rtl, wide.formula / proven.formula);
  }
  text +=
      "\n| network, modelled | compute | threshold | memory | control | stream | all "
      "|\n|---|--:|--:|--:|--:|--:|--:|\n";
  for (const auto& [name, of] : pairs) {
    text += fmt::format("| `{}` |", name);
    for (const char* part : {"compute", "threshold", "memory", "control", "stream"}) {
      const auto luts_of = [&](const registers_priced& one) {
        const auto at = one.parts.find(part);
        return at == one.parts.end() ? 0 : at->second;
      };
      text += fmt::format(" {:.0f} |", luts_of(of.wide) - luts_of(of.proven));
    }
    text += fmt::format(" {:.0f} |\n", of.wide.modelled - of.proven.modelled);
  }
  return text;
}

}  // namespace spillway
