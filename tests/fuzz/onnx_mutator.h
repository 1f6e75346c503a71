// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace spillway::fuzz {

/// A model with one thing of its structure changed: a node's kind, its inputs or attributes, its place; a tensor's
/// shape, type or values; the graph's ends; a key of the metadata. What is no model comes back as it is.
std::string mutated_model(std::string_view bytes, unsigned seed);

}  // namespace spillway::fuzz
