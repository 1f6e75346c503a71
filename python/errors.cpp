// SPDX-License-Identifier: Apache-2.0
#include "spillway/python/errors.h"

#include <fmt/format.h>
#include <pybind11/pybind11.h>

#include <cstring>
#include <filesystem>
#include <new>
#include <string>
#include <system_error>

#include "spillway/models/support/error.h"

namespace spillway::python {

namespace py = pybind11;

namespace {

/// Raises spillway.errors.NAME. Bytes of a path that are no UTF-8 are shown with escapes.
void raise(const char* name, const std::string& what) {
  const py::object kind = py::module_::import("spillway.errors").attr(name);
  const auto text = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(what.data(), static_cast<Py_ssize_t>(what.size()), "backslashreplace"));
  PyErr_SetObject(kind.ptr(), text.ptr());
}

/// Which of the command's exit codes an error has decides its class: 2 or 3.
void translate(std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const io_error& e) {
    raise("SystemRefused", e.what());
  } catch (const error& e) {
    raise("InputError", e.what());
  } catch (const std::bad_alloc&) {
    raise("SystemRefused", "out of memory: fewer frames or a smaller log (max_events) need less");
  } catch (const std::filesystem::filesystem_error& e) {
    raise("SystemRefused", fmt::format("{}: {}", e.path1().string(), e.code().message()));
  } catch (const std::system_error& e) {
    raise("SystemRefused", fmt::format("the system refused: {}", e.what()));
  }
}

}  // namespace

void translate_errors() { py::register_exception_translator(translate); }

}  // namespace spillway::python
