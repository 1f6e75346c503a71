// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/adder_graph/shared_pairs.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>

namespace spillway {

namespace {

using term_row = std::vector<graph_term>;

/// A pair as one number; the term with the smaller shift first, and at equal shifts that of the first node.
std::uint64_t key_of(graph_term s, graph_term t) {
  if (std::pair(s.shift, s.node) > std::pair(t.shift, t.node)) std::swap(s, t);
  return static_cast<std::uint64_t>(s.node) << 36 | static_cast<std::uint64_t>(t.node) << 8 |
         static_cast<std::uint64_t>(t.shift - s.shift) << 1 | (s.negative != t.negative ? 1u : 0u);
}

term_pair pair_of(std::uint64_t key) {
  constexpr std::uint64_t node_bits = (1u << 28) - 1;
  return {static_cast<int>(key >> 36), static_cast<int>(key >> 8 & node_bits), static_cast<int>(key >> 1 & 127),
          (key & 1) != 0};
}

class pair_search {
 public:
  pair_search(std::vector<term_row>& rows, int first) : m_rows(rows), m_first(first) {}

  std::vector<term_pair> run() {
    for (const term_row& row : m_rows)
      for (std::size_t i = 0; i < row.size(); ++i)
        for (std::size_t j = i + 1; j < row.size(); ++j) ++m_counts[key_of(row[i], row[j])];
    for (const auto& [key, count] : m_counts)
      if (count > 1) m_queue.emplace(count, ~key);
    while (const auto key = most_frequent()) {
      const int node = m_first + static_cast<int>(m_found.size());
      m_found.push_back(pair_of(*key));
      for (term_row& row : m_rows) replace_in(row, m_found.back(), *key, node);
    }
    return std::move(m_found);
  }

 private:
  /// The queue has what counts once were: one that is out of date goes back with what it is now.
  std::optional<std::uint64_t> most_frequent() {
    while (!m_queue.empty()) {
      const auto [count, inverted] = m_queue.top();
      m_queue.pop();
      const int now = m_counts[~inverted];
      if (now == count) return ~inverted;
      if (now > 1 && now < count) m_queue.emplace(now, inverted);
    }
    return std::nullopt;
  }

  void count(const graph_term& of, const term_row& others, int change) {
    for (const graph_term& other : others) {
      const std::uint64_t key = key_of(of, other);
      const int now = m_counts[key] += change;
      if (change > 0 && now > 1) m_queue.emplace(now, ~key);
    }
  }

  void replace_in(term_row& row, const term_pair& pair, std::uint64_t key, int node) {
    for (std::size_t i = 0; i < row.size();) {
      if (row[i].node != pair.a) {
        ++i;
        continue;
      }
      const graph_term low = row[i];
      const auto high = std::find_if(row.begin(), row.end(), [&](const graph_term& t) {
        return t.node == pair.b && !(t == low) && t.shift == low.shift + pair.shift && key_of(low, t) == key;
      });
      if (high == row.end()) {
        ++i;
        continue;
      }
      const graph_term other = *high;
      row.erase(high);
      count(other, row, -1);
      row.erase(std::find(row.begin(), row.end(), low));
      count(low, row, -1);
      const graph_term sum{node, low.shift, low.negative};
      count(sum, row, 1);
      row.push_back(sum);
      i = 0;
    }
  }

  std::vector<term_row>& m_rows;
  int m_first;
  std::vector<term_pair> m_found;
  std::unordered_map<std::uint64_t, int> m_counts;
  std::priority_queue<std::pair<int, std::uint64_t>> m_queue;  ///< count, and the key inverted
};

}  // namespace

std::vector<term_pair> share_pairs(std::vector<std::vector<graph_term>>& rows, int first) {
  return pair_search(rows, first).run();
}

}  // namespace spillway
