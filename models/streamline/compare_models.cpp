// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/compare_models.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "spillway/models/data/select_frames.h"
#include "spillway/models/streamline/differences.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Float32 roundings that a build's own arithmetic with scales may have made: of a number of this magnitude.
double rounding_of(double magnitude) { return std::ldexp(magnitude, -18); }

struct value_pair {
  std::size_t expected, found;
};

/// Which values are the same, and which are to be and differ.
struct matching {
  std::vector<value_pair> equal, differing;
  std::int64_t alone = 0;
};

using value_key = std::tuple<comparable_value::kind, std::int64_t, std::int64_t, std::int64_t>;

std::map<value_key, std::vector<std::size_t>> by_key(const comparable_model& of) {
  std::map<value_key, std::vector<std::size_t>> result;
  for (std::size_t i = 0; i < of.values().size(); ++i) {
    const comparable_value& value = of.values()[i];
    result[{value.what, value.shape.height, value.shape.width, value.shape.channels}].push_back(i);
  }
  return result;
}

/// Values of one kind and shape: equal ones belong together, wherever they stand; of the others, the first to the
/// first, if both files have as many.
void match(std::vector<std::size_t> expected, std::vector<std::size_t> found, const value_digests& a,
           const value_digests& b, matching& to) {
  std::erase_if(expected, [&](std::size_t i) {
    const auto same =
        std::find_if(found.begin(), found.end(), [&](std::size_t j) { return a.values[i] == b.values[j]; });
    if (same == found.end()) return false;
    to.equal.push_back({i, *same});
    found.erase(same);
    return true;
  });
  if (expected.size() == found.size())
    for (std::size_t k = 0; k < expected.size(); ++k) to.differing.push_back({expected[k], found[k]});
  else
    to.alone += std::ssize(expected) + std::ssize(found);
}

matching match_values(const comparable_model& expected, const value_digests& a, const comparable_model& found,
                      const value_digests& b) {
  matching result;
  auto theirs = by_key(found);
  for (auto& [key, values] : by_key(expected)) {
    match(std::move(values), std::move(theirs[key]), a, b, result);
    theirs.erase(key);
  }
  for (const auto& [key, values] : theirs) result.alone += std::ssize(values);
  std::sort(result.differing.begin(), result.differing.end(),
            [](const value_pair& x, const value_pair& y) { return x.expected < y.expected; });
  return result;
}

/// A number of a tensor's frame.
double number_of(const comparable_model& of, std::size_t tensor, const dataset& frame, std::int64_t element) {
  double result = 0;
  of.model().evaluate(real_inputs(frame, &of.integers().input), [&](std::size_t at, const double_tensor& made) {
    if (at == tensor) result = made.values[static_cast<std::size_t>(element)];
  });
  return result;
}

std::optional<std::int64_t> element_at(const comparable_value& of, std::int64_t place) {
  const auto found = std::find(of.places.begin(), of.places.end(), place);
  return found == of.places.end() ? std::nullopt : std::optional(found - of.places.begin());
}

/// Where two values of one frame part first: channel by channel, then position by position.
std::optional<std::int64_t> first_place(const comparable_model& expected, const comparable_value& a,
                                        const integer_tensor& in_a, const comparable_model& found,
                                        const comparable_value& b, const integer_tensor& in_b) {
  for (std::int64_t c = 0; c < a.shape.channels; ++c)
    for (std::int64_t p = 0; p < a.shape.positions(); ++p) {
      const std::int64_t place = p * a.shape.channels + c;
      if (expected.form_of(a, place, *in_a.at(place)) != found.form_of(b, place, *in_b.at(place))) return place;
    }
  return std::nullopt;
}

compared_element element_of(const comparable_model& of, const comparable_value& value, const integer_tensor& in,
                            const dataset& frame, std::int64_t place, std::int64_t sign) {
  compared_element result{value.node, value.tensor, {}, sign * of.form_of(value, place, *in.at(place))};
  if (const auto element = element_at(value, place)) result.value = number_of(of, value.order, frame, *element);
  return result;
}

/// Both files and their data.
struct both_files {
  const comparable_model& expected;
  const value_digests& in_expected;
  const dataset& expected_data;
  const comparable_model& found;
  const value_digests& in_found;
  const dataset& found_data;

  model_difference locate(const value_pair& pair) const;
  std::optional<model_difference> outputs(bool& labels) const;
  std::optional<model_difference> output_numbers() const;
  std::optional<model_difference> output_labels() const;
  std::optional<std::pair<std::size_t, model_difference>> by_name(
      std::size_t before, std::int64_t& tensors, const std::function<bool(std::uint64_t)>& on_progress) const;
};

