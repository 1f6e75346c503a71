// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "spillway/explore/unit_variants.h"
#include "spillway/models/dataflow/live_depths.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/resource/amounts.h"
#include "spillway/resource/budgets.h"

namespace spillway {

/// A way to build one unit: the index of its fold, and of that fold's variant. And a way to build each unit.
struct unit_build {
  std::size_t fold = 0, variant = 0;
  friend bool operator==(const unit_build&, const unit_build&) = default;
};
using design_builds = std::vector<unit_build>;

/// A unit that can be built in several ways: all kinds but width converters.
struct design_unit {
  std::size_t index = 0;  ///< in the dataflow
  unit_options given;     ///< what is fixed
  std::vector<unit_fold> folds = {};
};

/// What carries a value from one unit to another, or from or to the outside, a width converter included if the lanes
/// at its ends differ.
struct design_link {
  static constexpr std::size_t outside = static_cast<std::size_t>(-1);

  std::size_t from = outside, to = outside;  ///< units of the design space
  std::size_t from_port = 0, to_port = 0;
  integer_type type;
  std::int64_t elements = 0;               ///< of a frame
  std::optional<int> asked_out, asked_in;  ///< depths that somebody chose, of the stream at either end
  bool is_paired = false;                  ///< a depthwise window, whose SIMD is the PE of its reader
  std::int64_t held = 0;                   ///< elements that its stream has to hold, as `settle` saw
};

/// Every design of a network that a search may choose: the ways to build each unit, and what the streams and width
/// converters between units take. Its sums are the prices of the designs that `lower` makes; each part is priced once.
///
/// How deep streams have to be where branches meet depends on all folds. `settled_amounts_of` and `link_amounts` take
/// what such streams hold in the design that `settle` saw last, `amounts_of` looks at each design by itself.
class design_space {
 public:
  /// `base` outlives it.
  design_space(const integer_network& net, const lowering_options& base, const price_list& prices);

  const std::vector<design_unit>& units() const { return m_units; }
  const std::vector<design_link>& links() const { return m_links; }
  const dataflow_unit& description_of(std::size_t unit) const { return m_flow.units[m_units[unit].index]; }
  const unit_variant& variant_of(std::size_t unit, const unit_build& build) const {
    return m_units[unit].folds[build.fold].variants[build.variant];
  }

  /// Prices the folds that take at most so many cycles, and leaves out what is beyond `most` by itself,
  /// where a unit can be built otherwise; of large matrices also what takes many times the multipliers that they need.
  void price_up_to(std::int64_t cycles, const resource_budgets& most);

  /// Lanes at the two ends of a link.
  std::pair<std::int64_t, std::int64_t> lanes_of(const design_link& link, const design_builds& builds) const;

  /// What a link takes between beats of so many lanes.
  resource_amounts link_amounts(const design_link& link, std::int64_t from, std::int64_t to) const;

  /// What a design takes, with the depths that it needs, or with those that `settle` saw.
  resource_amounts amounts_of(const design_builds& builds) const;
  resource_amounts settled_amounts_of(const design_builds& builds) const;
  /// Takes the depths that this design needs for those of all; false if they were these.
  bool settle(const design_builds& builds);

  /// Whether every depthwise window has the lanes of its reader.
  bool is_legal(const design_builds& builds) const;
  /// What is not as it would be by itself: oddities of variants, and width converters.
  int oddities_of(const design_builds& builds) const;
  /// Of the slowest unit.
  std::int64_t cycles_of(const design_builds& builds) const;

  /// What `lower` takes to make it.
  lowering_options options_of(const design_builds& builds) const;

 private:
  struct stream_depths {
    int first = 2, second = 2;  ///< second: behind a width converter
  };

  void price_unit(design_unit& unit, std::int64_t cycles, const resource_budgets& most);
  bool is_wasteful(const design_unit& unit, const unit_fold& fold, std::span<unit_fold* const> smaller);
  void find_units();
  void find_links();
  const dataflow_stream& stream_into(int unit) const;
  bool is_paired(const design_link& link) const;
  std::optional<int> asked_depth(std::size_t unit, std::size_t port, bool is_input) const;
  stream_depths depths_with(const design_link& link, bool converts, int live_first, int live_second) const;
  resource_amounts link_amounts(const design_link& link, std::int64_t from, std::int64_t to,
                                const stream_depths& depths) const;
  std::vector<stream_depths> live_depths_of(const design_builds& builds) const;
  template <class OfLink>
  resource_amounts sum_of(const design_builds& builds, const OfLink& of_link) const;
  const resource_amounts& stream_price(std::int64_t bits, std::int64_t depth) const;
  const resource_amounts& converter_price(const design_link& link, std::int64_t from, std::int64_t to) const;

  const lowering_options& m_base;
  price_list m_prices;
  dataflow m_flow;
  dataflow m_bare;  ///< the same without weights and thresholds, for depths
  std::vector<design_unit> m_units;
  std::vector<design_link> m_links;
  bool m_has_branches = false;
  mutable std::map<std::pair<std::int64_t, std::int64_t>, resource_amounts> m_stream_prices;
  mutable std::map<std::array<std::int64_t, 4>, resource_amounts> m_converter_prices;
  mutable live_depth_search m_live_depths;
};

}  // namespace spillway
