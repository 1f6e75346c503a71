// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/folding_places.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

namespace {

/// A max pool without a window of its own, which FINN has and which is a window and a pool here.
constexpr std::array<std::string_view, 4> max_pools{"StreamingMaxPool_hls", "StreamingMaxPool_rtl",
                                                    "StreamingMaxPool_Batch", "StreamingMaxPool"};

constexpr std::array<std::string_view, 41> other_kinds{"AddStreamsLayer_Batch",
                                                       "ChannelwiseOp",
                                                       "ChannelwiseOp_Batch",
                                                       "CheckSum",
                                                       "Crop",
                                                       "DownSampler",
                                                       "ElementwiseAbs",
                                                       "ElementwiseAdd",
                                                       "ElementwiseBinaryOperation",
                                                       "ElementwiseDiv",
                                                       "ElementwiseEqual",
                                                       "ElementwiseGreater",
                                                       "ElementwiseLess",
                                                       "ElementwiseMaximum",
                                                       "ElementwiseMinimum",
                                                       "ElementwiseMul",
                                                       "ElementwiseSub",
                                                       "FMPadding_Pixel",
                                                       "FINNLoop",
                                                       "HWSoftmax",
                                                       "InnerShuffle",
                                                       "IODMA",
                                                       "LayerNorm",
                                                       "Lookup",
                                                       "OuterShuffle",
                                                       "QuantSoftmax",
                                                       "ReplicateStream",
                                                       "Requant",
                                                       "RMSNorm",
                                                       "Shuffle",
                                                       "Softmax",
                                                       "Squeeze",
                                                       "StreamingDataflowPartition",
                                                       "StreamingEltwise",
                                                       "StreamingFIFO",
                                                       "TLastMarker",
                                                       "Transpose",
                                                       "Unsqueeze",
                                                       "UpsampleNearestNeighbour_Bilinear",
                                                       "Gather",
                                                       "DynamicMVAU"};

/// Without FINN's word for how a unit is made.
std::string_view without_style(std::string_view alias) {
  for (const std::string_view style : {"_hls", "_rtl"})
    if (alias.ends_with(style)) return alias.substr(0, alias.size() - style.size());
  return alias;
}

bool is_window(std::string_view unit) { return &kind_of_unit(unit) == &sliding_window::facts; }

/// True for the window of a pool, which stands directly before it.
bool is_of_pool(const std::vector<std::string>& units, std::size_t unit) {
  return is_window(units[unit]) && unit + 1 < units.size() && &kind_of_unit(units[unit + 1]) == &pool::facts;
}

bool is_matched_by_number_only(const unit_facts* kind) {
  return kind == nullptr || kind == &width_converter::facts || kind == &duplicate_streams::facts;
}

/// True if the numbers of each name are 0, 1, 2, ... in the order of the file.
bool ascends_from_zero(const std::vector<folding_entry>& entries) {
  std::map<std::string_view, std::size_t> next;
  return std::all_of(entries.begin(), entries.end(), [&](const folding_entry& entry) {
    return is_matched_by_number_only(entry.kind) || entry.number == next[entry.alias]++;
  });
}

std::size_t count_of(const std::vector<std::string>& places) {
  return static_cast<std::size_t>(
      std::count_if(places.begin(), places.end(), [](const std::string& place) { return !place.empty(); }));
}

/// Matches entries and units of one kind in order: as many as possible, and of these matches the one with the most
/// pairs whose next pair is next in both.
class alignment {
 public:
  alignment(const std::vector<folding_entry>& entries, const std::vector<std::string>& units)
      : m_entries(entries), m_units(units) {}

  void fill(std::vector<std::string>& places) {
    for (std::size_t e = 0; e < m_entries.size(); ++e)
      if (!is_matched_by_number_only(m_entries[e].kind)) m_rows.push_back(e);
    for (std::size_t u = 0; u < m_units.size(); ++u)
      if (!is_matched_by_number_only(&kind_of_unit(m_units[u]))) m_columns.push_back(u);
    score();
    bool together = false;
    for (std::size_t r = 0, c = 0; r < m_rows.size() && c < m_columns.size();) {
      const int best = at(r, c, together);
      if (matches(r, c) && best == matched(r, c, together)) {
        places[m_rows[r++]] = m_units[m_columns[c++]];
        together = true;
      } else {
        (best == at(r + 1, c, false) ? r : c) += 1;
        together = false;
      }
    }
  }

 private:
  bool matches(std::size_t row, std::size_t column) const {
    const folding_entry& entry = m_entries[m_rows[row]];
    if (entry.kind != &kind_of_unit(m_units[m_columns[column]])) return false;
    if (entry.kind != &sliding_window::facts) return true;
    // A window is a pool's, or it is none, on both sides.
    const bool before_pool = row + 1 < m_rows.size() && m_entries[m_rows[row + 1]].alias.starts_with("Pool");
    return before_pool == is_of_pool(m_units, m_columns[column]);
  }
  /// The best score of what is left, directly behind a pair or not.
  int& at(std::size_t row, std::size_t column, bool together) {
    return m_scores[(row * (m_columns.size() + 1) + column) * 2 + (together ? 1 : 0)];
  }
  /// A window or a padding and its reader are one layer; other neighbours may be two.
  static int worth_of(const unit_facts* before) {
    return before == &sliding_window::facts || before == &padding::facts ? 3 : 1;
  }
  int matched(std::size_t row, std::size_t column, bool together) {
    constexpr int pair = 1 << 16;  // more than all neighbours together
    return pair + (together ? worth_of(m_entries[m_rows[row - 1]].kind) : 0) + at(row + 1, column + 1, true);
  }

