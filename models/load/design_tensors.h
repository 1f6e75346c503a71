// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/load/design.h"
#include "spillway/models/streamline/golden_model.h"

namespace spillway {

/// The tensors of a design's file by name, as the accelerator has them: what its streams carry, out of its registers,
/// and what the file's formulas make of that. A design without units has registers that hold everything.
class design_tensors {
 public:
  /// The design outlives it.
  explicit design_tensors(const design& of);

  /// The file's tensors by name, at full width.
  const golden_model& model() const { return m_model; }

  /// Shows tensors of `data`, some frames at a time: [frames, shape...] from frame `first` on. Throws `config_error`
  /// for data that does not fit the network. False from `on_progress` stops it; the result is false then.
  bool evaluate(const dataset& data, std::span<const std::size_t> tensors,
                const std::function<void(std::size_t tensor, std::int64_t first, double_tensor)>& show,
                const std::function<bool(std::uint64_t frames_done)>& on_progress = {}) const;

 private:
  golden_model::integer_values values_of(const dataset& data) const;

  const design& m_design;
  golden_model m_model;
};

/// Whole tensors of `data`, in the order of `names`, which must be tensors of the file (`golden_model::find`).
std::vector<double_tensor> tensors_of(const design& of, const dataset& data, std::span<const std::string> names,
                                      const std::function<bool(std::uint64_t frames_done)>& on_progress = {});

}  // namespace spillway