model_difference both_files::locate(const value_pair& pair) const {
  const comparable_value &a = expected.values()[pair.expected], &b = found.values()[pair.found];
  const auto &digests_a = in_expected.values[pair.expected], &digests_b = in_found.values[pair.found];
  const auto block = std::mismatch(digests_a.begin(), digests_a.end(), digests_b.begin()).first - digests_a.begin();
  for (std::int64_t frame = block * value_digests::frames_a_block; frame < in_expected.frames; ++frame) {
    const dataset one_a = copy_frames(expected_data, frame, 1), one_b = copy_frames(found_data, frame, 1);
    const integer_tensor in_a = expected.evaluate(a, one_a), in_b = found.evaluate(b, one_b);
    const auto place = first_place(expected, a, in_a, found, b, in_b);
    if (!place) continue;
    model_difference result;
    result.what = a.what == comparable_value::kind::sums ? compared_kind::sums : compared_kind::levels;
    const std::int64_t sign = expected.sign_of(a, *place);
    result.expected = element_of(expected, a, in_a, one_a, *place, sign);
    result.found = element_of(found, b, in_b, one_b, *place, sign);
    result.frame = one_a.first_frame;
    result.channel = *place % a.shape.channels;
    result.position = *place / a.shape.channels;
    result.element = element_at(a, *place);
    return result;
  }
  throw config_error("digests differ where the values do not");  // 64 bits of a block's first difference
}

std::vector<std::int64_t> first_labels(std::span<const double> outputs, std::int64_t count) {
  std::vector<std::int64_t> labels(outputs.size());
  std::iota(labels.begin(), labels.end(), std::int64_t{0});
  std::stable_sort(labels.begin(), labels.end(), [&](std::int64_t x, std::int64_t y) {
    return outputs[static_cast<std::size_t>(x)] > outputs[static_cast<std::size_t>(y)];
  });
  labels.resize(static_cast<std::size_t>(std::min<std::int64_t>(count, std::ssize(outputs))));
  return labels;
}

/// The first labels of a frame: a file's own, or those of the greatest outputs.
std::vector<std::int64_t> labels_of(const comparable_model& of, const value_digests& in, std::int64_t frame,
                                    std::int64_t count) {
  const auto size = static_cast<std::size_t>(of.integers().output_info().shape.elements());
  const auto first = static_cast<std::size_t>(frame) * size;
  if (!of.labels()) return first_labels(std::span(in.outputs).subspan(first, size), count);
  return {in.labels.begin() + static_cast<std::ptrdiff_t>(first),
          in.labels.begin() + static_cast<std::ptrdiff_t>(first) + count};
}

std::optional<model_difference> both_files::output_labels() const {
  const std::int64_t count = std::min(expected.labels().value_or(INT64_MAX), found.labels().value_or(INT64_MAX));
  for (std::int64_t frame = 0; frame < in_expected.frames; ++frame) {
    const auto a = labels_of(expected, in_expected, frame, count), b = labels_of(found, in_found, frame, count);
    const auto parting = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (parting.first == a.end() && parting.second == b.end()) continue;
    model_difference result;
    result.what = compared_kind::labels;
    result.expected = {"", expected.model().report().output.tensor, {}, *parting.first};
    result.found = {"", found.model().report().output.tensor, {}, *parting.second};
    result.frame = expected_data.first_frame + frame;
    result.channel = parting.first - a.begin();
    return result;
  }
  return std::nullopt;
}

std::optional<model_difference> both_files::output_numbers() const {
  const frame_shape &shape_a = expected.integers().output_info().shape, &shape_b = found.integers().output_info().shape;
  const auto &places_a = expected.model().report().output.places, &places_b = found.model().report().output.places;
  const bool same_frame = shape_a == shape_b;
  const std::int64_t size = shape_a.elements();
  for (std::int64_t frame = 0; frame < in_expected.frames; ++frame)
    for (std::int64_t e = 0; e < std::ssize(places_a); ++e) {
      const std::int64_t place = places_a[static_cast<std::size_t>(e)];
      const std::int64_t other = same_frame ? place : places_b[static_cast<std::size_t>(e)];
      const double a = in_expected.outputs[static_cast<std::size_t>(frame * size + place)],
                   b = in_found.outputs[static_cast<std::size_t>(frame * size + other)];
      const auto channel = static_cast<std::size_t>(place % shape_a.channels);
      const double step = std::min(expected.integers().output_scale[channel],
                                   found.integers().output_scale[static_cast<std::size_t>(other % shape_b.channels)]),
                   bias = std::abs(expected.integers().output_bias[channel]);
      if (std::abs(a - b) <= std::min(step / 2, rounding_of(std::max({std::abs(a), std::abs(b), bias})))) continue;
      model_difference result;
      result.what = compared_kind::output;
      result.expected = {"", expected.model().report().output.tensor, a, {}};
      result.found = {"", found.model().report().output.tensor, b, {}};
      result.frame = expected_data.first_frame + frame;
      result.channel = static_cast<std::int64_t>(channel);
      result.position = place / shape_a.channels;
      result.element = e;
      return result;
    }
  return std::nullopt;
}