  void score() {
    m_scores.assign((m_rows.size() + 1) * (m_columns.size() + 1) * 2, 0);
    for (std::size_t r = m_rows.size(); r-- > 0;)
      for (std::size_t c = m_columns.size(); c-- > 0;)
        for (const bool together : {false, true}) {
          if (together && r == 0) continue;
          int best = std::max(at(r + 1, c, false), at(r, c + 1, false));
          if (matches(r, c)) best = std::max(best, matched(r, c, together));
          at(r, c, together) = best;
        }
  }

  const std::vector<folding_entry>& m_entries;
  const std::vector<std::string>& m_units;
  std::vector<std::size_t> m_rows, m_columns;  ///< the entries and the units that are matched
  std::vector<int> m_scores;
};

/// The units of a kind that a name's numbers count.
std::vector<std::string> counted(const folding_entry& entry, const std::vector<std::string>& units, bool in_finn) {
  std::vector<std::string> result;
  for (std::size_t u = 0; u < units.size(); ++u) {
    if (&kind_of_unit(units[u]) != entry.kind) continue;
    if (!in_finn || !is_of_pool(units, u)) result.push_back(units[u]);
  }
  return result;
}

std::vector<std::string> by_number(const std::vector<folding_entry>& entries, const std::vector<std::string>& units) {
  std::vector<std::string> places(entries.size());
  const bool has_pools = std::any_of(entries.begin(), entries.end(), [](const folding_entry& entry) {
    return without_style(entry.alias) == "Pool" || entry.alias == "Pool_Batch";
  });
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const folding_entry& entry = entries[e];
    if (entry.kind == nullptr) continue;
    if (entry.kind == &width_converter::facts) {  // which there are depends on the folds
      if (!entry.is_finn_name) places[e] = entry.name;
      continue;
    }
    const std::vector<std::string> candidates = counted(entry, units, entry.is_finn_name && !has_pools);
    if (entry.number < candidates.size()) places[e] = candidates[entry.number];
  }
  return places;
}

/// True if the file numbers windows as FINN does, though all its names are ours: as many windows as convolutions have,
/// all of them, and no pool.
bool counts_windows_as_finn(const std::vector<folding_entry>& entries, const std::vector<std::string>& units) {
  std::size_t windows = 0, pools = 0;
  const folding_entry* one = nullptr;
  for (const folding_entry& entry : entries) {
    if (entry.kind == &pool::facts) ++pools;
    if (entry.kind != &sliding_window::facts) continue;
    ++windows;
    one = &entry;
  }
  return one != nullptr && pools == 0 && windows == counted(*one, units, true).size() &&
         windows < counted(*one, units, false).size();
}

}  // namespace

const unit_facts* kind_called(std::string_view alias) {
  if (std::find(max_pools.begin(), max_pools.end(), alias) != max_pools.end()) return &pool::facts;
  for (const unit_facts* kind : all_unit_facts)
    for (const std::string_view known : kind->finn_names)
      if (!alias.empty() && alias == known) return kind;
  return nullptr;
}

const unit_facts& kind_of_unit(std::string_view unit) { return *kind_called(unit.substr(0, unit.rfind('_'))); }

bool is_other_finn_kind(std::string_view alias) {
  return std::find(other_kinds.begin(), other_kinds.end(), without_style(alias)) != other_kinds.end();
}

std::vector<std::string_view> all_kind_names() {
  std::vector<std::string_view> result(max_pools.begin(), max_pools.end());
  for (const unit_facts* kind : all_unit_facts)
    result.insert(result.end(), kind->finn_names.begin(), kind->finn_names.end());
  result.insert(result.end(), other_kinds.begin(), other_kinds.end());
  std::erase(result, "");
  return result;
}

std::optional<folding_entry> parse_entry(const std::string& name) {
  const std::size_t line = name.rfind('_');
  if (line == std::string::npos) return std::nullopt;
  folding_entry entry{name, name.substr(0, line), 0, nullptr, false};
  const std::string_view digits = std::string_view(name).substr(line + 1);
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), entry.number);
  const bool is_number =
      failure == std::errc{} && end == digits.data() + digits.size() && (digits.size() == 1 || digits[0] != '0');
  entry.kind = kind_called(entry.alias);
  if (!is_number || (entry.kind == nullptr && !is_other_finn_kind(entry.alias))) return std::nullopt;
  entry.is_finn_name = entry.kind == nullptr || entry.alias != entry.kind->unit_name;
  return entry;
}

std::vector<std::string> places_of(const std::vector<folding_entry>& entries, const std::vector<std::string>& units) {
  std::vector<std::string> places = by_number(entries, units);
  const bool is_finn =
      std::any_of(entries.begin(), entries.end(), [](const folding_entry& entry) { return entry.is_finn_name; }) ||
      counts_windows_as_finn(entries, units);
  constexpr std::size_t most = 1 << 22, most_units = 1 << 13;
  if (!is_finn || !ascends_from_zero(entries) || entries.size() * units.size() > most || units.size() > most_units)
    return places;
  std::vector<std::string> aligned = places;
  for (std::size_t e = 0; e < entries.size(); ++e)
    if (!is_matched_by_number_only(entries[e].kind)) aligned[e].clear();
  alignment(entries, units).fill(aligned);
  std::set<std::string> distinct(places.begin(), places.end());
  distinct.erase("");
  const bool is_numbered_once = distinct.size() >= count_of(places);
  return count_of(aligned) >= count_of(places) || !is_numbered_once ? aligned : places;
}

}  // namespace spillway
