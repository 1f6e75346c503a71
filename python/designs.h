// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "spillway/models/data/dataset.h"
#include "spillway/models/load/design.h"
#include "spillway/report/finished_run.h"

namespace spillway::python {

// What Python holds of the library's. But for data, each is never changed once it is made, so that several threads may
// use it.

/// Frames, from an array or a file. They are for one call, which may take them away.
struct held_data {
  std::shared_ptr<dataset> of;
};

/// A network that has been read; its design has no units yet.
struct held_network {
  std::shared_ptr<const design> of;
};

/// An accelerator.
struct held_design {
  std::shared_ptr<const design> of;
};

/// A simulation.
struct held_run {
  std::shared_ptr<const finished_run> of;
};

/// Adds these, and the functions that make them, to the module.
void add_designs(pybind11::module_& module);
/// Adds `simulate` and what is read off a run.
void add_runs(pybind11::module_& module);
/// Adds tensors by name, and `compare`.
void add_tensors(pybind11::module_& module);
/// Adds `estimate`, `explore`, `study` and `write_rtl`.
void add_prices(pybind11::module_& module);

}  // namespace spillway::python
