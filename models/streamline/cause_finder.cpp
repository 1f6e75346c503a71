// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/cause_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "spillway/models/data/dataset.h"
#include "spillway/models/numbers/storage.h"

namespace spillway {

namespace {

/// The real number that the file's element `e` stands for in the integers.
double real_of(const value_report& value, const integer_tensor& integers, std::size_t e) {
  const std::int64_t place = value.places[e];
  const auto channel = static_cast<std::size_t>(place) % value.scale.size();
  return to_double(integers, place) * value.scale[channel] + value.offset[channel];
}

/// A number of the file as a level of a value.
double level_of_real(const value_report& value, std::size_t e, double real) {
  const auto channel = static_cast<std::size_t>(value.places[e]) % value.scale.size();
  return (real - value.offset[channel]) / value.scale[channel];
}

/// A tensor of the file whose first frame is what the integers stand for.
template <class Tensor>
Tensor with_integers(Tensor tensor, const value_report& value, const integer_tensor& integers) {
  using real = typename decltype(tensor.values)::value_type;
  for (std::size_t e = 0; e < value.places.size(); ++e)
    tensor.values[e] = static_cast<real>(real_of(value, integers, e));
  return tensor;
}

bool is_assumed_input(const value_report& value) { return value.input == value.tensor; }

}  // namespace

/// Everything of one frame: the file's tensors in float32, and those that the integers stand for.
struct cause_finder::frame {
  const float_tensor& batch;
  std::map<int, integer_tensor> integers;
  given_tensors<float> given;  ///< to the file
  std::map<std::string, float_tensor> file;
  std::map<std::string, double_tensor> exact;

  frame(const cause_finder& of, const float_tensor& inputs) : batch(inputs) {
    evaluate(of.m_integers, quantize_reals(of.m_integers, inputs.values),
             [&](int value, const integer_tensor& tensor) { integers[value] = tensor; });
    run(of.m_file);
    given_tensors<double> levels = of.m_constants;
    for (const value_report& value : of.m_report.values)
      if (const auto found = file.find(value.tensor); found != file.end() && !value.input.empty())
        levels[value.tensor] = with_integers(
            double_tensor{found->second.shape, {found->second.values.begin(), found->second.values.end()}}, value,
            integers.at(value.value));
    evaluate_double(
        of.m_file, batch, [&](const std::string& name, const double_tensor& tensor) { exact[name] = tensor; }, levels);
  }

