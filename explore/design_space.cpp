// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/design_space.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <span>
#include <thread>

#include "spillway/models/dataflow/unit_choices.h"
#include "spillway/models/numbers/integer_math.h"
#include "spillway/models/support/on_threads.h"

namespace spillway {

namespace {

constexpr std::int64_t many_weights = 1 << 16;

std::int64_t multipliers_of(const unit_fold& fold) { return std::int64_t{fold.pe} * fold.simd; }

std::int64_t weights_of(const dataflow_unit& unit) {
  const auto* matrix = std::get_if<mvau>(&unit);
  return matrix == nullptr ? 0 : matrix->mw() * matrix->mh();
}

bool is_converter(const dataflow_unit& unit) { return std::holds_alternative<width_converter>(unit); }

/// A unit without its weights and thresholds, whose shapes are kept.
template <class Unit>
dataflow_unit without_values(const Unit& unit) {
  if constexpr (!Unit::facts.has.accumulator) {
    return unit;
  } else {
    Unit bare;
    bare.name = unit.name;
    bare.input_type = unit.input_type;
    bare.output_type = unit.output_type;
    bare.weights = {unit.weights.type, unit.weights.shape, {}};
    if (unit.thresholds) bare.thresholds = {unit.thresholds->type, unit.thresholds->shape, {}};
    bare.accumulator = unit.accumulator;
    bare.vectors_per_frame = unit.vectors_per_frame;
    return bare;
  }
}

dataflow without_values(const dataflow& flow) {
  dataflow bare{flow.name, {}, flow.stream_depth, {}, {}};
  for (const dataflow_unit& unit : flow.units)
    bare.units.push_back(std::visit([](const auto& any) { return without_values(any); }, unit));
  return bare;
}

/// What is fixed of a unit: its folds where they are its own, its styles by default, too.
unit_options given_of(const lowering_options& base, const dataflow_unit& unit) {
  const unit_properties& has = facts_of(unit).has;
  const unit_options own = own_choice(base, name_of(unit), has.accumulator);
  unit_options given = unit_choices(base).of(name_of(unit), has);
  given.pe = own.pe;
  given.simd = own.simd;
  return given;
}

}  // namespace

design_space::design_space(const integer_network& net, const lowering_options& base, const price_list& prices)
    : m_base(base), m_prices(prices), m_flow(lower(net, base)), m_bare(without_values(m_flow)) {
  find_units();
  find_links();
}

void design_space::find_units() {
  for (std::size_t u = 0; u < m_flow.units.size(); ++u) {
    dataflow_unit& any = m_flow.units[u];
    if (is_converter(any)) continue;
    m_units.push_back({u, given_of(m_base, any)});
    m_units.back().folds = folds_of(any, m_units.back().given, m_prices.kind);
    m_has_branches |= ports_of(any).inputs.size() > 1;
  }
}

/// Seen through the converters that the starting point has.
void design_space::find_links() {
  std::vector<std::size_t> place(m_flow.units.size(), design_link::outside);
  for (std::size_t u = 0; u < m_units.size(); ++u) place[m_units[u].index] = u;
  for (const dataflow_stream& stream : streams_of(m_flow)) {
    if (stream.to != dataflow_stream::outside && is_converter(m_flow.units[static_cast<std::size_t>(stream.to)]))
      continue;
    dataflow_stream origin = stream;
    while (origin.from != dataflow_stream::outside && is_converter(m_flow.units[static_cast<std::size_t>(origin.from)]))
      origin = stream_into(origin.from);
    const stream_shape shape = shape_of(m_flow, stream);
    design_link made;
    if (origin.from != dataflow_stream::outside) made.from = place[static_cast<std::size_t>(origin.from)];
    if (stream.to != dataflow_stream::outside) made.to = place[static_cast<std::size_t>(stream.to)];
    made.from_port = static_cast<std::size_t>(origin.from_port);
    made.to_port = static_cast<std::size_t>(stream.to_port);
    made.type = shape.type;
    made.elements = shape.lanes * shape.beats;
    made.asked_out = asked_depth(made.from, made.from_port, false);
    made.asked_in = asked_depth(made.to, made.to_port, true);
    made.is_paired = is_paired(made);
    m_links.push_back(made);
  }
}

const dataflow_stream& design_space::stream_into(int unit) const {
  return *std::find_if(m_flow.streams.begin(), m_flow.streams.end(),
                       [unit](const dataflow_stream& link) { return link.to == unit; });
}

bool design_space::is_paired(const design_link& link) const {
  if (link.from == design_link::outside || link.to == design_link::outside) return false;
  const auto* window = std::get_if<sliding_window>(&description_of(link.from));
  if (window == nullptr) return false;
  const dataflow_unit& reader = description_of(link.to);
  return window->style == window_style::depthwise || std::holds_alternative<pool>(reader) ||
         std::holds_alternative<vvau>(reader);
}

std::optional<int> design_space::asked_depth(std::size_t unit, std::size_t port, bool is_input) const {
  if (unit == design_link::outside) return {};
  const std::vector<int>& depths = is_input ? m_units[unit].given.input_depths : m_units[unit].given.output_depths;
  return port < depths.size() ? std::optional(depths[port]) : std::nullopt;
}

void design_space::price_up_to(std::int64_t cycles, const resource_budgets& most) {
  // Units have nothing to do with each other; those that take longest are anywhere among them.
  std::atomic<std::size_t> next = 0;
  const std::int64_t threads = std::min<std::int64_t>(std::thread::hardware_concurrency(), std::ssize(m_units));
  on_threads(
      threads,
      [&](bool) {
        for (std::size_t u = next++; u < m_units.size(); u = next++) price_unit(m_units[u], cycles, most);
      },
      [&] { next = m_units.size(); });
}

void design_space::price_unit(design_unit& unit, std::int64_t cycles, const resource_budgets& most) {
  const auto is_allowed = [&](const unit_variant& variant) { return most.allow(variant.amounts); };
  std::vector<unit_fold*> in_time;
  for (unit_fold& fold : unit.folds)
    if (fold.cycles <= cycles) in_time.push_back(&fold);
  std::stable_sort(in_time.begin(), in_time.end(),
                   [](const unit_fold* a, const unit_fold* b) { return multipliers_of(*a) < multipliers_of(*b); });
  const bool is_large = weights_of(m_flow.units[unit.index]) >= many_weights;
  bool has_allowed = false;
  for (std::size_t f = 0; f < in_time.size(); ++f) {
    unit_fold& fold = *in_time[f];
    if (!fold.is_priced && is_large && is_wasteful(unit, fold, {in_time.data(), f})) continue;
    if (!fold.is_priced) price_fold(fold, m_flow.units[unit.index], unit.given, m_prices);
    has_allowed |= std::any_of(fold.variants.begin(), fold.variants.end(), is_allowed);
  }
  for (unit_fold& fold : unit.folds)
    if (has_allowed) std::erase_if(fold.variants, std::not_fn(is_allowed));
}

/// Whether the fold takes twice the LUTs and flip-flops of one with a sixteenth of its multipliers, or fewer, and of
/// nothing else less: then what its memory takes by itself does not matter, which is what takes long to find.
bool design_space::is_wasteful(const design_unit& unit, const unit_fold& fold, std::span<unit_fold* const> smaller) {
  constexpr std::int64_t times_the_lanes = 16;
  constexpr double times_the_price = 2;
  std::optional<resource_amounts> least;
  for (const unit_fold* other : smaller) {
    if (multipliers_of(*other) * times_the_lanes > multipliers_of(fold)) return false;
    for (const unit_variant& variant : other->variants) {
      if (!least) least = least_amounts(fold, m_flow.units[unit.index], unit.given, m_prices);
      bool is_less = true;
      for (std::size_t k = 0; k < resource_kinds; ++k)
        is_less = is_less && times_the_price * variant.amounts.of[k] <= least->of[k];
      if (is_less) return true;
    }
  }
  return false;
}

std::pair<std::int64_t, std::int64_t> design_space::lanes_of(const design_link& link,
                                                             const design_builds& builds) const {
  const auto fold_of = [&](std::size_t u) -> const unit_fold& { return m_units[u].folds[builds[u].fold]; };
  std::int64_t from = 0, to = 0;
  if (link.from != design_link::outside) from = fold_of(link.from).lanes_out[link.from_port];
  if (link.to != design_link::outside) to = fold_of(link.to).lanes_in[link.to_port];
  return {from == 0 ? to : from, to == 0 ? from : to};
}

/// A stream holds what either end asks for; where neither does, so much that the design lives.
design_space::stream_depths design_space::depths_with(const design_link& link, bool converts, int live_first,
                                                      int live_second) const {
  const int least = std::max(2, m_flow.stream_depth);
  const auto depth = [&](const std::optional<int>& a, const std::optional<int>& b, int live) {
    return std::max({least, a.value_or(0), b.value_or(0), a || b ? 0 : live});
  };
  if (!converts) return {depth(link.asked_out, link.asked_in, live_first), 0};
  return {depth(link.asked_out, {}, live_first), depth({}, link.asked_in, live_second)};
}

resource_amounts design_space::link_amounts(const design_link& link, std::int64_t from, std::int64_t to) const {
  const auto live = static_cast<int>(ceil_div(link.held, from));
  return link_amounts(link, from, to, depths_with(link, from != to, live, 2));
}

resource_amounts design_space::link_amounts(const design_link& link, std::int64_t from, std::int64_t to,
                                            const stream_depths& depths) const {
  resource_amounts sum = stream_price(from * link.type.bits, depths.first);
  if (link.to == design_link::outside) sum += frame_counter_amounts(link.elements / to, m_prices);
  if (from == to) return sum;
  sum += converter_price(link, from, to);
  return sum += stream_price(to * link.type.bits, depths.second);
}

const resource_amounts& design_space::stream_price(std::int64_t bits, std::int64_t depth) const {
  const auto [found, is_new] = m_stream_prices.try_emplace({bits, depth});
  if (is_new) found->second = stream_amounts(bits, depth, m_prices);
  return found->second;
}

const resource_amounts& design_space::converter_price(const design_link& link, std::int64_t from,
                                                      std::int64_t to) const {
  const auto [found, is_new] = m_converter_prices.try_emplace({link.type.bits, link.elements, from, to});
  if (is_new) {
    width_converter unit;
    unit.type = link.type;
    unit.from = static_cast<int>(from);
    unit.to = static_cast<int>(to);
    unit.elements = link.elements;
    found->second = unit_amounts(unit, m_prices);
  }
  return found->second;
}

template <class OfLink>
resource_amounts design_space::sum_of(const design_builds& builds, const OfLink& of_link) const {
  resource_amounts sum;
  for (std::size_t u = 0; u < m_units.size(); ++u) sum += variant_of(u, builds[u]).amounts;
  for (std::size_t l = 0; l < m_links.size(); ++l) sum += of_link(l, lanes_of(m_links[l], builds));
  return sum;
}

resource_amounts design_space::settled_amounts_of(const design_builds& builds) const {
  return sum_of(builds,
                [&](std::size_t l, const auto& lanes) { return link_amounts(m_links[l], lanes.first, lanes.second); });
}

resource_amounts design_space::amounts_of(const design_builds& builds) const {
  if (!m_has_branches) return settled_amounts_of(builds);
  const std::vector<stream_depths> live = live_depths_of(builds);
  return sum_of(builds, [&](std::size_t l, const auto& lanes) {
    const auto [from, to] = lanes;
    return link_amounts(m_links[l], from, to, depths_with(m_links[l], from != to, live[l].first, live[l].second));
  });
}

bool design_space::settle(const design_builds& builds) {
  if (!m_has_branches) return false;
  const std::vector<stream_depths> live = live_depths_of(builds);
  bool has_changed = false;
  for (std::size_t l = 0; l < m_links.size(); ++l) {
    const std::int64_t held = live[l].first > 2 ? live[l].first * lanes_of(m_links[l], builds).first : 0;
    has_changed |= held != m_links[l].held;
    m_links[l].held = held;
  }
  return has_changed;
}

/// Of the dataflow that `lower` would make, first of each link.
std::vector<design_space::stream_depths> design_space::live_depths_of(const design_builds& builds) const {
  dataflow flow{m_bare.name, {}, m_bare.stream_depth, {}, {}, m_bare.outputs};
  std::vector<live_depth_search::unit_key> keys;
  std::vector<int> place(m_units.size(), dataflow_stream::outside);
  std::vector<std::pair<std::size_t, std::size_t>> streams(m_links.size());  // first and last of each link
  const auto add_link = [&](std::size_t l) {
    const design_link& link = m_links[l];
    const auto [from, to] = lanes_of(link, builds);
    dataflow_stream stream;
    stream.from = link.from == design_link::outside ? dataflow_stream::outside : place[link.from];
    stream.from_port = static_cast<int>(link.from_port);
    streams[l].first = flow.streams.size();
    if (from != to) {
      width_converter unit;
      unit.type = link.type;
      unit.from = static_cast<int>(from);
      unit.to = static_cast<int>(to);
      unit.elements = link.elements;
      stream.to = static_cast<int>(flow.units.size());
      flow.units.emplace_back(std::move(unit));
      keys.push_back({static_cast<std::int64_t>(l), from, to});
      flow.streams.push_back(stream);
      stream.from = stream.to;
      stream.from_port = 0;
    }
    // The reader stands behind its converters.
    stream.to = dataflow_stream::outside;
    stream.to_port = static_cast<int>(link.to_port);
    streams[l].second = flow.streams.size();
    flow.streams.push_back(stream);
  };
  for (std::size_t u = 0; u < m_units.size(); ++u) {
    std::vector<std::size_t> into;
    for (std::size_t l = 0; l < m_links.size(); ++l)
      if (m_links[l].to == u) into.push_back(l);
    for (const std::size_t l : into) add_link(l);
    place[u] = static_cast<int>(flow.units.size());
    for (const std::size_t l : into) flow.streams[streams[l].second].to = place[u];
    flow.units.push_back(m_bare.units[m_units[u].index]);
    set_fold(flow.units.back(), m_units[u].folds[builds[u].fold]);
    keys.push_back({static_cast<std::int64_t>(u), static_cast<std::int64_t>(builds[u].fold)});
  }
  for (std::size_t l = 0; l < m_links.size(); ++l)
    if (m_links[l].to == design_link::outside) add_link(l);
  const std::vector<int> depths = m_live_depths.depths_of(flow, keys);
  std::vector<stream_depths> result;
  result.reserve(streams.size());
  for (const auto& [first, last] : streams) result.push_back({depths[first], depths[last]});
  return result;
}

bool design_space::is_legal(const design_builds& builds) const {
  return std::all_of(m_links.begin(), m_links.end(), [&](const design_link& link) {
    return !link.is_paired ||
           m_units[link.from].folds[builds[link.from].fold].simd == m_units[link.to].folds[builds[link.to].fold].pe;
  });
}

int design_space::oddities_of(const design_builds& builds) const {
  int sum = 0;
  for (std::size_t u = 0; u < m_units.size(); ++u) sum += variant_of(u, builds[u]).oddities;
  for (const design_link& link : m_links) {
    const auto [from, to] = lanes_of(link, builds);
    sum += from != to;
  }
  return sum;
}

std::int64_t design_space::cycles_of(const design_builds& builds) const {
  std::int64_t most = 0;
  for (std::size_t u = 0; u < m_units.size(); ++u) most = std::max(most, m_units[u].folds[builds[u].fold].cycles);
  return most;
}

lowering_options design_space::options_of(const design_builds& builds) const {
  lowering_options options = m_base;
  for (std::size_t u = 0; u < m_units.size(); ++u) {
    const dataflow_unit& any = description_of(u);
    choose(options.units[name_of(any)], facts_of(any).has, m_units[u].folds[builds[u].fold],
           variant_of(u, builds[u]).styles);
  }
  return options;
}

}  // namespace spillway
