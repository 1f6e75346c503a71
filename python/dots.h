// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace spillway::python {

/// Adds `dot`, `certify` and `find_witness` to the module.
void add_dots(pybind11::module_& module);

}  // namespace spillway::python
