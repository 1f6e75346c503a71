// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/netlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

using nlohmann::json;
using net = std::int64_t;

void add_cells(const std::string& cell, double n, resources& sum) {
  if (cell.starts_with("LUT") || cell == "INV")
    sum.luts += n;
  else if (cell.starts_with("FD"))
    sum.ff += n;
  else if (cell == "CARRY4")
    sum.carry += n;
  else if (cell == "MUXF7")
    sum.f7 += n;
  else if (cell == "MUXF8")
    sum.f8 += n;
  else if (cell.starts_with("SRL"))
    sum.srl += n;
  else if (cell == "RAM32M" || cell == "RAM64M" || cell == "RAM128X1D" || cell == "RAM256X1S")
    sum.lutram += 4 * n;
  else if (cell == "RAM32X1D" || cell == "RAM64X1D" || cell == "RAM128X1S")
    sum.lutram += 2 * n;
  else if (cell == "RAM32X1S" || cell == "RAM64X1S")
    sum.lutram += n;
  else if (cell == "RAM32M16" || cell == "RAM64M8" || cell == "RAM512X1S")
    sum.lutram += 8 * n;
  else if (cell == "RAMB18E1" || cell == "RAMB18E2")
    sum.bram18 += n;
  else if (cell == "RAMB36E1" || cell == "RAMB36E2")
    sum.bram18 += 2 * n;
  else if (cell == "DSP48E1" || cell == "DSP48E2")
    sum.dsp += n;
  else
    throw input_error(fmt::format("Yosys made {} cells of a kind that is not known: {}", n, cell));
}

/// The nets of a port, constants left out, in ascending order.
std::vector<net> nets_of(const json& cell, const std::string& port) {
  std::vector<net> nets;
  for (const json& bit : cell.at("connections").at(port))
    if (bit.is_number()) nets.push_back(bit.get<net>());
  return nets;
}

struct lut {
  std::vector<net> inputs;  ///< in ascending order
  bool is_placed = false;
};

lut lut_of(const json& cell) {
  lut result;
  for (const auto& [port, direction] : cell.at("port_directions").items())
    if (direction == "input") {
      const std::vector<net> nets = nets_of(cell, port);
      result.inputs.insert(result.inputs.end(), nets.begin(), nets.end());
    }
  std::sort(result.inputs.begin(), result.inputs.end());
  return result;
}

std::size_t in_common(const lut& a, const lut& b) {
  std::vector<net> common;
  std::set_intersection(a.inputs.begin(), a.inputs.end(), b.inputs.begin(), b.inputs.end(), std::back_inserter(common));
  return common.size();
}

/// Sites of LUTs that stand alone: each is paired with the one that has most inputs in common with it.
std::int64_t packed(std::vector<lut>& luts) {
  constexpr std::size_t shared_inputs = 5;
  constexpr std::size_t looked_at = 64;  // a net of a handshake goes everywhere
  std::unordered_map<net, std::vector<std::size_t>> readers;
  for (std::size_t i = 0; i < luts.size(); ++i)
    if (luts[i].inputs.size() <= shared_inputs)
      for (const net input : luts[i].inputs) readers[input].push_back(i);
  std::int64_t sites = 0;
  for (std::size_t i = 0; i < luts.size(); ++i) {
    lut& one = luts[i];
    if (one.is_placed) continue;
    one.is_placed = true;
    ++sites;
    if (one.inputs.size() > shared_inputs) continue;
    lut* best = nullptr;
    std::size_t most = 0;
    for (const net input : one.inputs) {
      std::vector<std::size_t>& others = readers[input];
      std::erase_if(others, [&](std::size_t other) { return luts[other].is_placed; });
      for (std::size_t k = 0; k < std::min(others.size(), looked_at); ++k) {
        lut& other = luts[others[k]];
        const std::size_t common = in_common(one, other);
        if (common > most && one.inputs.size() + other.inputs.size() - common <= shared_inputs) {
          best = &other;
          most = common;
        }
      }
    }
    if (best) best->is_placed = true;
  }
  return sites;
}

std::int64_t logic_sites(const json& cells) {
  std::unordered_set<net> sums;  // into carry chains
  std::int64_t carried = 0;
  for (const json& cell : cells)
    if (cell.at("type") == "CARRY4") {
      const std::vector<net> nets = nets_of(cell, "S");
      carried += static_cast<std::int64_t>(nets.size());
      sums.insert(nets.begin(), nets.end());
    }
  std::vector<lut> luts;
  for (const json& cell : cells) {
    const std::string type = cell.at("type");
    if (!type.starts_with("LUT") && type != "INV") continue;
    const std::vector<net> out = nets_of(cell, "O");
    if (out.empty() || !sums.contains(out.front())) luts.push_back(lut_of(cell));
  }
  return carried + packed(luts);
}

}  // namespace

resources count_cells(const json& cells) {
  std::map<std::string, int> kinds;
  for (const json& cell : cells) ++kinds[cell.at("type").get<std::string>()];
  resources sum;
  for (const auto& [kind, n] : kinds) add_cells(kind, n, sum);
  sum.sites = static_cast<double>(logic_sites(cells)) + sum.lutram + sum.srl;
  return sum;
}

}  // namespace spillway
