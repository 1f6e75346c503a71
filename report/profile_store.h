// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/report/data_profile.h"

namespace spillway {

/// Writes a profile's run.sqlite, which must not exist (its tables: docs/run-directory.md). Throws `io_error`.
void write_profile_database(const std::string& path, const data_profile& profile);

}  // namespace spillway
