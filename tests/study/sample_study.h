// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

// A study with made-up numbers, for tests of the store and of the page. It is no result of anything.

namespace fixtures {

/// DIR/study.sqlite of a QAT network and of A2Q and A2Q+ networks, each at two foldings and on two devices, in
/// registers of every policy and of widths from 16 bits down, until there are about `points` points: proved,
/// simulated, not applicable, and such that do not fit.
void write_sample_study(const std::filesystem::path& directory, int points);

}  // namespace fixtures
