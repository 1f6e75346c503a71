// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/sim/unit.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// The SystemC module of any description, under that name in the hierarchy. Units with registers report their overflows
/// to `events`, where they add themselves; the others leave it alone. Throws `config_error` if the description is
/// illegal.
std::unique_ptr<unit> make_unit(const char* name, const dataflow_unit& description, recorder& events);

}  // namespace spillway
