// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spillway/models/integer_network/nodes.h"
#include "spillway/models/numbers/accumulator_format.h"

namespace spillway {

/// How a register comes to its width. Registers are signed.
enum class register_policy : unsigned char {
  asked,            ///< the width that the user states
  trained_to_wrap,  ///< the width in which the file says that the network was trained to wrap (WrapNet)
  claimed,          ///< the width that the file claims to be safe
  certified,        ///< the least that no input overflows, in any order of addition; XNOR units count 0 to MW
  data_type,        ///< the published bound from the widths of weights and inputs (`data_type_bound`)
  observed,         ///< the least that no sum of some data leaves, plus a margin (explore/study/exact_pass.h)
  searched,         ///< the cheapest with which some data loses no more than is allowed (explore/study/width_search.h)
};

/// "asked", "trained_to_wrap", "claimed", "certified", "data-type", "observed", "searched".
std::string_view to_string(register_policy policy);

/// Whether the width comes from data: `observed`, `searched`.
bool comes_from_data(register_policy policy);

/// What the user chooses of a register: a policy, and what the register does beyond its width.
struct register_choice {
  register_policy policy = register_policy::asked;
  /// Its `bits` count where the policy is `asked`, `observed` or `searched`; 0: not observed or searched for yet.
  accumulator_format format;
  int margin = 0;   ///< bits beyond what was observed
  double loss = 1;  ///< what a searched width may lose: percentage points of top-1, or dB of PSNR

  register_choice() = default;
  /// The width, overflow and scope that the user states.
  // NOLINTNEXTLINE(google-explicit-constructor): a format is the commonest choice
  register_choice(const accumulator_format& asked) : format(asked) {}
  /// A policy, which finds the width, and the overflow and scope of `beyond`, whose `bits` do not count.
  register_choice(register_policy chosen, const accumulator_format& beyond) : policy(chosen), format(beyond) {}

  /// Whether data has yet to say its width.
  bool is_open() const;
};

/// Reads `SPEC[:overflow[:scope]]`, where SPEC is a width, the name of a policy, `observed:margin` or `searched:loss`:
/// `14:saturate`, `certified`, `data-type:wrap:per_product`, `observed:2:wrap`, `searched:0.5`. Throws `config_error`
/// that names the text and the nearest legal one.
register_choice parse_register_choice(std::string_view text);

/// A choice for one unit, by its name or its layer's, or for all (`name` empty). Of several the last that fits counts.
struct register_rule {
  std::string name;
  register_choice choice;
};

/// Reads `[UNIT|LAYER=]SPEC`, as `--accumulator` takes it. Throws as `parse_register_choice`.
register_rule parse_register_rule(std::string_view text);

/// Where a unit's register comes from.
struct register_origin {
  std::string layer;  ///< of the network, that the unit computes
  register_policy from = register_policy::asked;
  std::optional<int> claimed_bits;   ///< what the file claims to be safe
  std::optional<int> refuted_needs;  ///< the claim was taken, and some input overflows it: the width that none does

  friend bool operator==(const register_origin&, const register_origin&) = default;
};

/// "asked for", "claimed by the file", "the least that no input overflows", ...
std::string_view describe(register_policy policy);

/// A register, and where it comes from.
struct resolved_register {
  accumulator_format format;
  register_origin origin;
};

/// The register of a layer: as chosen, else as it was trained to wrap, else as the file claims, else the least proven
/// width. Overflow wraps and scope is `per_cycle` unless the choice says otherwise. A claim is taken even if it is
/// refuted; the origin says so. Throws `config_error` for a policy that the layer has no answer to (`claimed` without a
/// claim, `observed` and `searched` before data was looked at).
resolved_register resolve_register(const integer_layer& layer, const std::optional<register_choice>& choice);
resolved_register resolve_register(const depthwise_layer& layer, const std::optional<register_choice>& choice);

}  // namespace spillway
