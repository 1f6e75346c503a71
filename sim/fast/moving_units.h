// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "spillway/sim/fast/plain_unit.h"
#include "spillway/sim/fast/window_reader.h"

namespace spillway::detail {

// Units that move elements of any width, and compute nothing.

class window_mover final : public plain_unit {
 public:
  explicit window_mover(const sliding_window& unit) : m_unit(unit), m_reader(unit) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const sliding_window& m_unit;
  window_reader m_reader;
};

class padding_mover final : public plain_unit {
 public:
  explicit padding_mover(const padding& unit) : m_unit(unit) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const padding& m_unit;
};

class crop_mover final : public plain_unit {
 public:
  explicit crop_mover(const crop& unit) : m_unit(unit) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const crop& m_unit;
};

class upsample_mover final : public plain_unit {
 public:
  explicit upsample_mover(const upsample& unit) : m_unit(unit) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const upsample& m_unit;
};

class concat_mover final : public plain_unit {
 public:
  explicit concat_mover(const concat_streams& unit) : m_unit(unit) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const concat_streams& m_unit;
};

class split_mover final : public plain_unit {
 public:
  explicit split_mover(const split_stream& unit) : m_unit(unit) {}
  void run(std::span<const value_block* const> inputs, std::span<value_block> outputs,
           std::int64_t frames) const override;

 private:
  const split_stream& m_unit;
};

}  // namespace spillway::detail