  /// The file in float32, with what is given to it.
  void run(const network& net) {
    file.clear();
    const auto input = given.find(net.input);
    file[net.input] = input == given.end() ? batch : input->second;
    evaluate(
        net, batch, [&](const std::string& name, const float_tensor& tensor) { file[name] = tensor; }, given);
  }
};

cause_finder::cause_finder(const network& file, const integer_network& integers, const streamline_report& report)
    : m_file(file), m_integers(integers), m_report(report) {
  exact_constants constants = exact_constants_of(file);
  m_constants = std::move(constants.values);
  m_rounded = std::move(constants.rounded);
}

difference_cause cause_finder::find(const float_tensor& batch) const {
  frame here(*this, batch);
  for (const value_report& value : m_report.values)
    if (is_assumed_input(value))
      if (auto cause = input_cause(here, value)) return *cause;
  if (auto cause = level_cause(here)) return *cause;
  return output_cause(here);
}

/// The format of an input that the file does not quantize, if the file gives the integers' outputs on what the format
/// holds. Else the file goes on with that.
std::optional<difference_cause> cause_finder::input_cause(frame& here, const value_report& input) const {
  const float_tensor real = here.file.at(input.tensor);
  const integer_tensor& taken = here.integers.at(input.value);
  difference_cause cause{difference_step::input_format, input.node, 0, 0, 0, {}, {}};
  for (std::size_t e = 0; e < input.places.size(); ++e) {
    const double value = real.values[e], exact = real_of(input, taken, e);
    if (std::abs(value - exact) <= std::abs(cause.file_value - cause.exact_value)) continue;
    cause.element = static_cast<std::int64_t>(e);
    cause.file_value = value;
    cause.exact_value = exact;
  }
  if (cause.file_value == cause.exact_value) return std::nullopt;
  here.given[input.tensor] = with_integers(real, input, taken);
  here.run(m_file);
  const value_report& out = m_report.values.back();
  const float_tensor& made = here.file.at(out.tensor);
  const integer_tensor& integers = here.integers.at(out.value);
  for (std::size_t e = 0; e < out.places.size(); ++e)
    if (std::abs(level_of_real(out, e, double{made.values[e]}) - to_double(integers, out.places[e])) >= 0.5)
      return std::nullopt;
  return cause;
}

/// The first quantizer with a level that differs.
std::optional<difference_cause> cause_finder::level_cause(const frame& here) const {
  for (const value_report& value : m_report.values) {
    if (value.input.empty() || is_assumed_input(value) || !here.file.contains(value.tensor)) continue;
    const float_tensor& made = here.file.at(value.tensor);
    for (std::size_t e = 0; e < value.places.size(); ++e) {
      const double level = level_of_real(value, e, double{made.values[e]});
      const double exact = to_double(here.integers.at(value.value), value.places[e]);
      if (std::abs(level - exact) >= 0.5) return cause_of_level(here, value, e, std::round(level), exact);
    }
  }
  return std::nullopt;
}

const network_node* cause_finder::maker(const std::string& node) const {
  const auto found =
      std::find_if(m_file.nodes.begin(), m_file.nodes.end(), [&](const auto& any) { return any.name == node; });
  return found == m_file.nodes.end() ? nullptr : &*found;
}

/// The level that a quantizer makes of one of its inputs in double arithmetic.
double cause_finder::level_in(const network_node& quantizer, const value_report& value, std::size_t element,
                              const double_tensor& input) const {
  const double_tensor* const inputs[] = {&input};
  return std::round(level_of_real(value, element, evaluate(quantizer, inputs).values[element]));
}

difference_cause cause_finder::cause_of_level(const frame& here, const value_report& value, std::size_t element,
                                              double file_level, double exact_level) const {
  difference_cause cause;
  cause.where = value.node;
  cause.element = static_cast<std::int64_t>(element);
  cause.file_level = file_level;
  cause.exact_level = exact_level;
  const float_tensor& input = here.file.at(value.input);
  cause.file_value = static_cast<double>(input.values[element]);
  const auto exact = here.exact.find(value.input);
  cause.exact_value = exact == here.exact.end() ? cause.file_value : exact->second.values[element];
  // If what the file's quantizer reads gives the exact level where nothing is rounded, the quantizer rounded.
  const double_tensor as_read{input.shape, {input.values.begin(), input.values.end()}};
  if (level_in(*maker(value.node), value, element, as_read) == exact_level)
    cause.step = difference_step::threshold;
  else if (auto weight = weight_cause(here, value, element, exact_level))
    return *weight;
  return cause;
}

/// A weight that float32 does not hold, if the weights alone, as float32 has them, lead to another level.
std::optional<difference_cause> cause_finder::weight_cause(const frame& here, const value_report& value,
                                                           std::size_t element, double exact_level) const {
  if (m_rounded.empty()) return std::nullopt;
  given_tensors<double> given;
  for (const value_report& before : m_report.values) {
    if (&before == &value) break;
    if (const auto found = here.exact.find(before.tensor); found != here.exact.end())
      given[before.tensor] = found->second;
  }
  for (const auto& [tensor, exact] : m_constants) {
    const float_tensor& real = here.file.at(tensor);
    given[tensor] = {real.shape, {real.values.begin(), real.values.end()}};
  }
  double_tensor input;
  evaluate_double(
      m_file, here.batch,
      [&](const std::string& name, const double_tensor& tensor) {
        if (name == value.input) input = tensor;
      },
      given);
  if (input.values.empty() || level_in(*maker(value.node), value, element, input) == exact_level) return std::nullopt;
  const rounded_weight& weight = m_rounded.front();
  return difference_cause{
      difference_step::weight_rounding, weight.tensor, weight.element, weight.file_value, weight.exact_value, {}, {}};
}

/// All levels are the same: the last sums differ.
difference_cause cause_finder::output_cause(const frame& here) const {
  const value_report& out = m_report.values.back();
  const float_tensor& made = here.file.at(out.tensor);
  difference_cause cause{difference_step::sum, out.tensor, 0, 0, 0, {}, {}};
  double largest = -1;
  for (std::size_t e = 0; e < out.places.size(); ++e) {
    const double file = made.values[e], exact = real_of(out, here.integers.at(out.value), e);
    const double off = std::abs(file - exact) / out.scale[static_cast<std::size_t>(out.places[e]) % out.scale.size()];
    if (off <= largest) continue;
    largest = off;
    cause.element = static_cast<std::int64_t>(e);
    cause.file_value = file;
    cause.exact_value = exact;
  }
  return cause;
}

std::string_view to_string(difference_step step) {
  constexpr std::array<std::string_view, 4> names{"input format", "weight rounding", "sum", "threshold"};
  return names[static_cast<std::size_t>(step)];
}

std::string to_string(const difference_cause& cause) {
  std::string text = fmt::format("{}, element {}: {}: the file has {:.9g}", cause.where, cause.element,
                                 to_string(cause.step), cause.file_value);
  if (cause.file_level) text += fmt::format(" and level {}", *cause.file_level);
  text += fmt::format(", the integers {:.12g}", cause.exact_value);
  if (cause.exact_level) text += fmt::format(" and level {}", *cause.exact_level);
  return text;
}

}  // namespace spillway
