// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/sim/fast/plain_unit.h"
#include "spillway/sim/fast/row_activation.h"
#include "spillway/sim/fast/window_reader.h"

namespace spillway::detail {

// Units that compute, on lanes that hold all their inputs and results.

template <class Lane>
class threshold_lanes final : public plain_unit {
 public:
  explicit threshold_lanes(const thresholding& unit);
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  std::int64_t m_elements;      ///< of some whole vectors, that are compared together
  std::vector<Lane> m_factors;  ///< of each: -1 where thresholds descend; empty: 1
  row_activation<Lane> m_activation;
};

template <class Lane>
class pool_lanes final : public plain_unit {
 public:
  pool_lanes(const pool& unit, const sliding_window* windows)
      : m_unit(unit),
        m_reader(windows ? depthwise_reader(*windows) : depthwise_reader(unit.channels, unit.window, unit.pe)) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const pool& m_unit;
  depthwise_reader m_reader;
};

template <class Lane>
class accumulate_lanes final : public plain_unit {
 public:
  explicit accumulate_lanes(const global_accumulate& unit) : m_unit(unit) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const global_accumulate& m_unit;
};

template <class Lane>
class add_lanes final : public plain_unit {
 public:
  explicit add_lanes(const add_streams& unit) : m_unit(unit) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const add_streams& m_unit;
};

template <class Lane>
class label_lanes final : public plain_unit {
 public:
  explicit label_lanes(const label_select& unit) : m_unit(unit) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const label_select& m_unit;
};

}  // namespace spillway::detail
