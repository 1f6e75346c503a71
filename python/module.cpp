// SPDX-License-Identifier: Apache-2.0
//
// spillway._core: what the Python package is made of. Its functions take what the package has looked at already;
// spillway/_core.pyi says their types.
#include <pybind11/pybind11.h>

#include "spillway/models/support/version.h"
#include "spillway/python/designs.h"
#include "spillway/python/dots.h"
#include "spillway/python/errors.h"
#include "spillway/python/task.h"

PYBIND11_MODULE(_core, module) {
  using namespace spillway::python;
  module.doc() = "The library behind the package spillway.";
  translate_errors();
  add_designs(module);
  add_runs(module);
  add_tensors(module);
  add_prices(module);
  add_dots(module);
  module.def("version", [] { return spillway::version(); });
  module.def("abandoned_tasks", [] { return abandoned_tasks.load(); });
}
