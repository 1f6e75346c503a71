// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/data_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "spillway/models/dataflow/lower.h"
#include "spillway/traces/run_rows.h"

namespace spillway {

namespace {

constexpr std::array scopes{limit_scope::per_product, limit_scope::per_cycle, limit_scope::final};

/// The design with registers that hold every sum, folded as it is.
dataflow with_certified_registers(const design& accelerator) {
  lowering_options options = accelerator.choices;
  options.registers = {{"", register_choice(register_policy::certified, {})}};
  for (auto& [name, unit] : options.units) unit.accumulator.reset();
  options.defaults.accumulator.reset();
  return lower(accelerator.integers, options);
}

std::optional<int> claimed_bits(const design& accelerator, const std::string& layer) {
  for (const integer_node& node : accelerator.integers.nodes) {
    const auto find = [&](const auto& op) -> std::optional<int> {
      if constexpr (requires { op.claimed_bits; })
        if (op.name == layer) return op.claimed_bits;
      return {};
    };
    if (const auto bits = std::visit(find, node.op)) return bits;
  }
  return {};
}

double percent(std::uint64_t part, std::uint64_t all) {
  return all == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(all);
}

std::uint64_t dot_products(const sum_range& range) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : range.needs) sum += count;
  return sum;
}

nlohmann::ordered_json as_json(const channel_sums& sums) {
  nlohmann::ordered_json json;
  for (const limit_scope scope : scopes) {
    const sum_range& range = sums.of(scope);
    nlohmann::ordered_json needs = nlohmann::ordered_json::object();
    for (std::size_t bits = 1; bits < range.needs.size(); ++bits)
      if (range.needs[bits] > 0) needs[std::to_string(bits)] = range.needs[bits];
    json[std::string(to_string(scope))] = {
        {"low", range.low}, {"high", range.high}, {"bits", range.bits()}, {"dot_products_by_bits", needs}};
  }
  return json;
}

}  // namespace

data_profile profile_data(const design& accelerator, const dataset& data, const profile_options& options) {
  const dataflow flow = with_certified_registers(accelerator);
  const sum_profile sums = profile_sums(flow, quantize_dataset(accelerator.integers, data), options);
  data_profile result{accelerator.model, data.name, sums.frames, sums.stopped, {}};
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    const auto unit = dot_products_of(flow.units[u]);
    if (!unit) continue;
    const unit_row fold = describe(static_cast<std::uint32_t>(u), flow.units[u]);
    const auto origin = flow.registers.find(unit->name);
    unit_profile made{unit->name,
                      origin == flow.registers.end() ? "" : origin->second.layer,
                      unit->rows(),
                      unit->columns(),
                      fold.pe.value_or(1),
                      fold.simd.value_or(1),
                      1,
                      {},
                      {},
                      sums.units[u],
                      sums.total(u)};
    for (const channel_certificate& certificate : certify(*unit))
      made.channel_certificates.push_back(certificate.minimal_bits());
    made.certified_bits = *std::max_element(made.channel_certificates.begin(), made.channel_certificates.end());
    made.claimed_bits = claimed_bits(accelerator, made.layer);
    result.units.push_back(std::move(made));
  }
  return result;
}

std::string to_text(const data_profile& profile) {
  std::string text =
      fmt::format("{} on {}: {} frames, exact sums (simulated)\n", profile.model, profile.data, profile.frames);
  text +=
      "  bits that this data needs (finished sums; after each cycle; after each product), that any data needs "
      "(proved), that the file claims\n";
  int widest = 1, narrowest = sum_range::most_bits;
  for (const unit_profile& unit : profile.units) {
    const auto bits = [&](limit_scope scope) { return unit.total.of(scope).bits(); };
    text += fmt::format("  {:<10} {:<20} {:>5} x {:<5} {:>3} {:>3} {:>3}   {:>3}   {}\n", unit.unit, unit.layer,
                        unit.rows, unit.columns, bits(limit_scope::final), bits(limit_scope::per_cycle),
                        bits(limit_scope::per_product), unit.certified_bits,
                        unit.claimed_bits ? fmt::format("{:>3}", *unit.claimed_bits) : "  -");
    widest = std::max(widest, bits(limit_scope::per_product));
    narrowest = std::min(narrowest, bits(limit_scope::final));
  }
  text += "  dot products that overflow at P: finished sums (persistent), after some cycle, after some product\n";
  for (int p = std::max(2, narrowest - 6); p <= widest; ++p) {
    std::array<std::uint64_t, scope_count> beyond{};
    std::uint64_t all = 0;
    for (const unit_profile& unit : profile.units) {
      for (const limit_scope scope : scopes) beyond[static_cast<std::size_t>(scope)] += unit.total.of(scope).beyond(p);
      all += dot_products(unit.total.of(limit_scope::final));
    }
    const auto share = [&](limit_scope scope) { return percent(beyond[static_cast<std::size_t>(scope)], all); };
    text += fmt::format("  P = {:<3} {:>9.4f}% {:>9.4f}% {:>9.4f}%\n", p, share(limit_scope::final),
                        share(limit_scope::per_cycle), share(limit_scope::per_product));
  }
  return text;
}

std::string to_json(const data_profile& profile) {
  nlohmann::ordered_json json{{"model", profile.model},
                              {"dataset", profile.data},
                              {"frames", profile.frames},
                              {"interrupted", profile.stopped},
                              {"units", nlohmann::ordered_json::array()}};
  for (const unit_profile& unit : profile.units) {
    nlohmann::ordered_json row{{"name", unit.unit},
                               {"layer", unit.layer},
                               {"rows", unit.rows},
                               {"columns", unit.columns},
                               {"pe", unit.pe},
                               {"simd", unit.simd},
                               {"certified_bits", unit.certified_bits},
                               {"claimed_bits", nullptr},
                               {"sums", as_json(unit.total)},
                               {"channels", nlohmann::ordered_json::array()}};
    if (unit.claimed_bits) row["claimed_bits"] = *unit.claimed_bits;
    for (std::size_t channel = 0; channel < unit.channels.size(); ++channel)
      row["channels"].push_back(
          {{"certified_bits", unit.channel_certificates[channel]}, {"sums", as_json(unit.channels[channel])}});
    json["units"].push_back(std::move(row));
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string to_csv(const data_profile& profile) {
  std::string text = "unit,channel,scope,bits,dot_products\n";
  for (const unit_profile& unit : profile.units)
    for (std::size_t channel = 0; channel < unit.channels.size(); ++channel)
      for (const limit_scope scope : scopes) {
        const sum_range& range = unit.channels[channel].of(scope);
        for (std::size_t bits = 1; bits < range.needs.size(); ++bits)
          if (range.needs[bits] > 0)
            text += fmt::format("{},{},{},{},{}\n", unit.unit, channel, to_string(scope), bits, range.needs[bits]);
      }
  return text;
}

}  // namespace spillway
