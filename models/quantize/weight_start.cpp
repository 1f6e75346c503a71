// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/weight_start.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "spillway/models/quantize/a2q.h"
#include "spillway/models/quantize/channel_norms.h"
#include "spillway/models/quantize/l1_projection.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {
namespace {

constexpr std::array<std::string_view, 3> start_names{"naive", "euclidean", "centred"};

/// What A2Q+ quantizes is centred, and so is what its scale and norm are taken of.
std::vector<double> quantized_part(std::span<const double> w, const weight_format& format) {
  if (format.method == weight_method::a2q_plus) return centred(w);
  return {w.begin(), w.end()};
}

double greatest_magnitude(std::span<const double> w) {
  double greatest = 0;
  for (const double value : w) greatest = std::max(greatest, std::abs(value));
  return greatest;
}

void require_weights(std::span<const double> w) {
  if (w.empty()) throw input_error("a channel has no weights; right: at least 1");
  require_finite_weights(w);
}

}  // namespace

std::string_view to_string(weight_start start) { return start_names.at(static_cast<std::size_t>(start)); }

weight_start parse_weight_start(std::string_view name) { return parse_name<weight_start>(name, start_names, "start"); }

channel_parameters start_channel(std::span<const double> w, const weight_format& format, weight_start start) {
  require_weights(w);
  const double scale = greatest_magnitude(quantized_part(w, format)) / static_cast<double>(format.bound());
  return start_channel(w, format, start, std::log2(std::max(scale, least_scale)));
}

channel_parameters start_channel(std::span<const double> w, const weight_format& format, weight_start start, double d) {
  require_weights(w);
  channel_parameters result{{w.begin(), w.end()}, d, 0};
  if (format.method != weight_method::qat) {
    if (start == weight_start::centred && format.method != weight_method::a2q_plus)
      throw config_error("start centred is for a2q_plus, whose weights are centred; nearest: euclidean");
    const double limit = scale_from_log2(d) * format.l1_limit();
    if (start == weight_start::euclidean) result.v = project_on_l1_ball(w, limit);
    if (start == weight_start::centred) result.v = project_on_centred_ball(w, limit);
  }
  result.t = std::log2(std::max(l1_norm(quantized_part(result.v, format)), least_scale));
  return result;
}

}  // namespace spillway
