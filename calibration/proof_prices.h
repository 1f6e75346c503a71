// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace spillway {

/// What fixed 32-bit registers cost over the least proven ones, network by network: a table of the points of
/// FOLDER/points/networks-held-out.jsonl that stand there twice, as NAME_32 and NAME_certified, with what synthesis
/// counted, what Spillway's model says, and FINN's hardware and formula for the same folds. Below it, what each part of
/// the hardware saves by the model. Throws as `measured_points`.
std::string proof_price_table(const std::string& folder);

}  // namespace spillway
