// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "spillway/resource/cost.h"

namespace spillway {

namespace {

using nlohmann::ordered_json;

/// Adds an amount to the first or the second price of a term.
void add(std::vector<term_difference>& terms, resource_kind kind, const std::string& group, const std::string& name,
         double term_difference::*side, double amount) {
  const auto same = std::find_if(terms.begin(), terms.end(), [&](const term_difference& one) {
    return one.kind == kind && one.group == group && one.term == name;
  });
  if (same != terms.end())
    (*same).*side += amount;
  else if (amount != 0) {
    terms.push_back({kind, group, name, 0, 0});
    terms.back().*side = amount;
  }
}

void add_tree(std::vector<term_difference>& terms, resource_kind kind, const cost_term& tree,
              double term_difference::*side) {
  if (tree.children.empty()) return add(terms, kind, "", "", side, tree.amount);
  for (const cost_term& group : tree.children)
    for (const cost_term& leaf : leaves(group)) add(terms, kind, group.name, leaf.name, side, leaf.amount);
}

void add_unit(std::vector<term_difference>& terms, const unit_cost& unit, double term_difference::*side) {
  add_tree(terms, resource_kind::luts, unit.luts, side);
  if (unit.ff) add_tree(terms, resource_kind::ff, *unit.ff, side);
  add_tree(terms, resource_kind::bram18, unit.bram18, side);
  add_tree(terms, resource_kind::uram, unit.uram, side);
  add_tree(terms, resource_kind::dsp, unit.dsp, side);
}

/// By kind and group, in the order of the first that has each.
void sort_terms(std::vector<term_difference>& terms) {
  std::vector<std::string> groups;
  for (const term_difference& term : terms)
    if (std::find(groups.begin(), groups.end(), term.group) == groups.end()) groups.push_back(term.group);
  const auto place = [&](const term_difference& term) {
    return std::pair(term.kind, std::find(groups.begin(), groups.end(), term.group) - groups.begin());
  };
  std::stable_sort(terms.begin(), terms.end(),
                   [&](const term_difference& a, const term_difference& b) { return place(a) < place(b); });
}

std::string amount_text(double value) {
  const std::string text = fmt::format("{:.1f}", value);
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string step_text(double value) { return value > 0 ? "+" + amount_text(value) : amount_text(value); }

std::string step_percent(double first, double second) {
  return first == 0 || first == second ? "" : fmt::format("{:+.1f}%", 100 * (second - first) / first);
}

std::string compared_line(const std::string& name, const std::string& first, const std::string& second,
                          const std::string& difference, const std::string& share) {
  std::string text = fmt::format("{:<40}  {:>12}  {:>12}  {:>12}  {:>8}", name, first, second, difference, share);
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

std::string compared_line(const std::string& name, double first, double second) {
  return compared_line(name, amount_text(first), amount_text(second), step_text(second - first),
                       step_percent(first, second));
}

/// The terms of one kind, group by group.
std::string terms_text(const std::vector<term_difference>& terms, resource_kind kind, std::size_t depth) {
  std::string text;
  std::string group;
  const std::string indent(2 * depth, ' ');
  for (auto term = terms.begin(); term != terms.end(); ++term) {
    if (term->kind != kind || term->group.empty()) continue;
    if (term->group != group) {
      group = term->group;
      double first = 0, second = 0;
      for (const term_difference& one : terms)
        if (one.kind == kind && one.group == group) {
          first += one.first;
          second += one.second;
        }
      text += compared_line(indent + group, first, second);
    }
    text += compared_line(indent + "  " + term->term, term->first, term->second);
  }
  return text;
}

/// Sites are shown where some price has them apart from LUTs.
bool is_shown(resource_kind kind, const std::optional<resource_amounts>& first,
              const std::optional<resource_amounts>& second) {
  return kind != resource_kind::sites || (first && first->has_cells()) || (second && second->has_cells());
}

std::string units_text(const cost_difference& of, bool explain) {
  std::string text;
  for (const unit_difference& unit : of.units) {
    std::string part;
    for (std::size_t k = 0; k < resource_kinds; ++k) {
      const auto amount = [&](const std::optional<resource_amounts>& amounts) { return amounts ? amounts->of[k] : 0; };
      const double first = amount(unit.first), second = amount(unit.second);
      if ((first == 0 && second == 0) || !is_shown(static_cast<resource_kind>(k), unit.first, unit.second)) continue;
      part += compared_line(fmt::format("  {}", resource_names[k]), unit.first ? amount_text(first) : "-",
                            unit.second ? amount_text(second) : "-", step_text(second - first),
                            step_percent(first, second));
      if (explain) part += terms_text(unit.terms, static_cast<resource_kind>(k), 2);
    }
    if (!part.empty()) text += fmt::format("{}\n{}", unit.unit, part);
  }
  return text;
}

ordered_json sides(double first, double second) {
  return {{"first", first}, {"second", second}, {"difference", second - first}};
}

ordered_json sides_json(const resource_amounts& first, const resource_amounts& second) {
  ordered_json json;
  for (std::size_t k = 0; k < resource_kinds; ++k)
    json[std::string(resource_keys[k])] = sides(first.of[k], second.of[k]);
  return json;
}

ordered_json sides_json(const std::vector<term_difference>& terms) {
  ordered_json json = ordered_json::array();
  for (const term_difference& term : terms) {
    ordered_json one{{"resource", resource_keys[static_cast<std::size_t>(term.kind)]}};
    if (!term.group.empty()) one["group"] = term.group;
    if (!term.term.empty()) one["term"] = term.term;
    one.update(sides(term.first, term.second));
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace

cost_difference compare(const network_cost& first, const network_cost& second) {
  cost_difference result{amounts_of(first), amounts_of(second), {}, {}};
  const auto add_side = [&](const network_cost& cost, double term_difference::*side,
                            std::optional<resource_amounts> unit_difference::*amounts) {
    for (const unit_cost& unit : cost.units) {
      auto found = std::find_if(result.units.begin(), result.units.end(),
                                [&](const unit_difference& one) { return one.unit == unit.unit; });
      if (found == result.units.end()) found = result.units.insert(found, {unit.unit, unit.kind, {}, {}, {}});
      (*found).*amounts = amounts_of(sum({unit}));
      add_unit(found->terms, unit, side);
      add_unit(result.terms, unit, side);
    }
  };
  add_side(first, &term_difference::first, &unit_difference::first);
  add_side(second, &term_difference::second, &unit_difference::second);
  sort_terms(result.terms);
  for (unit_difference& unit : result.units) sort_terms(unit.terms);
  return result;
}

std::string to_text(const cost_difference& difference, const std::string& first, const std::string& second,
                    bool explain) {
  std::string text = fmt::format("first:  {}\nsecond: {}\n\n", first, second);
  text += compared_line("", "first", "second", "difference", "");
  for (std::size_t k = 0; k < resource_kinds; ++k) {
    if (!is_shown(static_cast<resource_kind>(k), difference.first, difference.second)) continue;
    text += compared_line(std::string(resource_names[k]), difference.first.of[k], difference.second.of[k]);
    text += terms_text(difference.terms, static_cast<resource_kind>(k), 1);
  }
  return text + "\n" + units_text(difference, explain);
}

std::string to_json(const cost_difference& difference) {
  ordered_json json{{"total", sides_json(difference.first, difference.second)},
                    {"terms", sides_json(difference.terms)}};
  json["units"] = ordered_json::array();
  for (const unit_difference& unit : difference.units) {
    ordered_json one{{"unit", unit.unit}, {"kind", unit.kind}};
    one["in_first"] = unit.first.has_value();
    one["in_second"] = unit.second.has_value();
    one.update(sides_json(unit.first.value_or(resource_amounts{}), unit.second.value_or(resource_amounts{})));
    one["terms"] = sides_json(unit.terms);
    json["units"].push_back(std::move(one));
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace spillway
