// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/report/finished_run.h"

namespace spillway {

/// The hash of everything that decides a run's result: the bytes of the model's file, the data, the accelerator,
/// engine, seeds, version, and `settings`. Paths and names are not in it.
std::string configuration_hash(const finished_run& run, const std::string& settings);

}  // namespace spillway
