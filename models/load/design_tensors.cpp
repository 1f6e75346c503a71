// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/load/design_tensors.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/streamline/differences.h"

namespace spillway {

design_tensors::design_tensors(const design& of) : m_design(of), m_model(of.file, of.streamlining) {}

golden_model::integer_values design_tensors::values_of(const dataset& data) const {
  golden_model::integer_values values;
  const auto keep = [&](int value, const integer_tensor& tensor) { values[value] = tensor; };
  const integer_tensor inputs = quantize_dataset(m_model.integers(), data);
  if (m_design.flow.units.empty())
    spillway::evaluate(m_model.integers(), inputs, keep);
  else
    values[m_model.integers().output_value] = spillway::evaluate(m_design.flow, inputs, keep);
  return values;
}

bool design_tensors::evaluate(const dataset& data, std::span<const std::size_t> tensors,
                              const std::function<void(std::size_t tensor, std::int64_t first, double_tensor)>& show,
                              const std::function<bool(std::uint64_t frames_done)>& on_progress) const {
  const std::set<std::size_t> wanted(tensors.begin(), tensors.end());
  const std::int64_t block = m_model.frames_at_once();
  for (std::int64_t first = 0; first < data.frames(); first += block) {
    const dataset part = copy_frames(data, first, std::min(block, data.frames() - first));
    const golden_model::integer_values values = values_of(part);
    m_model.evaluate(
        real_inputs(part, &m_model.integers().input),
        [&](std::size_t tensor, double_tensor of) {
          if (wanted.contains(tensor)) show(tensor, first, std::move(of));
        },
        &values);
    if (on_progress && !on_progress(static_cast<std::uint64_t>(first + part.frames()))) return false;
  }
  return true;
}

std::vector<double_tensor> tensors_of(const design& of, const dataset& data, std::span<const std::string> names,
                                      const std::function<bool(std::uint64_t frames_done)>& on_progress) {
  const design_tensors tensors(of);
  std::vector<std::size_t> places;
  for (const std::string& name : names) places.push_back(tensors.model().find(name));
  std::map<std::size_t, double_tensor> whole;
  tensors.evaluate(
      data, places,
      [&](std::size_t tensor, std::int64_t, double_tensor part) {
        double_tensor& all = whole[tensor];
        if (all.shape.empty()) all.shape = part.shape, all.shape[0] = 0;
        all.shape[0] += part.shape[0];
        all.values.insert(all.values.end(), part.values.begin(), part.values.end());
      },
      on_progress);
  std::vector<double_tensor> result;
  for (const std::size_t place : places) result.push_back(whole[place]);
  return result;
}

}  // namespace spillway
