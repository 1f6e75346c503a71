// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/measured.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/json_file.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

constexpr const char* schema = "spillway-counts-1";

class counts_reader {
 public:
  explicit counts_reader(const std::string& path) : m_path(shown_path(path)), m_json(read_json_object(path)) {
    if (word("schema") != schema) refuse("schema", fmt::format("\"{}\", which build_ooc.tcl writes", schema));
  }

  std::string word(const char* key) const {
    const auto found = m_json.find(key);
    if (found == m_json.end() || !found->is_string()) refuse(key, "a text");
    return printable(found->get<std::string>());
  }

  double count(const char* key) const {
    const std::optional<double> value = number(key);
    if (!value || *value < 0) refuse(key, "a number of 0 or more");
    return *value;
  }

  std::optional<double> number(const char* key) const {
    const auto found = m_json.find(key);
    if (found == m_json.end() || found->is_null()) return std::nullopt;
    if (!found->is_number() || !std::isfinite(found->get<double>())) refuse(key, "a number");
    return found->get<double>();
  }

 private:
  [[noreturn]] void refuse(const char* key, const std::string& right) const {
    throw input_error(fmt::format("{}: {} must be {}", m_path, key, right));
  }

  std::string m_path;
  nlohmann::json m_json;
};

}  // namespace

measured_counts read_measured_counts(const std::string& path) {
  const counts_reader from(path);
  measured_counts counts;
  counts.top = from.word("top");
  counts.tool = from.word("tool");
  counts.part = from.word("part");
  counts.clock_mhz = from.number("clock_mhz");
  counts.slack_ns = from.number("slack_ns");
  counts.luts = from.count("luts");
  counts.lutram = from.count("lutram");
  counts.srl = from.count("srl");
  counts.ff = from.count("ff");
  counts.bram18 = from.count("bram18");
  counts.uram = from.count("uram");
  counts.dsp = from.count("dsp");
  return counts;
}

std::optional<double> measured_difference::error() const {
  if (!modelled || measured == 0) return std::nullopt;
  return 100 * (*modelled - measured) / measured;
}

std::vector<measured_difference> compare(const measured_counts& measured, const network_cost& modelled) {
  // A tool counts sites; prices without packing are of LUTs as it counts them, or know no better.
  const double sites = modelled.used.sites > 0 ? modelled.used.sites : modelled.luts;
  const bool knows_ff = std::any_of(modelled.units.begin(), modelled.units.end(),
                                    [](const unit_cost& unit) { return unit.ff.has_value(); });
  return {{"luts", measured.luts, sites},
          {"ff", measured.ff, knows_ff ? std::optional(modelled.ff) : std::nullopt},
          {"bram18", measured.bram18, modelled.bram18},
          {"uram", measured.uram, modelled.uram},
          {"dsp", measured.dsp, modelled.dsp}};
}

std::string to_text(const measured_counts& measured, const std::vector<measured_difference>& differences) {
  std::string text = fmt::format("{} as {} counted it on {}", measured.top, measured.tool, measured.part);
  if (measured.clock_mhz) text += fmt::format(" at {:g} MHz", *measured.clock_mhz);
  if (measured.slack_ns) text += fmt::format(", slack {:g} ns", *measured.slack_ns);
  text += fmt::format("\n  {:<8} {:>12} {:>12} {:>9}\n", "", "measured", "modelled", "error");
  for (const measured_difference& one : differences) {
    const std::string modelled = one.modelled ? fmt::format("{:.1f}", *one.modelled) : "-";
    const std::string error = one.error() ? fmt::format("{:+.1f}%", *one.error()) : "-";
    text += fmt::format("  {:<8} {:>12.1f} {:>12} {:>9}\n", one.kind, one.measured, modelled, error);
  }
  return text;
}

nlohmann::ordered_json as_json(const measured_counts& measured, const std::vector<measured_difference>& differences) {
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json json{{"top", measured.top},
                              {"tool", measured.tool},
                              {"part", measured.part},
                              {"clock_mhz", number(measured.clock_mhz)},
                              {"slack_ns", number(measured.slack_ns)},
                              {"lutram", measured.lutram},
                              {"srl", measured.srl},
                              {"differences", nlohmann::ordered_json::array()}};
  for (const measured_difference& one : differences)
    json["differences"].push_back({{"kind", one.kind},
                                   {"measured", one.measured},
                                   {"modelled", number(one.modelled)},
                                   {"error_percent", number(one.error())}});
  return json;
}

}  // namespace spillway
