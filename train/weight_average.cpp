// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/weight_average.h"

#include <torch/autograd.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

/// One step in so many is looked at: an average over hundreds of steps does not miss the others, and every look costs a
/// pass over all weights.
constexpr std::int64_t interval = 5;

}  // namespace

weight_average::weight_average(const network_model& model, double decay) : m_decay(decay) {
  for (const auto& [name, tensor] : model.state()) m_state.emplace_back(name, tensor.detach().clone());
}

void weight_average::update(const network_model& model, std::int64_t done) {
  if (done % interval != 0) return;
  torch::NoGradGuard constant;
  const auto looks = static_cast<double>(done / interval);
  const double stays = std::min(std::pow(m_decay, interval), (1 + looks) / (10 + looks));
  const named_tensors now = model.state();
  for (std::size_t i = 0; i < now.size(); ++i) m_state[i].second.lerp_(now[i].second.detach(), 1 - stays);
}

void weight_average::restore(const named_tensors& from) {
  torch::NoGradGuard constant;
  const auto same = [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.sizes() == b.second.sizes();
  };
  if (!std::equal(from.begin(), from.end(), m_state.begin(), m_state.end(), same))
    throw input_error("the average is that of another network; right: --restart");
  for (std::size_t i = 0; i < from.size(); ++i) m_state[i].second.copy_(from[i].second);
}

void weight_average::swap(network_model& model) {
  torch::NoGradGuard constant;
  const named_tensors now = model.state();
  for (std::size_t i = 0; i < now.size(); ++i) {
    const torch::Tensor kept = now[i].second.detach().clone();
    now[i].second.copy_(m_state[i].second);
    m_state[i].second.copy_(kept);
  }
}

}  // namespace spillway
