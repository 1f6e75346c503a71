// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

// Small databases with made-up numbers, for tests of the report. They are no results of anything.

namespace fixtures {

/// A text that would end the page's script element if it were not escaped.
inline constexpr const char* hostile_text = "made-up images </script><script>window.hacked = 1</script>";

/// DIR/run.sqlite: two units, an event beyond int64, a capped log, frames that flipped in every way.
void write_run(const std::filesystem::path& directory);

/// DIR/profile.json of the run of `write_run`: channel c of a unit sums up to 10 (c + 1), and finishes with half of that.
void write_profile(const std::filesystem::path& directory);

/// DIR/run.sqlite: the run of `write_run` in registers that are 2 bits wider and cost more; frames 3 and 5 have other
/// classes, and there are 4 frames less.
void write_wider_run(const std::filesystem::path& directory);

/// DIR/run.sqlite: 130 units of 1,024 channels each, with long names.
void write_large_run(const std::filesystem::path& directory);

/// The run of `write_large_run` with other widths and prices of its units.
void write_changed_large_run(const std::filesystem::path& directory);

}  // namespace fixtures