std::optional<model_difference> both_files::outputs(bool& labels) const {
  labels = expected.labels() || found.labels();
  return labels ? output_labels() : output_numbers();
}

/// The channel and the position of an element of a file's tensor: dimension 0 of a frame, or the only one.
std::pair<std::int64_t, std::int64_t> channel_of(const file_tensor& tensor, std::int64_t element) {
  std::int64_t inner = 1;
  for (std::size_t d = 1; d < tensor.shape.size(); ++d) inner *= tensor.shape[d];
  return {element / inner, element % inner};
}

/// The first element at which two tensors of one shape part by more than rounding.
std::optional<std::size_t> first_parting(std::span<const double> a, std::span<const double> b) {
  double magnitude = 0;
  for (std::size_t i = 0; i < a.size(); ++i) magnitude = std::max({magnitude, std::abs(a[i]), std::abs(b[i])});
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= rounding_of(magnitude)) && a[i] != b[i]) return i;
  return std::nullopt;
}

/// Tensors by name, up to the one before which there is no need to look any further.
std::optional<std::pair<std::size_t, model_difference>> both_files::by_name(
    std::size_t before, std::int64_t& tensors, const std::function<bool(std::uint64_t)>& on_progress) const {
  const std::vector<file_tensor>& all = expected.model().tensors();
  std::optional<std::pair<std::size_t, model_difference>> first;
  tensors = std::ssize(all);
  const std::int64_t block = expected.model().frames_at_once();
  for (std::int64_t at = 0; at < in_expected.frames; at += block) {
    const std::int64_t count = std::min(block, in_expected.frames - at);
    const auto inputs_of = [&](const comparable_model& of, const dataset& data) {
      return real_inputs(copy_frames(data, at, count), &of.integers().input);
    };
    std::map<std::size_t, double_tensor> made;
    expected.model().evaluate(inputs_of(expected, expected_data), [&](std::size_t tensor, double_tensor of) {
      if (tensor < before) made[tensor] = std::move(of);
    });
    found.model().evaluate(inputs_of(found, found_data), [&](std::size_t tensor, const double_tensor& of) {
      if (tensor >= before || made.at(tensor).shape != of.shape) return;
      const auto size = of.values.size() / static_cast<std::size_t>(count);
      for (std::int64_t f = 0; f < count && tensor < before; ++f) {
        const auto frame = static_cast<std::size_t>(f) * size;
        const std::span<const double> a = std::span<const double>(made.at(tensor).values).subspan(frame, size),
                                      b = std::span<const double>(of.values).subspan(frame, size);
        const auto element = first_parting(a, b);
        if (!element) continue;
        model_difference result;
        result.what = compared_kind::tensor;
        result.expected = {all[tensor].node, all[tensor].name, a[*element], {}};
        result.found = {all[tensor].node, all[tensor].name, b[*element], {}};
        result.frame = expected_data.first_frame + at + f;
        result.element = static_cast<std::int64_t>(*element);
        std::tie(result.channel, result.position) = channel_of(all[tensor], *result.element);
        first.emplace(tensor, std::move(result));
        before = tensor;
      }
    });
    if (on_progress && !on_progress(static_cast<std::uint64_t>(at + count))) break;
  }
  return first;
}

}  // namespace

std::string_view to_string(compared_kind what) {
  constexpr std::array<std::string_view, 5> names{"sums", "levels", "tensor", "output", "labels"};
  return names[static_cast<std::size_t>(what)];
}

bool same_structure(const network& a, const network& b) {
  return a.input == b.input && a.input_shape == b.input_shape && a.output == b.output &&
         std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(), [](const auto& x, const auto& y) {
           return x.op.index() == y.op.index() && x.inputs == y.inputs && x.output == y.output;
         });
}

model_comparison compare_models(const comparable_model& expected, const value_digests& expected_digests,
                                const dataset& expected_data, const comparable_model& found,
                                const value_digests& found_digests, const dataset& found_data,
                                const std::function<bool(std::uint64_t frames)>& on_progress) {
  const both_files both{expected, expected_digests, expected_data, found, found_digests, found_data};
  const matching values = match_values(expected, expected_digests, found, found_digests);
  model_comparison result;
  result.frames = expected_digests.frames;
  result.not_compared = values.alone;
  for (const auto* pairs : {&values.equal, &values.differing})
    for (const value_pair& pair : *pairs)
      ++(expected.values()[pair.expected].what == comparable_value::kind::sums ? result.sums : result.levels);
  std::size_t order = expected.model().tensors().size();
  if (!values.differing.empty()) {
    result.first = both.locate(values.differing.front());
    order = expected.values()[values.differing.front().expected].order;
  }
  if (same_structure(expected.model().file(), found.model().file()))
    if (auto named = both.by_name(order, result.tensors, on_progress)) result.first = std::move(named->second);
  auto at_end = both.outputs(result.labels);
  if (!result.first) result.first = std::move(at_end);
  return result;
}

}  // namespace spillway
