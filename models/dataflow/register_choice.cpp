// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/register_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>

#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/integer_network/ranges.h"
#include "spillway/models/numbers/integer_type.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {

namespace {

constexpr std::array<std::string_view, 7> policy_names{"asked",     "trained_to_wrap", "claimed", "certified",
                                                       "data-type", "observed",        "searched"};

template <class Layer>
resolved_register resolve(const Layer& layer, const std::optional<register_choice>& choice) {
  resolved_register result;
  if (choice) result.format = choice->format;
  register_origin& origin = result.origin;
  origin.layer = layer.name;
  origin.claimed_bits = layer.claimed_bits;
  origin.from = choice                ? choice->policy
                : layer.wrapping_bits ? register_policy::trained_to_wrap
                : layer.claimed_bits  ? register_policy::claimed
                                      : register_policy::certified;
  const auto require = [&](const std::optional<int>& bits, const char* what) {
    if (!bits)
      throw config_error(
          fmt::format("layer {}: the file {} no width; nearest: certified, the least proven one", layer.name, what));
    return *bits;
  };
  switch (origin.from) {
    case register_policy::asked:
      break;
    case register_policy::trained_to_wrap:
      result.format.bits = require(layer.wrapping_bits, "was trained to wrap at");
      break;
    case register_policy::claimed: {
      result.format.bits = require(layer.claimed_bits, "claims");
      const int needs = minimal_accumulator_bits(layer);
      if (needs > result.format.bits) origin.refuted_needs = needs;
      break;
    }
    case register_policy::certified:
      result.format.bits = minimal_accumulator_bits(layer);
      break;
    case register_policy::data_type:
      result.format.bits = data_type_bound(layer.weights.shape[1], layer.weights.type.bits, layer.input_type);
      break;
    case register_policy::observed:
      if (result.format.bits < 1)
        throw config_error(fmt::format(
            "layer {}: an observed width comes from data; expected --calibration DATA with it", layer.name));
      break;
    case register_policy::searched:
      if (result.format.bits < 1)
        throw config_error(
            fmt::format("layer {}: a width is searched for on data; expected --validation DATA with it", layer.name));
      break;
  }
  return result;
}

/// The number of a policy behind its colon, taken from the front of `text`; `otherwise` if there is none.
template <class Number>
Number take_number(std::string_view& text, Number otherwise, Number most, const std::string& refusal) {
  const std::size_t begin = std::min<std::size_t>(1, text.size()), end = std::min(text.find(':', 1), text.size());
  const std::string_view word = text.substr(begin, end - std::min(begin, end));
  const auto starts_number = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '.'; };
  if (word.empty() || !starts_number(word.front())) return otherwise;
  Number value{};
  const auto [stop, wrong] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (wrong != std::errc() || stop != word.data() + word.size() || value < 0 || value > most)
    throw config_error(fmt::format(fmt::runtime(refusal), word));
  text.remove_prefix(end);
  return value;
}

int take_margin(std::string_view& text, const std::string& whole) {
  return take_number(text, 0, integer_type::max_bits,
                     fmt::format("accumulator '{}': a margin of '{{}}' bits; expected 0 to {}, for instance observed:1",
                                 whole, integer_type::max_bits));
}

double take_loss(std::string_view& text, const std::string& whole) {
  return take_number(
      text, register_choice().loss, 100.0,
      fmt::format("accumulator '{}': a loss of '{{}}' points; expected 0 to 100, for instance searched:0.5", whole));
}

}  // namespace

std::string_view to_string(register_policy policy) { return policy_names[static_cast<std::size_t>(policy)]; }

std::string_view describe(register_policy policy) {
  constexpr std::array<std::string_view, 7> texts{"asked for",
                                                  "as the network was trained to wrap",
                                                  "claimed by the file",
                                                  "the least that no input overflows",
                                                  "the data-type bound",
                                                  "observed on calibration data",
                                                  "searched for on validation data"};
  return texts[static_cast<std::size_t>(policy)];
}

bool comes_from_data(register_policy policy) {
  return policy == register_policy::observed || policy == register_policy::searched;
}

bool register_choice::is_open() const { return comes_from_data(policy) && format.bits < 1; }

register_choice parse_register_choice(std::string_view text) {
  const std::string_view first = text.substr(0, text.find(':'));
  for (std::size_t p = 1; p < policy_names.size(); ++p) {
    if (first != policy_names[p]) continue;
    std::string_view rest = text.substr(first.size());
    const auto policy = static_cast<register_policy>(p);
    const std::string whole(text);
    const int margin = policy == register_policy::observed ? take_margin(rest, whole) : 0;
    const double loss = policy == register_policy::searched ? take_loss(rest, whole) : register_choice().loss;
    // The rest reads as it does behind a width.
    register_choice choice{policy, parse_accumulator_format("32" + std::string(rest))};
    choice.margin = margin;
    choice.loss = loss;
    if (comes_from_data(policy)) choice.format.bits = 0;
    return choice;
  }
  if (!first.empty() && std::isalpha(static_cast<unsigned char>(first.front())))
    refuse_name("register policy", first, std::span(policy_names).subspan(1), fmt::format("accumulator '{}'", text));
  return parse_accumulator_format(text);
}

register_rule parse_register_rule(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) return {{}, parse_register_choice(text)};
  return {std::string(text.substr(0, equals)), parse_register_choice(text.substr(equals + 1))};
}

resolved_register resolve_register(const integer_layer& layer, const std::optional<register_choice>& choice) {
  return resolve(layer, choice);
}

resolved_register resolve_register(const depthwise_layer& layer, const std::optional<register_choice>& choice) {
  return resolve(layer, choice);
}

}  // namespace spillway
